"""Proof that the demo's histories could have happened: each replayed from its events alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from tqdm import tqdm

from govgrid.core import clock
from govgrid.worktime.queries import calendar
from tickets import audit, workflow
from tickets.effects import STAMPS
from tickets.models import Arrival, Assignment, Clock, Meeting, Ticket, TicketEvent, Whistle
from tickets.reckoning import reckon
from tickets.replay import Compute, Span
from tickets.workflow import (
    IN_HAND,
    LIVE,
    MOVES,
    TERMS,
    AssignmentState,
    Finding,
    On,
    State,
    Tier,
    WhistleKind,
)

BACK_TO_WORK = {"reject", "reopen"}
# What is told, and moves nothing.
TOLD = {"near", "over", "card", "close_order", "arrive", "photo", "reply", *Meeting.VERBS}
SAYS_WHY = {"finish", "return", "dispute", "rule", "reject", "decline", "settle", "plan", "refuse"}
STEPS = {**STAMPS, "confirm_safe": "safe_seen"}
# Who did one of these cannot verify.
WORK = {"signed", "reported_in", "made_safe", "done"}


BATCH = 2000
TICKET = (
    "pk", "number", "district__code", "state", "return_count", "closed_at", "lead_department_id",
    "routed_at", "whistle_kind", "held_state", "merged_into__number", "due_at", "level",
)  # fmt: skip
EVENT = (
    "ticket_id", "assignment_id", "verb", "before", "after", "at", "by_id", "note", "data",
)  # fmt: skip
PART = (
    "ticket_id", "pk", "department_id", "offered_at", "state",
    *(f"{step}_{what}" for step in STEPS.values() for what in ("at", "by_id")),
)  # fmt: skip
CLOCK = ("ticket_id", "pk", "kind", "due_at", "stopped_at", "outcome", "paused_at")


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
    # Who asked for the look that is out; None: its conditions did.
    asked_by: int | None = None
    into: str | None = None
    level: str = Tier.COMMUNITY
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
            f"finish without {one}"
            for one in ("spoke_with", "until", "no_photo")
            if one not in event.data
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
        elif event.verb == "dispute":
            self.lead = None
        self.level = event.data.get("level", self.level)
        self.state = self._target(event)
        if self.state != before:
            self.closed_at = event.at if self.state == State.CLOSED else None

    def _offer(self, event: TicketEvent) -> None:
        self.is_routed = True
        one = event.assignment_id
        if not one:
            return
        self.parts[one], self.lead = self._taken_up(one), one
        self.leads.add(one)
        for department in event.data.get("helpers", ()):
            # No assignment has the id 0: an offer without its row shows in the end.
            self.parts[self.offers.get((department, event.at), 0)] = AssignmentState.OFFERED

    def _taken_up(self, one: int) -> str:
        """Where a department stands that is given it: where it stood, if it had it before."""
        state = self.parts.get(one, "")
        if state not in {AssignmentState.RETURNED, AssignmentState.DONE}:
            return state if state in LIVE else AssignmentState.OFFERED
        for step in ("returned", "done"):
            self.stamps.pop((one, step), None)
        if (one, "signed") not in self.stamps:
            return AssignmentState.OFFERED
        arrived = (one, "reported_in") in self.stamps
        return AssignmentState.REPORTED_IN if arrived else AssignmentState.SIGNED

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

    def _take_off(self, event: TicketEvent) -> None:
        one = event.assignment_id or 0
        self.parts[one] = AssignmentState.WITHDRAWN
        if self.lead == one:
            self.lead = None

    def _suspend(self, event: TicketEvent) -> None:
        self.held = self.state

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

    def _ask(self, event: TicketEvent) -> None:
        self.asked_by, self.is_routed = event.by_id, True

    def _look(self, event: TicketEvent) -> None:
        """Real, and asked for by the conditions: it is routed now."""
        self.is_routed = self.asked_by is not None or event.data["finding"] != Finding.REAL

    def _refuse(self, event: TicketEvent) -> None:
        self.whistle = ""

    def _merge(self, event: TicketEvent) -> None:
        self.into, self.held = event.data["into"], self.state

    def _unmerge(self, event: TicketEvent) -> None:
        self.into = None

    def _target(self, event: TicketEvent) -> str:
        if event.verb in {"file", "check", "route"}:
            routed = State.DISPATCHED if self.lead else State.TRIAGE
            gone_on = routed if event.verb == "route" else self.state
            return gone_on if self.is_routed else State.FILED
        if event.verb == "blow":
            approve = TERMS[WhistleKind(self.whistle)].approve
            return State.AWAITING_APPROVAL if approve else State.FILED
        if event.verb in {"refuse", "unmerge", "resume"}:
            held, self.held = self.held, ""
            return held
        if event.verb in {"assign", "rule"}:
            begun = self.parts.get(self.lead or 0) in IN_HAND
            return State.HANDLING if begun else State.DISPATCHED
        if event.verb == "return" and event.assignment_id in self.leads:
            return State.TRIAGE
        if event.verb == "withdraw" and self.lead is None:
            return State.TRIAGE
        if event.verb in {"finish", "return", "withdraw"} and workflow.is_handled(
            list(self.parts.values())
        ):
            return State.HANDLED
        return self.state if event.verb in TOLD else MOVES[event.verb].target or self.state


_EFFECTS = {
    "route": Replay._offer,
    "assign": Replay._offer,
    "rule": Replay._offer,
    "settle": Replay._settle,
    "decline": Replay._withdraw,
    "reject": Replay._back,
    "reopen": Replay._back,
    "blow": Replay._blow,
    "approve": Replay._approve,
    "refuse": Replay._refuse,
    "merge": Replay._merge,
    "unmerge": Replay._unmerge,
    "suspend": Replay._suspend,
    "withdraw": Replay._take_off,
    "ask_check": Replay._ask,
    "check": Replay._look,
}


def wrong(*, quiet: bool = True) -> Iterator[str]:
    """What does not fit, in sentences, as it is found; nothing when every history holds.

    Read by the thousand, so that a city's tickets need no more memory than a village's.
    """
    bar = tqdm(desc="proof", total=Ticket.objects.count(), unit="", disable=quiet or None)
    last = 0
    while batch := _Batch.after(last):
        last = batch.last
        for ticket in batch.tickets:
            yield from (f"{ticket.number}: {reason}" for reason in batch.reasons(ticket))
        bar.update(len(batch.tickets))
    bar.close()


class _Batch:
    """Some tickets with all that is held against their events."""

    def __init__(self, tickets: list[Any]) -> None:
        self.tickets = tickets
        self.last = tickets[-1].pk
        span = {"ticket__gte": tickets[0].pk, "ticket__lte": self.last}
        self.events = _by_ticket(TicketEvent.objects.filter(**span), EVENT)
        self.parts = _by_ticket(Assignment.objects.filter(**span), PART)
        self.clocks = _by_ticket(Clock.objects.filter(**span), CLOCK)
        self.whistles = dict(
            Whistle.objects.filter(**span, refused_at=None).values_list("ticket", "kind")
        )
        first, last = (f"assignment__{name}" for name in span)
        came = Arrival.objects.filter(**{first: tickets[0].pk, last: self.last})
        self.came = set(came.values_list("assignment", flat=True))

    @classmethod
    def after(cls, last: int) -> _Batch | None:
        found = Ticket.objects.filter(pk__gt=last).order_by("pk")
        tickets = list(found.values_list(*TICKET, named=True)[:BATCH])
        return cls(tickets) if tickets else None

    def reasons(self, ticket: Any) -> Iterator[str]:
        events, parts = self.events.get(ticket.pk, ()), self.parts.get(ticket.pk, [])
        if not events:
            yield "has no history"
        replay = Replay({(one.department_id, one.offered_at): one.pk for one in parts})
        for event in events:
            yield from replay.take(event)
        yield from _differences(ticket, parts, replay)
        yield from self._clocks(ticket, events)
        if self.whistles.get(ticket.pk, "") != ticket.whistle_kind:
            yield f"its whistle is {self.whistles.get(ticket.pk)}, not {ticket.whistle_kind}"
        for part in parts:
            if (part.pk in self.came) is not (part.reported_in_at is not None):
                yield f"assignment {part.pk}: reported in and nobody came, or the other way round"

    def _clocks(self, ticket: Any, events: Iterable[TicketEvent]) -> Iterator[str]:
        """Every deadline computed again from the log, and the next of them."""
        clocks = self.clocks.get(ticket.pk, [])
        compute = _computing(ticket.district__code)
        yield from map(str, audit.compared(ticket.number, clocks, events, compute))
        running = (one.due_at for one in clocks if one.stopped_at is None and not one.paused_at)
        due = min(running, default=None)
        if ticket.due_at != due:
            yield f"is due {ticket.due_at}, its clocks say {due}"


def _by_ticket(rows: QuerySet[Any], names: tuple[str, ...]) -> dict[int, list[Any]]:
    told = rows.order_by("ticket", "pk").values_list(*names, named=True)
    return {pk: list(group) for pk, group in groupby(told, key=attrgetter("ticket_id"))}


@cache
def _computing(district: str) -> Compute:
    def compute(
        start: datetime, limit: str, share: int, pauses: list[Span], edition: int
    ) -> datetime:
        return _due(district, start, limit, share, tuple(pauses), edition)

    return compute


@lru_cache(maxsize=100_000)
def _due(
    district: str, start: datetime, limit: str, share: int, pauses: tuple[Span, ...], edition: int
) -> datetime:
    """Echoes of one moment have the same deadlines: computed once."""
    days = calendar(district, edition)
    return reckon(days, start, limit, share=share, pauses=pauses).due_at


def _differences(ticket: Any, parts: list[Any], replay: Replay) -> Iterator[str]:
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
        "level": (_as_told(ticket.level), _as_told(replay.level)),
        "merging": (ticket.merged_into__number, replay.into),
    }
    for what, (row, told) in facts.items():
        if row != told:
            yield f"{what} is {row}, its events say {told}"
    if replay.at and replay.at > clock.now():
        yield "its last event lies ahead"


def _as_told(level: str) -> str:
    """The log of old did not say what was settled on the spot; every step up it says."""
    return Tier.COMMUNITY if level == Tier.GRID else level


def _stamps(parts: list[Any]) -> Iterator[tuple[tuple[int, str], tuple[datetime, int]]]:
    for part in parts:
        for step in STEPS.values():
            at = getattr(part, f"{step}_at")
            if at is not None:
                yield (part.pk, step), (at, getattr(part, f"{step}_by_id"))
