"""How every deadline of a ticket was computed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tickets.derivation import derivation
from tickets.models import Clock
from tickets.views.reach import ticket_in_reach
from tickets.workflow import ClockKind

# A ticket of many returns has some dozens.
MOST = 100


@require_safe
def clocks(request: HttpRequest, number: str) -> HttpResponse:
    """Every clock of one ticket with its derivation in words."""
    ticket = ticket_in_reach(request, number)
    found = ticket.clocks.select_related("assignment__department", "milestone").prefetch_related(
        "pauses"
    )
    shown = [derivation(one) for one in sorted(found.order_by("-pk")[:MOST], key=_order)]
    context = {
        "ticket": ticket,
        "areas": [ticket.district, ticket.street, ticket.community, (ticket.number, ticket.get_absolute_url())],
        "derivations": shown,
        "is_provisional": any(one.clock.is_provisional for one in shown),
    }  # fmt: skip
    return render(request, "tickets/ticket_clocks.html", context)


def _order(clock: Clock) -> tuple[bool, bool, int, int, int]:
    """The ticket's own first, then the lead, and of each its clocks as they come due."""
    one = clock.assignment
    kinds = list(ClockKind)
    return (
        one is not None,
        one is not None and not one.is_lead,
        one.pk if one else 0,
        kinds.index(ClockKind(clock.kind)),
        clock.pk,
    )
