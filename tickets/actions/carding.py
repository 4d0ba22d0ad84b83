"""Cards: raised with their event and their messages, for a sweep or beside a move."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from govgrid.core import clock
from govgrid.worktime.queries import newest_edition
from tickets import cards
from tickets.actions import telling
from tickets.cards import Fact
from tickets.limits import Limits
from tickets.models import Card, Ticket, TicketEvent
from tickets.workflow import CardCause

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from tickets.models import Assignment
    from tickets.workflow import Facts

BATCH = 500


def after_move(
    facts: Facts,
    name: str,
    touched: Assignment | None,
    assignments: Iterable[Assignment],
    *,
    by: User | None,
    at: datetime,
) -> None:
    """Tell of a move of supervision; let lapse what a move has cured, and raise what it brings."""
    telling.of_move(name, facts, touched.department_id if touched else None)
    if name == "undo" and facts.last is not None:
        cards.take_back(facts.ticket, facts.last.at)
    cards.settle(facts.ticket, assignments, at)
    brought = list(_brought(facts, name))
    if brought:
        _raise(brought, at, Limits.load())


def _brought(facts: Facts, name: str) -> Iterator[Fact]:
    ticket = facts.ticket
    if name == "dispute" and facts.assignment is not None:
        yield Fact(ticket, facts.assignment.department_id, CardCause.RETURNED)
    elif ticket.lead_department_id and _is_unsolved_again(facts, name):
        yield Fact(ticket, ticket.lead_department_id, CardCause.UNSOLVED)


def _is_unsolved_again(facts: Facts, name: str) -> bool:
    """Reopened as often as the terms allow, or taken a level up for the same reason."""
    if name == "escalate":
        return facts.given.get("cause") == "unsolved"
    if name != "reopen":
        return False
    times = facts.ticket.events.filter(verb="reopen").count()
    return times >= Limits.load().colours(facts.ticket).reopenings


def _raise(facts: list[Fact], at: datetime, limits: Limits) -> list[Card]:
    made = cards.raise_for(facts, at, limits, newest_edition())
    TicketEvent.objects.bulk_create(event_of(one, at) for one in made)
    telling.of_cards(made)
    return made


def event_of(card: Card, at: datetime) -> TicketEvent:
    """What the history says of a card that no clock tells of."""
    ticket = card.ticket
    return TicketEvent(
        ticket=ticket,
        assignment_id=card.clock.assignment_id if card.clock else None,
        verb="card",
        before=ticket.state,
        after=ticket.state,
        at=at,
        department_id=card.department_id,
        data=said_of(card) | ({"kind": card.clock.kind} if card.clock else {}),
    )


def said_of(card: Card) -> dict[str, object]:
    return {"card": card.pk, "colour": str(card.colour), "cause": str(card.cause)}


@transaction.atomic
def redden_cards() -> int:
    """Turn up to 500 yellow cards red that were not answered in time; how many were looked at.

    Tickets are locked before their cards, as a move does it; what somebody holds waits.
    """
    at = clock.now()
    found = dict(Card.objects.left_unanswered(at).values_list("pk", "ticket_id")[:BATCH])
    if not found:
        return 0
    tickets = Ticket.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
    held = {
        one.pk: one
        for one in tickets.with_places().filter(pk__in=set(found.values())).order_by("pk")
    }
    rows = Card.objects.left_unanswered(at).filter(pk__in=found, ticket__in=held)
    facts = []
    for one in rows.select_related("clock"):
        ticket = held[one.ticket_id]
        facts.append(Fact(ticket, one.department_id, CardCause.UNANSWERED, one.clock, instead=one))
    _raise(facts, at, Limits.load())
    return len(facts)
