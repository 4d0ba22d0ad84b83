"""Proof that the demo's histories could have happened: each replayed from its events alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from govgrid.core import clock
from tickets import workflow
from tickets.effects import STAMPS
from tickets.models import Assignment, Ticket, TicketEvent
from tickets.workflow import LIVE, MOVES, AssignmentState, On, State

BACK_TO_WORK = {"reject", "reopen"}


@dataclass
class Replay:
    """What the events say a ticket is."""

    state: str = ""
    at: datetime | None = None
    lead: int | None = None  # assignment
    returns: int = 0
    closed_at: datetime | None = None
    parts: dict[int, str] = field(default_factory=dict)
    stamps: dict[tuple[int, str], tuple[datetime, int | None]] = field(default_factory=dict)

    def take(self, event: TicketEvent) -> Iterator[str]:
        if self.at is not None and event.at < self.at:
            yield f"{event.verb} happened before what came before it"
        if event.before != self.state:
            yield f"{event.verb} began from {event.before}, but it was {self.state}"
        yield from self._refusals(event)
        self._move(event)
        self.at = event.at
        if event.after != self.state:
            yield f"{event.verb} led to {event.after}, but must lead to {self.state}"
            self.state = event.after

    def _refusals(self, event: TicketEvent) -> Iterator[str]:
        if event.verb in {"file", "route"}:
            return
        move = MOVES[event.verb]
        if self.state not in move.sources:
            yield f"{event.verb} is no move from {self.state}"
        if move.on is On.ASSIGNMENT:
            part = self.parts.get(event.assignment_id or 0)
            if part not in move.assignment_sources:
                yield f"{event.verb} is no move of an assignment that is {part}"
        if event.verb in {"verify", "reject"} and event.by_id in self._workers():
            yield f"{event.verb} by who did the work"
        if event.verb in {"finish", "return", "reject", "decline", "settle"} and not event.note:
            yield f"{event.verb} says nothing"

    def _workers(self) -> set[int | None]:
        return {by for (_, step), (_, by) in self.stamps.items() if step in {"signed", "done"}}

    def _move(self, event: TicketEvent) -> None:
        one = event.assignment_id
        if event.verb in {"route", "assign"} and one:
            self.parts[one], self.lead = AssignmentState.OFFERED, one
        elif event.verb == "settle" and one:
            self._settle(event, one)
        elif event.verb == "decline":
            self.lead = None
        elif event.verb in BACK_TO_WORK and one:
            self.stamps.pop((one, "done"), None)
            arrived = (one, "reported_in") in self.stamps
            self.parts[one] = AssignmentState.REPORTED_IN if arrived else AssignmentState.SIGNED
        elif event.verb in STAMPS and one:
            self.stamps[one, STAMPS[event.verb]] = (event.at, event.by_id)
            self.parts[one] = MOVES[event.verb].assignment_target or self.parts.get(one, "")
        self._count(event)
        self.state = self._target(event)

    def _settle(self, event: TicketEvent, one: int) -> None:
        for other, state in self.parts.items():
            if state in LIVE:
                self.parts[other] = AssignmentState.WITHDRAWN
        self.parts[one], self.lead = AssignmentState.DONE, one
        for step in ("signed", "done"):
            self.stamps[one, step] = (event.at, event.by_id)

    def _count(self, event: TicketEvent) -> None:
        if event.verb == "return":
            self.returns, self.lead = self.returns + 1, None
        self.closed_at = event.at if event.verb == "close" else None

    def _target(self, event: TicketEvent) -> str:
        if event.verb in {"file", "route"}:
            routed = State.DISPATCHED if self.lead else State.TRIAGE
            return State.FILED if event.verb == "file" else routed
        if event.verb == "return":
            return State.TRIAGE
        if event.verb == "finish" and workflow.is_handled(list(self.parts.values())):
            return State.HANDLED
        return MOVES[event.verb].target or self.state


def wrong() -> list[str]:
    """What does not fit, in sentences; empty when every history holds."""
    events = TicketEvent.objects.order_by("ticket_id", "pk").iterator(chunk_size=5000)
    assignments = Assignment.objects.order_by("ticket_id", "pk").iterator(chunk_size=5000)
    by_ticket = groupby(assignments, key=attrgetter("ticket_id"))
    parts_of: dict[int, list[Assignment]] = {pk: list(rows) for pk, rows in by_ticket}
    tickets = {one.pk: one for one in Ticket.objects.defer("point", "routing")}
    found, told = [], set()
    for pk, story in groupby(events, key=attrgetter("ticket_id")):
        told.add(pk)
        replay = Replay()
        for event in story:
            found += [f"{tickets[pk]}: {reason}" for reason in replay.take(event)]
        ticket, parts = tickets[pk], parts_of.get(pk, [])
        found += [f"{ticket}: {reason}" for reason in _differences(ticket, parts, replay)]
    return found + [f"{one}: has no history" for pk, one in tickets.items() if pk not in told]


def _differences(ticket: Ticket, parts: list[Assignment], replay: Replay) -> Iterator[str]:
    lead = next((part for part in parts if part.pk == replay.lead), None)
    facts = {
        "state": (ticket.state, replay.state),
        "returns": (ticket.return_count, replay.returns),
        "closing": (ticket.closed_at, replay.closed_at),
        "lead": (ticket.lead_department_id, lead.department_id if lead else None),
        "assignments": ({part.pk: part.state for part in parts}, replay.parts),
        "stamps": (dict(_stamps(parts)), replay.stamps),
        "routing": (ticket.routed_at is None, ticket.state == State.FILED),
    }
    for what, (row, told) in facts.items():
        if row != told:
            yield f"{what} is {row}, its events say {told}"
    if replay.at and replay.at > clock.now():
        yield "its last event lies ahead"


def _stamps(parts: list[Assignment]) -> Iterator[tuple[tuple[int, str], tuple[datetime, int]]]:
    for part in parts:
        for step in STAMPS.values():
            at = getattr(part, f"{step}_at")
            if at is not None:
                yield (part.pk, step), (at, getattr(part, f"{step}_by_id"))
