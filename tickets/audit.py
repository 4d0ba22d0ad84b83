"""Deadlines held against the log: whoever doubts an appraisal can have every one computed again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from govgrid.worktime.queries import calendar
from tickets.models import Clock, Ticket, TicketEvent
from tickets.reckoning import reckon
from tickets.replay import Compute, NeverStarted, Replayed, Span, replay

BATCH = 500


class Difference(NamedTuple):
    """One thing that row and log do not say alike."""

    number: str
    clock: int
    what: str
    row: str
    log: str

    def __str__(self) -> str:
        return f"{self.number} clock {self.clock}: {self.what} {self.row}, by its log {self.log}"


def differences(tickets: QuerySet[Ticket]) -> Iterator[tuple[Ticket, list[Difference]]]:
    """Each ticket with what its clock rows and its log do not say alike; mostly nothing."""
    last = 0
    while batch := _batch(tickets, last):
        last = batch[-1].pk
        for ticket in batch:
            yield ticket, list(_of(ticket))


def _batch(tickets: QuerySet[Ticket], last: int) -> list[Ticket]:
    found = tickets.filter(pk__gt=last).select_related("district").order_by("pk")
    return list(found.prefetch_related("clocks__pauses", "events")[:BATCH])


def _of(ticket: Ticket) -> Iterator[Difference]:
    def compute(
        start: datetime, limit: str, share: int, pauses: list[Span], edition: int
    ) -> datetime:
        days = calendar(ticket.district.code, edition)
        return reckon(days, start, limit, share=share, pauses=pauses).due_at

    events = sorted(ticket.events.all(), key=lambda one: one.pk)
    yield from compared(ticket.number, ticket.clocks.all(), events, compute)


def compared(
    number: str, clocks: Iterable[Clock], events: Iterable[TicketEvent], compute: Compute
) -> Iterator[Difference]:
    """What the clocks of one ticket and its log, oldest first, do not say alike.

    Rows that are no models will do, as long as they have these names: a million tickets are read
    as tuples.
    """
    try:
        told = replay(line for one in events for line in one.data.get("clocks", ()))
    except NeverStarted as never:
        yield Difference(number, never.args[0], "started", "is not told", "goes on")
        return
    rows = {one.pk: one for one in clocks}
    for pk in sorted(rows.keys() ^ told.keys()):
        yield Difference(number, pk, "exists", str(pk in rows), str(pk in told))
    for pk in sorted(rows.keys() & told.keys()):
        for what, row, log in _pairs(rows[pk], told[pk], compute):
            if row != log:
                yield Difference(number, pk, what, str(row), str(log))


def _pairs(row: Clock, log: Replayed, compute: Compute) -> Iterator[tuple[str, object, object]]:
    yield "due", row.due_at, log.due(compute)
    yield "kind", row.kind, log.kind
    yield "stopped", row.stopped_at, log.stopped_at
    yield "outcome", row.outcome, log.outcome
    yield "paused", row.paused_at, log.paused_at
