"""Looking before a department is sent: asked for, answered, withdrawn."""

from __future__ import annotations

from datetime import datetime

from govgrid.core.text import tidy
from govgrid.privacy import guard
from tickets.models import Check, Ticket
from tickets.posts import near_to
from tickets.workflow import HELD, Facts, Finding, State

# A look stays asked for while the ticket is in one of these.
_STAYS = HELD | {State.TRIAGE}


def ask(facts: Facts, at: datetime) -> None:
    """It waits before it is routed, or with the desk that asked."""
    ticket = facts.ticket
    Check.objects.create(
        ticket=ticket,
        asks=near_to([ticket])[ticket.pk].asks,
        asked_at=at,
        asked_by=facts.by,
        question=_words(facts),
    )
    ticket.state = State.TRIAGE
    ticket.routed_at = ticket.routed_at or at


def answer(facts: Facts, at: datetime) -> None:
    """Real, and asked for by the conditions: it goes where the rules say. All else the desk
    decides, which asked or must hear that nothing is there."""
    ticket = facts.ticket
    check = Check.objects.out().get(ticket=ticket)
    check.answered_at, check.answered_by = at, facts.by
    check.finding, check.words = facts.given["finding"], _words(facts)
    photos = ticket.photos.filter(by=facts.by, created_at__gte=check.asked_at)
    check.photo = photos.order_by("pk").last()
    check.save()
    if check.finding == Finding.REAL and check.asked_by_id is None:
        ticket.state, ticket.routed_at = State.FILED, None


def withdraw(ticket: Ticket, before: str, at: datetime) -> None:
    """A ticket that went on without it needs no look any more."""
    if before in _STAYS and ticket.state not in _STAYS:
        Check.objects.out().filter(ticket=ticket).update(withdrawn_at=at)


def ask_again(ticket: Ticket, at: datetime) -> None:
    """The move of that moment is taken back: the look that it withdrew is asked for once more."""
    if ticket.state in _STAYS:
        Check.objects.filter(ticket=ticket, withdrawn_at=at).update(withdrawn_at=None)


def _words(facts: Facts) -> str:
    return guard.mask(tidy(str(facts.given.get("note") or "")))
