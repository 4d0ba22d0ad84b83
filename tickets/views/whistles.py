"""Blowing the whistle: what would become of it, and the page that blows it for a report."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from govgrid.core.errors import Refused
from grids import scoping
from tickets import actions, rules, workflow
from tickets.forms.filing import FilingForm
from tickets.forms.whistles import BlowForm
from tickets.models import NUMBER, Ticket, Whistle
from tickets.views.reach import ticket_in_reach
from tickets.workflow import Lack

CONFLICT = 409
# What no words can mend; the rest is asked for in the form.
_IN_THE_WAY = frozenset({"wrong_state", "whistle_already", "part_is_done"})
FIELD_OF = {
    "wrong_department": "helpers",
    "tried_needed": "tried",
    "power_needed": "missing_power",
    "whistle_kind_needed": "whistle_kind",
}


@require_GET
@never_cache
def terms(request: HttpRequest) -> HttpResponse:
    """A piece of both pages: who would get it and why, who could help, and by when."""
    number = request.GET.get("ticket", "")
    form = _of_ticket(request, number) if number else _of_report(request)
    form.is_valid()
    return render(request, "tickets/_terms.html", {"form": form})


def _of_report(request: HttpRequest) -> FilingForm:
    if not scoping.districts(request.user, "tickets.file"):
        raise PermissionDenied
    return FilingForm(request.GET, user=request.user)


def _of_ticket(request: HttpRequest, number: str) -> BlowForm:
    if not NUMBER.fullmatch(number):
        raise Http404
    ticket = _may_blow(request, number.upper())
    return BlowForm(request.GET, user=request.user, ticket=ticket)


def _may_blow(request: HttpRequest, number: str) -> Ticket:
    ticket = ticket_in_reach(request, number)
    if not request.user.has_perm("tickets.blow", ticket):
        raise PermissionDenied
    return ticket


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def blow(request: HttpRequest, number: str) -> HttpResponse:
    """Blow the whistle for a report. Refused, the page is up to date and the words are kept."""
    ticket = _may_blow(request, number)
    if request.method != "POST":
        last = ticket.events.order_by("-pk").values_list("pk", flat=True).first()
        form = BlowForm(user=request.user, ticket=ticket, initial={"seen": last})
        return _page(request, ticket, form)
    form = BlowForm(request.POST, user=request.user, ticket=ticket)
    if not form.is_valid() or "look" in request.POST:
        return _page(request, ticket, form)
    if form.has_unseen_helpers and not _was_sent(request, ticket, form):
        return _page(request, ticket, form, is_asking=True)
    return _blow(request, ticket, form)


def _blow(request: HttpRequest, ticket: Ticket, form: BlowForm) -> HttpResponse:
    try:
        moved = actions.move(ticket, "blow", by=request.user, **form.given())
    except Refused as refusal:
        if _was_sent(request, ticket, form):
            return redirect(ticket)
        if refusal.code in FIELD_OF:
            form.add_error(FIELD_OF[refusal.code], refusal.message)
            return _page(request, ticket, form)
        fresh = _may_blow(request, ticket.number)
        return _page(request, fresh, form, refusal=refusal, status=CONFLICT)
    waits = moved.state == workflow.State.AWAITING_APPROVAL
    said = _("%(number)s: the whistle waits for approval.") if waits else _(
        "%(number)s: the whistle is blown."
    )  # fmt: skip
    messages.success(request, said % {"number": ticket.number})
    return redirect(ticket)


def _was_sent(request: HttpRequest, ticket: Ticket, form: BlowForm) -> bool:
    """The button pressed twice: the first has done it."""
    mine = Whistle.objects.filter(ticket=ticket, blown_by=request.user, refused_at=None)
    return mine.filter(kind=form.kind).exists()


def _page(
    request: HttpRequest, ticket: Ticket, form: BlowForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    rows = list(ticket.assignments.select_related("department").order_by("pk"))
    context = {
        "ticket": ticket,
        "areas": [ticket.district, ticket.street, ticket.community, ticket.grid],
        "form": form,
        "kept": [form["tried"], form["missing_power"]],
        "in_the_way": _in_the_way(request, ticket, rows),
        "holding": [one for one in rows if one.is_live],
        **more,
    }
    return render(request, "tickets/whistle.html", context, status=status)


def _in_the_way(request: HttpRequest, ticket: Ticket, rows: list[Any]) -> list[Lack]:
    facts = rules.gather("blow", ticket, rows, by=request.user)
    return [one for one in workflow.lacks("blow", facts) if one.code in _IN_THE_WAY]
