"""One ticket's life, told in memory by the same table of moves that real ones follow.

Nothing here asks the database: a life is a handful of rows that ``ledger`` writes by the ten
thousand, with ids of their own from 1 on. Its clocks are started, stopped and paused by
``tickets.clocks`` itself. ``check`` proves afterwards that every state and every deadline follows
from the events.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from govgrid.home.demo import texts
from govgrid.home.demo.hours import Hours
from govgrid.worktime.arithmetic import Calendar
from tickets import workflow
from tickets.clocks import Work
from tickets.effects import STAMPS
from tickets.limits import Limits
from tickets.models import Assignment, Clock, ClockPause, Ticket
from tickets.reckoning import upcoming
from tickets.workflow import IN_HAND, LIVE, MOVES, AssignmentState, ClockKind, State, Tier

LEAD, ASSIST = Assignment.Role.LEAD, Assignment.Role.ASSIST
SILENT = frozenset({"file", "route", "sign", "blow", "approve", "confirm_safe"})


@dataclass
class Event:
    verb: str
    before: str
    after: str
    at: datetime
    by: int | None
    part: Assignment | None = None
    department: int | None = None
    note: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class Blown:
    """A whistle as it will be written."""

    kind: str
    tried: str
    missing_power: str
    at: datetime
    by: int
    helpers: list[tuple[int, dict[str, Any]]]
    out_at: datetime | None = None
    approved_by: int | None = None
    refused_at: datetime | None = None
    refused_by: int | None = None


@dataclass
class Terms:
    """By which calendar and which limits clocks run, read once for all lives."""

    days: Calendar
    limits: Limits


class Life:
    """Mirrors ``tickets.effects`` on plain rows; each method is one event."""

    def __init__(self, ticket: Ticket, hours: Hours, rng: Random, terms: Terms) -> None:
        self.ticket, self.hours, self.rng, self.terms = ticket, hours, rng, terms
        self.parts: list[Assignment] = []
        self.clocks: list[Clock] = []
        self.pauses: list[ClockPause] = []
        self.whistles: list[Blown] = []
        self.arrivals: list[tuple[Assignment, int, str, str, datetime]] = []
        self.score: tuple[int, int, int, str, datetime, int] | None = None
        self.events: list[Event] = []
        self.into: object | None = None  # the story that it was merged into

    @property
    def state(self) -> str:
        return self.ticket.state

    @property
    def lead(self) -> Assignment | None:
        """Who leads, as long as somebody does; done or not."""
        return next((one for one in self.parts if one.is_lead and one.is_live), None)

    @property
    def in_hand(self) -> list[Assignment]:
        return [one for one in self.parts if one.state in IN_HAND]

    def clock(self, kind: ClockKind, part: Assignment | None = None) -> Clock | None:
        """The running clock of this kind."""
        owner = part.pk if part else None
        running = (one for one in self.clocks if one.is_running)
        return next((o for o in running if (o.assignment_id, o.kind) == (owner, kind)), None)

    # ── the desk ──────────────────────────────────────────────────────────────────────────────

    def file(self, by: int | None) -> None:
        self.ticket.filed_by_id, self.ticket.filed_at = by, self.hours.at
        self._say("file", State.FILED, by)

    def route(self, department: int | None, why: dict[str, Any]) -> None:
        """Time counts from the filing or the approval; a street desk's own from the routing."""
        out = self.whistles[-1].out_at if self.whistles else None
        since = out or self.ticket.filed_at
        at = self.hours.at = min(
            max(self.hours.at, since) + timedelta(seconds=self.rng.randint(1, 4)), self.hours.end
        )
        self.ticket.routed_at, self.ticket.routing = at, why
        data = dict(why)
        if department is not None:
            helpers = self._offer_all(department)
            data |= {"helpers": helpers} if helpers else {}
        after = State.DISPATCHED if department is not None else State.TRIAGE
        self._say("route", after, None, self.lead, department=department, data=data,
                  since=since if department is not None else at)  # fmt: skip

    def assign(self, department: int, by: int) -> None:
        self._say("assign", State.DISPATCHED, by, self._offer(department, by))

    def decline(self, by: int) -> None:
        self._withdraw()
        self._say("decline", State.DECLINED, by)

    def settle(self, office: int, by: int, *, on_the_spot: bool = False) -> None:
        self._withdraw()
        one = self._offer(office, by)
        one.state = AssignmentState.DONE
        for step in ("signed", "done"):
            self._stamp(one, step, by)
        if on_the_spot:
            self.ticket.level = Tier.GRID
        data = {"level": Tier.GRID.value} if on_the_spot else None
        self._say("settle", State.HANDLED, by, one, data=data)

    def _offer_all(self, lead: int) -> list[int]:
        self._offer(lead, None)
        helpers = self.whistles[-1].helpers if self.ticket.whistle_kind else []
        given = [department for department, _why in helpers if department != lead]
        for department in given:
            self._offer(department, None, ASSIST)
        return given

    def _offer(self, department: int, by: int | None, role: str = LEAD) -> Assignment:
        one = Assignment(
            pk=len(self.parts) + 1, department_id=department, role=role,
            state=AssignmentState.OFFERED, offered_at=self.hours.at, offered_by_id=by,
        )  # fmt: skip
        self.parts.append(one)
        return one

    def _withdraw(self) -> None:
        for one in self.parts:
            if one.state in LIVE and one.state != AssignmentState.DONE:
                one.state = AssignmentState.WITHDRAWN

    # ── the whistle ───────────────────────────────────────────────────────────────────────────

    def blow(self, blown: Blown, *, waits: bool) -> None:
        held, self.ticket.held_state = self.state, self.state if waits else ""
        self.whistles.append(blown)
        blown.at, blown.out_at = self.hours.at, None if waits else self.hours.at
        self.ticket.kind, self.ticket.whistle_kind = Ticket.Kind.WHISTLE, blown.kind
        data: dict[str, Any] = {"whistle_kind": blown.kind}
        if held != State.FILED:
            data |= {"tried": blown.tried, "missing_power": blown.missing_power}
        if not waits and held != State.FILED:
            self._go_out()
        self._say("blow", State.AWAITING_APPROVAL if waits else State.FILED, blown.by, data=data)

    def approve(self, by: int) -> None:
        self.whistles[-1].out_at, self.whistles[-1].approved_by = self.hours.at, by
        self._go_out()
        self._say("approve", State.FILED, by)

    def refuse(self, by: int) -> None:
        """It goes on as the report that it was."""
        self.whistles[-1].refused_at, self.whistles[-1].refused_by = self.hours.at, by
        self.ticket.kind, self.ticket.whistle_kind = Ticket.Kind.REPORT, ""
        after, self.ticket.held_state = self.ticket.held_state, ""
        self._say("refuse", after, by)

    def _go_out(self) -> None:
        self._withdraw()
        self.ticket.held_state, self.ticket.routed_at = "", None

    def rate(self, by: int) -> None:
        lead = self.lead
        assert lead is not None  # noqa: S101
        speed, quality = self.rng.choices((2, 3, 4, 5), (1, 3, 7, 5), k=2)
        self._say("rate", self.state, by, lead, data={"speed": speed, "quality": quality})
        said = self.events[-1].note
        self.score = (lead.department_id, speed, quality, said, self.hours.at, by)

    # ── the department ────────────────────────────────────────────────────────────────────────

    def sign(self, part: Assignment, by: int) -> None:
        self._step("sign", part, by, State.HANDLING)

    def report_in(self, part: Assignment, by: int, rank: str = "", via: str = "page") -> None:
        part.reported_in_rank = rank
        self._step("report_in", part, by, data={"rank": rank, "via": via} if rank else None)
        self.arrivals.append((part, by, rank, via, self.hours.at))

    def make_safe(self, part: Assignment, by: int) -> None:
        self._step("make_safe", part, by)

    def plan(self, part: Assignment, by: int) -> None:
        self._step("plan", part, by)

    def finish(self, part: Assignment, by: int) -> None:
        data = None
        if self.ticket.whistle_kind:
            until = self.hours.at.date() + timedelta(days=self.rng.randint(7, 60))
            data = {"spoke_with": texts.spoke_with(self.rng), "until": until.isoformat()}
            # The demo has no photos, so each answer says why.
            data["no_photo"] = texts.NO_PHOTO[part.department_id % len(texts.NO_PHOTO)]
            if part.signed_at:
                data["accepted_at"] = part.signed_at.isoformat()
        self._step("finish", part, by, data=data)

    def give_back(self, part: Assignment, by: int, owner: str) -> None:
        """A lead's return sends it to the street desk; an assistant's touches only its own."""
        after = None
        if part.is_lead:
            self.ticket.return_count += 1
            after = State.TRIAGE
        self._step("return", part, by, after, data={"suggested_owner": owner})

    def take_off(self, part: Assignment, by: int) -> None:
        """Only ever an assistant's part, while the lead still works."""
        part.state = AssignmentState.WITHDRAWN
        self._say("withdraw", self.state, by, part)

    def confirm_safe(self, by: int) -> None:
        part = self.lead
        assert part is not None  # noqa: S101
        self._stamp(part, "safe_seen", by)
        self._say("confirm_safe", self.state, by, part)

    def _step(
        self,
        verb: str,
        part: Assignment,
        by: int,
        after: str | None = None,
        data: dict[str, Any] | None = None,
    ) -> None:
        part.state = MOVES[verb].assignment_target or part.state
        self._stamp(part, STAMPS[verb], by)
        if verb in {"finish", "return"} and after is None:
            is_handled = workflow.is_handled([one.state for one in self.parts])
            after = State.HANDLED if is_handled else None
        self._say(verb, after or self.state, by, part, data=data)

    def _stamp(self, part: Assignment, step: str, by: int | None) -> None:
        setattr(part, f"{step}_at", self.hours.at if by else None)
        setattr(part, f"{step}_by_id", by)

    # ── the community ─────────────────────────────────────────────────────────────────────────

    def verify(self, by: int) -> None:
        self._say("verify", State.VERIFIED, by)

    def close(self, by: int | None) -> None:
        self.ticket.closed_at = self.hours.at
        self._say("close", State.CLOSED, by)

    def reject(self, by: int) -> None:
        self._back_to_work("reject", by)

    def reopen(self, by: int) -> None:
        self.ticket.closed_at = None
        self._back_to_work("reopen", by)

    def merge(self, into: object, by: int) -> None:
        self.into, self.ticket.held_state = into, self.state
        self._say("merge", State.MERGED, by)

    def _back_to_work(self, verb: str, by: int) -> None:
        part = next(one for one in self.parts if one.is_lead and one.state == AssignmentState.DONE)
        self._stamp(part, "done", None)
        arrived = part.reported_in_at is not None
        part.state = AssignmentState.REPORTED_IN if arrived else AssignmentState.SIGNED
        self._say(verb, State.HANDLING, by, part)

    # ── log and clocks ────────────────────────────────────────────────────────────────────────

    def _say(
        self,
        verb: str,
        after: str,
        by: int | None,
        part: Assignment | None = None,
        *,
        department: int | None = None,
        data: dict[str, Any] | None = None,
        since: datetime | None = None,
    ) -> None:
        at = self.hours.at
        self.fire(at)
        before = self.state if self.events else ""
        self.ticket.state = after
        lines = self._settle(verb, since or at)
        note = "" if verb in SILENT or (verb == "close" and not by) else texts.note(verb, self.rng)
        owner = department or (part.department_id if part else None)
        told = (data or {}) | ({"clocks": lines} if lines else {})
        self.events.append(Event(verb, before, after, at, by, part, owner, note, told))

    def _settle(self, verb: str, at: datetime) -> list[dict[str, Any]]:
        if verb == "file":
            return []
        parts = {one.pk: one for one in self.parts}
        work = Work(self.ticket, parts, verb, at, self.clocks, self._pauses_of)
        work.days, work.limits = self.terms.days, self.terms.limits
        work.reconcile()
        for number, one in enumerate(work.fresh, start=len(self.clocks) + 1):
            one.pk = number
        work.begun(work.fresh)
        self.pauses += work.spans
        return work.lines

    def _pauses_of(self, clock: Clock) -> list[ClockPause]:
        return [span for span in self.pauses if span.clock_id == clock.pk]

    def fire(self, until: datetime) -> None:
        """What the clocks said by themselves before ``until``."""
        while True:
            # What is over is looked at again by the sweeps of the running system.
            waiting = [
                one
                for one in self.clocks
                if one.next_fire_at and one.next_fire_at < until and not one.over_told_at
            ]
            if not waiting:
                return
            self._tell(min(waiting, key=_next_fire))

    def _tell(self, one: Clock) -> None:
        # What was due before it could begin is told at once.
        at = max(_next_fire(one), self.events[-1].at)
        is_over = one.due_at <= at
        setattr(one, "over_told_at" if is_over else "near_told_at", at)
        one.next_fire_at = upcoming(one)
        part = self.parts[one.assignment_id - 1] if one.assignment_id else None
        data = {"clock": one.pk, "kind": str(one.kind), "due": one.due_at.isoformat()}
        self.events.append(
            Event(
                "over" if is_over else "near", self.state, self.state, at, None, part,
                part.department_id if part else None, "", data,
            )
        )  # fmt: skip


def _next_fire(one: Clock) -> datetime:
    assert one.next_fire_at is not None  # noqa: S101
    return one.next_fire_at
