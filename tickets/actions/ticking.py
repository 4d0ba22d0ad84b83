"""What the clocks do by themselves: remind, tell that it is late, close, follow the calendar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from govgrid.core import clock
from govgrid.worktime.queries import calendar, newest_edition
from tickets import cards, clocks, notices, queries, reckoning
from tickets.actions import carding, telling
from tickets.actions.moves import move
from tickets.cards import Fact
from tickets.limits import Limits
from tickets.models import Card, Clock, Extension, Suspension, Ticket, TicketEvent
from tickets.workflow import CardCause, ClockKind, State, cause_when_over, turns_red

BATCH = 500


@transaction.atomic
def fire_clocks() -> int:
    """Fire up to 500 clocks whose three quarters, whose end or whose red moment has come; how many.

    Each fires once: the row moves on in the transaction that writes the event, raises the card and
    owes the messages. After an outage what is over is said to be over, without the reminder before
    it, and of the cards that would have come and gone there is the last one alone.
    """
    now = clock.now()
    due = _hold(Clock.objects.due_to_fire(now).values_list("pk", "ticket_id")[:BATCH])
    due = [one for one in due if one.next_fire_at is not None and one.next_fire_at <= now]
    closing = [one for one in due if one.kind == ClockKind.CLOSE]
    _fire([one for one in due if one.kind != ClockKind.CLOSE], now)
    for one in closing:
        move(one.ticket, "close", by=None)
    return len(due)


class Firing(NamedTuple):
    """What one clock has to say now. No verb: that was said before."""

    clock: Clock
    verb: str
    cause: CardCause

    @property
    def fact(self) -> Fact | None:
        """A department gets a card; of what a desk has to do the messages alone tell."""
        one = self.clock
        owner = one.assignment
        return Fact(one.ticket, owner.department_id, self.cause, one) if owner else None


def _fire(due: list[Clock], now: datetime) -> None:
    if not due:
        return
    limits, edition = Limits.load(), newest_edition()
    firings = [_tell(one, now, limits, edition) for one in due]
    Clock.objects.bulk_update(due, ["near_told_at", "over_told_at", "red_told_at", "next_fire_at"])
    _lapse(due, now)
    facts = (one.fact for one in firings)
    made = cards.raise_for((one for one in facts if one is not None), now, limits, edition)
    TicketEvent.objects.bulk_create(_events(firings, made, now))
    notices.fired(one.clock for one in firings if one.verb)
    telling.of_cards(made)


def _hold(found: Iterable[tuple[int, int]]) -> list[Clock]:
    """The clocks with their tickets locked first, as a move does; what somebody holds waits."""
    ids = dict(found)
    tickets = Ticket.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
    held = {
        one.pk: one for one in tickets.with_places().filter(pk__in=set(ids.values())).order_by("pk")
    }
    rows = (
        Clock.objects.running().filter(pk__in=ids, ticket__in=held).order_by("next_fire_at", "pk")
    )
    clocks_held = list(
        rows.select_related("assignment__department", "milestone").prefetch_related("pauses")
    )
    for one in clocks_held:
        one.ticket = held[one.ticket_id]
    return clocks_held


def _tell(one: Clock, now: datetime, limits: Limits, edition: int) -> Firing:
    """Move a clock on to what it has to say after now."""
    if one.due_at > now:
        one.near_told_at = now
        one.next_fire_at = one.due_at
        return Firing(one, "near", CardCause.NEAR)
    verb = "" if one.over_told_at else "over"
    one.over_told_at = one.over_told_at or now
    red_at = _red_at(one, limits, edition)
    is_long = red_at is not None and red_at <= now
    if is_long and one.red_told_at is None:
        one.red_told_at = now
    one.next_fire_at = None if is_long else red_at
    return Firing(one, verb, cause_when_over(one.kind, is_long=is_long))


def _red_at(one: Clock, limits: Limits, edition: int) -> datetime | None:
    if one.assignment_id is None or not turns_red(one.kind):
        return None
    ticket, spans = one.ticket, reckoning.spans_of(one.pauses.all())
    days = calendar(ticket.district.code, edition)
    return reckoning.red_from(one, days, limits.colours(ticket), spans)


def _lapse(told: Iterable[Clock], now: datetime) -> None:
    """What was asked for, and nobody answered while there was time."""
    over = [one.pk for one in told if one.kind == ClockKind.RESOLVE and one.over_told_at]
    if over:
        Extension.objects.filter(clock__in=over, outcome="").update(
            outcome=Extension.Outcome.LAPSED, decided_at=now
        )


def _events(firings: list[Firing], made: list[Card], now: datetime) -> Iterator[TicketEvent]:
    """One for each that spoke, with its card; and one for a card alone."""
    raised = {one.clock_id: one for one in made}
    for one in firings:
        card = raised.get(one.clock.pk)
        if one.verb:
            yield _event(one, card, now)
        elif card is not None:
            yield carding.event_of(card, now)


def _event(firing: Firing, card: Card | None, now: datetime) -> TicketEvent:
    one = firing.clock
    ticket, owner = one.ticket, one.assignment
    data = {"clock": one.pk, "kind": one.kind, "due": one.due_at.isoformat()}
    if one.milestone:
        data["milestone"] = one.milestone.title
    return TicketEvent(
        ticket=ticket,
        assignment=owner,
        verb=firing.verb,
        before=ticket.state,
        after=ticket.state,
        at=now,
        department_id=owner.department_id if owner else None,
        data=data | (carding.said_of(card) if card else {}),
    )


@transaction.atomic
def resume_suspended() -> int:
    """Let up to 500 tickets go on whose day has come; how many. What somebody holds waits."""
    due = Suspension.objects.filter(ended_at=None, until__lte=clock.today()).order_by("until", "pk")
    tickets = Ticket.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
    held = tickets.filter(
        pk__in=list(due.values_list("ticket", flat=True)[:BATCH]), state=State.SUSPENDED
    )
    found = list(held.order_by("pk"))
    for one in found:
        move(one, "resume", by=None)
    return len(found)


@transaction.atomic
def recompute_clocks() -> int:
    """Compute up to 500 running clocks again that an older calendar computed; how many.

    Each that moved gets an event with both deadlines; the others only learn the edition.
    """
    newest = newest_edition()
    stale = Clock.objects.running().filter(edition__lt=newest).order_by("pk")
    held = _hold(stale.values_list("pk", "ticket_id")[:BATCH])
    now, limits = clock.now(), Limits.load()
    events = []
    for one in held:
        was = one.due_at
        days = calendar(one.ticket.district.code, newest)
        near = reckoning.near_of(limits.colours(one.ticket))
        reckoning.reckon_anew(one, days, one.pauses.all(), near)
        if one.due_at != was:
            events.append(_moved(one, was, now))
    Clock.objects.bulk_update(
        held,
        [
            "near_at", "due_at", "edition", "is_provisional", "over_told_at", "red_told_at",
            "next_fire_at",
        ],
    )  # fmt: skip
    TicketEvent.objects.bulk_create(events)
    cards.follow_calendar(held, now)
    queries.mark_earliest_due({one.ticket_id for one in events})
    return len(held)


def _moved(one: Clock, was: datetime, now: datetime) -> TicketEvent:
    ticket, owner = one.ticket, one.assignment
    return TicketEvent(
        ticket=ticket,
        assignment=owner,
        verb="recompute",
        before=ticket.state,
        after=State(ticket.state),
        at=now,
        department_id=owner.department_id if owner else None,
        data={
            "kind": one.kind,
            "clocks": [clocks.moved_to(one, "recompute", was=was.isoformat())],
        },
    )
