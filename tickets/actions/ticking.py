"""What the clocks do by themselves: remind, tell that it is late, close, follow the calendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from govgrid.core import clock
from govgrid.worktime.queries import calendar, newest_edition
from tickets import clocks, notices, queries
from tickets.actions.moves import move
from tickets.models import Clock, Ticket, TicketEvent
from tickets.workflow import ClockKind, State

BATCH = 500


@transaction.atomic
def fire_clocks() -> int:
    """Fire up to 500 clocks whose three quarters or whose end has come; how many.

    Each fires once: the row moves on in the transaction that writes the event and owes the
    messages. After an outage what is over is said to be over, without the reminder before it.
    """
    now = clock.now()
    due = _hold(Clock.objects.due_to_fire(now).values_list("pk", "ticket_id")[:BATCH])
    due = [one for one in due if one.next_fire_at is not None and one.next_fire_at <= now]
    closing = [one for one in due if one.kind == ClockKind.CLOSE]
    told = [one for one in due if one.kind != ClockKind.CLOSE]
    for one in told:
        _tell(one, now)
    Clock.objects.bulk_update(told, ["near_told_at", "over_told_at", "next_fire_at"])
    TicketEvent.objects.bulk_create(_event(one, now) for one in told)
    notices.fired(told)
    for one in closing:
        move(one.ticket, "close", by=None)
    return len(due)


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
    clocks_held = list(rows.select_related("assignment__department").prefetch_related("pauses"))
    for one in clocks_held:
        one.ticket = held[one.ticket_id]
    return clocks_held


def _tell(one: Clock, now: datetime) -> None:
    if one.due_at <= now:
        one.over_told_at = now
    else:
        one.near_told_at = now
    one.next_fire_at = clocks.upcoming(one)


def _event(one: Clock, now: datetime) -> TicketEvent:
    ticket, owner = one.ticket, one.assignment
    return TicketEvent(
        ticket=ticket,
        assignment=owner,
        verb="over" if one.over_told_at else "near",
        before=ticket.state,
        after=ticket.state,
        at=now,
        department_id=owner.department_id if owner else None,
        data={"clock": one.pk, "kind": one.kind, "due": one.due_at.isoformat()},
    )


@transaction.atomic
def recompute_clocks() -> int:
    """Compute up to 500 running clocks again that an older calendar computed; how many.

    Each that moved gets an event with both deadlines; the others only learn the edition.
    """
    newest = newest_edition()
    stale = Clock.objects.running().filter(edition__lt=newest).order_by("pk")
    held = _hold(stale.values_list("pk", "ticket_id")[:BATCH])
    now = clock.now()
    events = []
    for one in held:
        was = one.due_at
        days = calendar(one.ticket.district.code, newest)
        clocks.reckon_anew(one, days, one.pauses.all())
        if one.due_at != was:
            events.append(_moved(one, was, now))
    Clock.objects.bulk_update(
        held, ["near_at", "due_at", "edition", "is_provisional", "over_told_at", "next_fire_at"]
    )
    TicketEvent.objects.bulk_create(events)
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
