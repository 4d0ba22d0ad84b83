"""How every deadline of a ticket was computed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tickets.derivation import derivation
from tickets.views.reach import ticket_in_reach

# A ticket of many returns has some dozens.
MOST = 100


@require_safe
def clocks(request: HttpRequest, number: str) -> HttpResponse:
    """Every clock of one ticket with its derivation in words."""
    ticket = ticket_in_reach(request, number)
    found = ticket.clocks.select_related("assignment__department").prefetch_related("pauses")
    shown = [derivation(one) for one in found.order_by("-pk")[:MOST]]
    context = {
        "ticket": ticket,
        "areas": [ticket.district, ticket.street, ticket.community, (ticket.number, ticket.get_absolute_url())],
        "derivations": shown,
        "is_provisional": any(one.clock.is_provisional for one in shown),
    }  # fmt: skip
    return render(request, "tickets/ticket_clocks.html", context)
