"""Two tickets about one matter: the page that puts them together."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from govgrid.core.errors import Refused
from tickets import actions, queries
from tickets.forms.board import MergeForm
from tickets.models import NUMBER, Ticket
from tickets.views.board import refused, taken
from tickets.views.reach import ticket_in_reach
from tickets.workflow import MOVES

CONFLICT = 409


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def merge(request: HttpRequest, number: str) -> HttpResponse:
    """Choose the other ticket and merge this one into it; the board shows the form alone."""
    ticket = ticket_in_reach(request, number)
    if not request.user.has_perm("tickets.merge", ticket):
        raise PermissionDenied
    form = _form(request, ticket)
    if request.method != "POST" or not form.is_valid():
        return _page(
            request, ticket, form, status=400 if form.is_bound and _is_script(request) else 200
        )
    given = form.cleaned_data
    try:
        actions.move(
            ticket, "merge", by=request.user, into=form.into, note=given["note"], seen=given["seen"]
        )
    except Refused as refusal:
        if _is_script(request):
            return refused(refusal)
        form.add_error(None, refusal.message)
        return _page(request, ticket, form, status=CONFLICT)
    if _is_script(request):
        return taken(ticket, "merge")
    said = _("%(number)s was merged into %(other)s.")
    messages.success(request, said % {"number": ticket.number, "other": form.into.number})
    # Here, and not on the other's page, it can be undone.
    return HttpResponseRedirect(ticket.get_absolute_url())


def _form(request: HttpRequest, ticket: Ticket) -> MergeForm:
    """Only what the reader may merge with is offered, or found by its number."""
    reachable = Ticket.objects.in_reach_of(request.user, "tickets.merge").select_related(
        "category", "grid"
    )
    last = ticket.events.order_by("-pk").values_list("pk", flat=True).first()
    return MergeForm(
        request.POST if request.method == "POST" else None,
        ticket=ticket,
        near=queries.open_around(ticket, reachable),
        reachable=reachable,
        initial={"number": request.GET.get("into", ""), "seen": last},
    )


def _is_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json") or bool(request.htmx)


def _page(
    request: HttpRequest, ticket: Ticket, form: MergeForm, *, status: int = 200
) -> HttpResponse:
    other = _other(request, str(form["number"].value() or ""))
    context = {"ticket": ticket, "form": form, "move": MOVES["merge"], "other": other}
    template = "tickets/ticket_merge.html" + ("#merge" if request.htmx else "")
    return render(request, template, context, status=status)


def _other(request: HttpRequest, number: str) -> Ticket | None:
    """The ticket that was named, if it is one, and one that the reader may merge with."""
    if not NUMBER.fullmatch(number):
        return None
    other = Ticket.objects.with_places().filter(number=number).first()
    may = other is not None and request.user.has_perm("tickets.merge", other)
    return other if may else None
