"""A report that holds several matters: the page that makes several tickets of it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from govgrid.core.errors import Refused
from tickets import actions
from tickets.forms.splitting import SplitForm
from tickets.models import Ticket
from tickets.views.reach import ticket_in_reach
from tickets.workflow import MOVES

CONFLICT = 409


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def split(request: HttpRequest, number: str) -> HttpResponse:
    """One to five parts; refused, everything that was written is there again."""
    ticket = ticket_in_reach(request, number)
    if not request.user.has_perm("tickets.triage", ticket):
        raise PermissionDenied
    if request.method != "POST":
        last = ticket.events.order_by("-pk").values_list("pk", flat=True).first()
        return _page(request, ticket, SplitForm(seen=last))
    form = SplitForm(request.POST)
    if "more" in request.POST or "less" in request.POST:
        form.show(1 if "more" in request.POST else -1)
        return _page(request, ticket, form)
    if not form.is_valid():
        return _page(request, ticket, form)
    parts = [one.part() for one in form.parts]
    given = form.cleaned_data
    try:
        actions.split(ticket, parts, by=request.user, note=given["note"], seen=given["seen"])
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return _page(request, ticket, form, status=CONFLICT)
    said = ngettext(
        "%(number)s was split: one new ticket.",
        "%(number)s was split: %(count)s new tickets.",
        len(parts),
    )
    messages.success(request, said % {"number": ticket.number, "count": len(parts)})
    return HttpResponseRedirect(ticket.get_absolute_url())


def _page(
    request: HttpRequest, ticket: Ticket, form: SplitForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "ticket": ticket,
        "form": form,
        "wrong": [] if form.is_changing else [one for one in form.parts if one.is_bound],
        "is_shut": ticket.state not in MOVES["split"].sources,
    }
    return render(request, "tickets/ticket_split.html", context, status=status)
