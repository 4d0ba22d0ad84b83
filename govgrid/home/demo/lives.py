"""One ticket's life, told in memory by the same table of moves that real ones follow.

Nothing here asks the database: a life is a handful of plain values that ``ledger`` writes by the
ten thousand. ``check`` proves afterwards that every state follows from its events.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from govgrid.home.demo import texts
from tickets.effects import STAMPS
from tickets.workflow import IN_HAND, LIVE, MOVES, AssignmentState, State


@dataclass
class Part:
    """A department's assignment."""

    department: int
    offered_at: datetime
    offered_by: int | None
    state: str = AssignmentState.OFFERED
    stamps: dict[str, tuple[datetime, int]] = field(default_factory=dict)


@dataclass
class Event:
    verb: str
    before: str
    after: str
    at: datetime
    by: int | None
    part: Part | None = None
    department: int | None = None
    note: str = ""
    data: dict[str, Any] = field(default_factory=dict)


class Clock:
    """Local time that passes; offices work Monday to Friday, 8 to 12 and 14 to 18."""

    def __init__(self, start: datetime, rng: Random) -> None:
        self.at = start
        self.rng = rng

    def seconds(self, low: int, high: int) -> datetime:
        self.at += timedelta(seconds=self.rng.randint(low, high))
        return self.at

    def worked(self, low: int, high: int) -> datetime:
        """So many minutes later, or when the office opens next."""
        at = self.at + timedelta(seconds=self.rng.randint(low * 60, high * 60))
        late = timedelta(seconds=self.rng.randint(60, 2400))
        if at.hour >= 18:
            at = at.replace(hour=0, minute=0, second=0) + timedelta(days=1)
        while at.weekday() >= 5:
            at = at.replace(hour=0, minute=0, second=0) + timedelta(days=1)
        if at.hour < 8:
            at = at.replace(hour=8, minute=0, second=0) + late
        elif at.hour in (12, 13):
            at = at.replace(hour=14, minute=0, second=0) + late
        self.at = at
        return at


class Life:
    """Mirrors ``tickets.effects`` on plain values; each method is one event."""

    def __init__(self, clock: Clock, rng: Random, filed_by: int | None) -> None:
        self.clock, self.rng = clock, rng
        self.filed_by, self.filed_at = filed_by, clock.at
        self.state: str = State.FILED
        self.lead: Part | None = None
        self.parts: list[Part] = []
        self.routed_at: datetime | None = None
        self.routing: dict[str, Any] = {}
        self.returns = 0
        self.closed_at: datetime | None = None
        self.events = [Event("file", "", State.FILED, clock.at, filed_by)]

    # ── the desk ──────────────────────────────────────────────────────────────────────────────

    def route(self, department: int | None, why: dict[str, Any]) -> None:
        self.routed_at, self.routing = self.clock.seconds(1, 4), why
        if department is not None:
            self._offer(department, None)
        after = State.DISPATCHED if department is not None else State.TRIAGE
        self._say("route", after, None, self.lead, department=department, data=why)

    def assign(self, department: int, by: int) -> None:
        self.clock.worked(5, 45)
        self._offer(department, by)
        self._say("assign", State.DISPATCHED, by, self.lead)

    def decline(self, by: int) -> None:
        self.clock.worked(5, 90)
        self.lead = None
        self._say("decline", State.DECLINED, by)

    def settle(self, office: int, by: int) -> None:
        at = self.clock.seconds(600, 7200)
        for part in self.parts:
            if part.state in LIVE:
                part.state = AssignmentState.WITHDRAWN
        self._offer(office, by)
        assert self.lead is not None  # noqa: S101
        self.lead.state = AssignmentState.DONE
        self.lead.stamps = {"signed": (at, by), "done": (at, by)}
        self._say("settle", State.HANDLED, by, self.lead)

    def _offer(self, department: int, by: int | None) -> None:
        self.lead = Part(department, self.clock.at, by)
        self.parts.append(self.lead)

    # ── the department ────────────────────────────────────────────────────────────────────────

    def sign(self, by: int) -> None:
        self.clock.worked(4, 180)
        self._step("sign", by, State.HANDLING)

    def report_in(self, by: int) -> None:
        self.clock.worked(20, 200)
        self._step("report_in", by, self.state)

    def make_safe(self, by: int) -> None:
        self.clock.worked(5, 60)
        self._step("make_safe", by, self.state)

    def finish(self, by: int) -> None:
        self.clock.worked(60, 3400)
        self._step("finish", by, State.HANDLED)

    def give_back(self, by: int, owner: str) -> None:
        self.clock.worked(20, 240)
        self.returns += 1
        part = self.lead
        self._step("return", by, State.TRIAGE, data={"suggested_owner": owner})
        assert part is not None  # noqa: S101
        self.lead = None

    def _step(self, verb: str, by: int, after: str, data: dict[str, Any] | None = None) -> None:
        part = self.lead
        assert part is not None  # noqa: S101
        part.state = MOVES[verb].assignment_target or part.state
        part.stamps[STAMPS[verb]] = (self.clock.at, by)
        self._say(verb, after, by, part, data=data)

    # ── the community ─────────────────────────────────────────────────────────────────────────

    def verify(self, by: int) -> None:
        self.clock.worked(30, 900)
        self._say("verify", State.VERIFIED, by)

    def close(self, by: int) -> None:
        self.closed_at = self.clock.worked(30, 900)
        self._say("close", State.CLOSED, by)

    def reject(self, by: int) -> None:
        self.clock.worked(30, 600)
        self._back_to_work("reject", by)

    def reopen(self, by: int) -> None:
        self.clock.worked(600, 4000)
        self.closed_at = None
        self._back_to_work("reopen", by)

    def _back_to_work(self, verb: str, by: int) -> None:
        part = self.lead
        assert part is not None  # noqa: S101
        del part.stamps["done"]
        arrived = "reported_in" in part.stamps
        part.state = AssignmentState.REPORTED_IN if arrived else AssignmentState.SIGNED
        self._say(verb, State.HANDLING, by, part)

    def _say(
        self,
        verb: str,
        after: str,
        by: int | None,
        part: Part | None = None,
        *,
        department: int | None = None,
        data: dict[str, Any] | None = None,
    ) -> None:
        before, self.state = self.state, after
        note = "" if verb in {"file", "route", "sign"} else texts.note(verb, self.rng)
        self.events.append(
            Event(
                verb,
                before,
                after,
                self.clock.at,
                by,
                part,
                department or (part.department if part else None),
                note,
                data or {},
            )
        )

    @property
    def is_in_hand(self) -> bool:
        return self.lead is not None and self.lead.state in IN_HAND
