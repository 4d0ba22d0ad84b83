"""Proof that the demo's histories could have happened: each replayed from its events alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from govgrid.core import clock
from tickets import audit, workflow
from tickets.effects import STAMPS
from tickets.models import Arrival, Assignment, Ticket, TicketEvent, Whistle
from tickets.workflow import LIVE, MOVES, TERMS, AssignmentState, On, State, WhistleKind

BACK_TO_WORK = {"reject", "reopen"}
# What is told, and moves nothing.
TOLD = {"near", "over", "arrive", "photo"}
SAYS_WHY = {"finish", "return", "reject", "decline", "settle", "plan", "refuse"}
STEPS = {**STAMPS, "confirm_safe": "safe_seen"}
# Who did one of these cannot verify.
WORK = {"signed", "reported_in", "made_safe", "done"}


@dataclass
class Replay:
    """What the events say a ticket is."""

    # Which assignment a department got at a moment: an event names the lead's only.
    offers: dict[tuple[int, datetime], int] = field(default_factory=dict)
    state: str = ""
    held: str = ""
    whistle: str = ""
    at: datetime | None = None
    lead: int | None = None  # assignment
    leads: set[int] = field(default_factory=set)
    returns: int = 0
    closed_at: datetime | None = None
    is_routed: bool = False
    into: str | None = None
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
        if event.verb in {"file", "route"} | TOLD:
            return
        move = MOVES[event.verb]
        # A whistle that is filed as one is blown at once.
        if self.state not in move.sources | ({State.FILED} if event.verb == "blow" else set()):
            yield f"{event.verb} is no move from {self.state}"
        if move.on is On.ASSIGNMENT:
            part = self.parts.get(event.assignment_id or 0)
            if part not in move.assignment_sources:
                yield f"{event.verb} is no move of an assignment that is {part}"
        if event.verb in {"verify", "reject", "confirm_safe"} and event.by_id in self._workers():
            yield f"{event.verb} by who did the work"
        if event.verb in SAYS_WHY and not event.note:
            yield f"{event.verb} says nothing"
        if event.verb == "finish" and self.whistle:
            yield from self._unanswered(event)

    def _unanswered(self, event: TicketEvent) -> Iterator[str]:
        """What a whistle's answer is audited on."""
        if (event.assignment_id or 0, "reported_in") not in self.stamps:
            yield "finish without reporting in"
        yield from (
            f"finish without {one}" for one in ("spoke_with", "until") if one not in event.data
        )

    def _workers(self) -> set[int | None]:
        return {by for (_, step), (_, by) in self.stamps.items() if step in WORK}

    def _move(self, event: TicketEvent) -> None:
        effect = _EFFECTS.get(event.verb)
        before = self.state
        if effect is not None:
            effect(self, event)
        elif event.verb in STEPS and event.assignment_id:
            one = event.assignment_id
            self.stamps[one, STEPS[event.verb]] = (event.at, event.by_id)
            move = MOVES[event.verb]
            self.parts[one] = move.assignment_target or self.parts.get(one, "")
        if event.verb == "return" and event.assignment_id in self.leads:
            self.returns, self.lead = self.returns + 1, None
        self.state = self._target(event)
        if self.state != before:
            self.closed_at = event.at if self.state == State.CLOSED else None

    def _offer(self, event: TicketEvent) -> None:
        self.is_routed = True
        one = event.assignment_id
        if not one:
            return
        self.parts[one], self.lead = AssignmentState.OFFERED, one
        self.leads.add(one)
        for department in event.data.get("helpers", ()):
            self.parts[self.offers[department, event.at]] = AssignmentState.OFFERED

    def _settle(self, event: TicketEvent) -> None:
        self._withdraw(event)
        one, self.is_routed = event.assignment_id or 0, True
        self.parts[one], self.lead = AssignmentState.DONE, one
        self.leads.add(one)
        for step in ("signed", "done"):
            self.stamps[one, step] = (event.at, event.by_id)

    def _withdraw(self, event: TicketEvent) -> None:
        self.lead = None
        for other, state in self.parts.items():
            if state in LIVE and state != AssignmentState.DONE:
                self.parts[other] = AssignmentState.WITHDRAWN

    def _back(self, event: TicketEvent) -> None:
        one = event.assignment_id or 0
        self.stamps.pop((one, "done"), None)
        arrived = (one, "reported_in") in self.stamps
        self.parts[one] = AssignmentState.REPORTED_IN if arrived else AssignmentState.SIGNED

    def _blow(self, event: TicketEvent) -> None:
        self.whistle, self.held = event.data["whistle_kind"], ""
        if event.after == State.AWAITING_APPROVAL:
            self.held = self.state
        else:
            self._go_out(event)

    def _approve(self, event: TicketEvent) -> None:
        self.held = ""
        self._go_out(event)

    def _go_out(self, event: TicketEvent) -> None:
        """To be routed anew."""
        self._withdraw(event)
        self.is_routed = False

    def _refuse(self, event: TicketEvent) -> None:
        self.whistle = ""

    def _merge(self, event: TicketEvent) -> None:
        self.into, self.held = event.data["into"], self.state

    def _target(self, event: TicketEvent) -> str:
        if event.verb in {"file", "route"}:
            routed = State.DISPATCHED if self.lead else State.TRIAGE
            return State.FILED if event.verb == "file" else routed
        if event.verb == "blow":
            approve = TERMS[WhistleKind(self.whistle)].approve
            return State.AWAITING_APPROVAL if approve else State.FILED
        if event.verb == "refuse":
            held, self.held = self.held, ""
            return held
        if event.verb == "return" and event.assignment_id in self.leads:
            return State.TRIAGE
        if event.verb in {"finish", "return"} and workflow.is_handled(list(self.parts.values())):
            return State.HANDLED
        return self.state if event.verb in TOLD else MOVES[event.verb].target or self.state


_EFFECTS = {
    "route": Replay._offer,
    "assign": Replay._offer,
    "settle": Replay._settle,
    "decline": Replay._withdraw,
    "reject": Replay._back,
    "reopen": Replay._back,
    "blow": Replay._blow,
    "approve": Replay._approve,
    "refuse": Replay._refuse,
    "merge": Replay._merge,
}


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
        parts = parts_of.get(pk, [])
        replay = Replay({(one.department_id, one.offered_at): one.pk for one in parts})
        for event in story:
            found += [f"{tickets[pk]}: {reason}" for reason in replay.take(event)]
        ticket = tickets[pk]
        into = tickets.get(ticket.merged_into_id or 0)
        found += [f"{ticket}: {reason}" for reason in _differences(ticket, into, parts, replay)]
    found += [f"{one}: has no history" for pk, one in tickets.items() if pk not in told]
    return found + list(_deadlines()) + list(_whistles())


def _deadlines() -> Iterator[str]:
    """Every deadline computed again from the log; and what the clocks should have said by now."""
    for ticket, differences in audit.differences(Ticket.objects.all()):
        yield from map(str, differences)
        running = [one for one in ticket.clocks.all() if one.is_running and not one.paused_at]
        due = min((one.due_at for one in running), default=None)
        if ticket.due_at != due:
            yield f"{ticket}: is due {ticket.due_at}, its clocks say {due}"


def _whistles() -> Iterator[str]:
    """A whistle has its row, and who reported in has come."""
    kinds = dict(Whistle.objects.filter(refused_at=None).values_list("ticket", "kind"))
    told = Ticket.objects.exclude(whistle_kind="").values_list("pk", "whistle_kind")
    yield from (f"ticket {pk}: its whistle is not {kind}" for pk, kind in told
                if kinds.pop(pk, "") != kind)  # fmt: skip
    yield from (f"ticket {pk}: a whistle that it does not know of" for pk in kinds)
    came = set(Arrival.objects.values_list("assignment", flat=True))
    stamped = Assignment.objects.exclude(reported_in_at=None).values_list("pk", flat=True)
    yield from (f"assignment {pk}: reported in and nobody came" for pk in came ^ set(stamped))


def _differences(
    ticket: Ticket, into: Ticket | None, parts: list[Assignment], replay: Replay
) -> Iterator[str]:
    lead = next((part for part in parts if part.pk == replay.lead), None)
    facts = {
        "state": (ticket.state, replay.state),
        "returns": (ticket.return_count, replay.returns),
        "closing": (ticket.closed_at, replay.closed_at),
        "lead": (ticket.lead_department_id, lead.department_id if lead else None),
        "assignments": ({part.pk: part.state for part in parts}, replay.parts),
        "stamps": (dict(_stamps(parts)), replay.stamps),
        "routing": (ticket.routed_at is not None, replay.is_routed),
        "whistle": (ticket.whistle_kind, replay.whistle),
        "held state": (ticket.held_state, replay.held),
        "merging": (into.number if into else None, replay.into),
    }
    for what, (row, told) in facts.items():
        if row != told:
            yield f"{what} is {row}, its events say {told}"
    if replay.at and replay.at > clock.now():
        yield "its last event lies ahead"


def _stamps(parts: list[Assignment]) -> Iterator[tuple[tuple[int, str], tuple[datetime, int]]]:
    for part in parts:
        for step in STEPS.values():
            at = getattr(part, f"{step}_at")
            if at is not None:
                yield (part.pk, step), (at, getattr(part, f"{step}_by_id"))
