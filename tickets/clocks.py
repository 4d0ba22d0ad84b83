"""Starts, stops, pauses and resumes clocks until what runs is what ``workflow.wanted`` says.

Called by ``tickets.actions`` with the ticket locked. Everything done is given back as lines for the
ticket's log: from these alone every deadline can be computed again (``tickets.replay``).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from govgrid.core.copying import copy_in, reserve
from govgrid.worktime.arithmetic import Limit
from govgrid.worktime.queries import calendar, newest_edition
from tickets.limits import Allowed, Limits
from tickets.models import Check, Clock, ClockPause, Outcome
from tickets.promises import (
    WHOLE,
    Key,
    dated,
    in_place_of,
    is_dated,
    key_of,
    last_of,
    milestones_of,
)
from tickets.reckoning import (
    near_of,
    reckon,
    reckon_anew,
    second,
)
from tickets.replay import Line, moved_to, started
from tickets.starting import ReckonedOnce, Start, begin, start_of
from tickets.workflow import (
    HELD,
    ON_AGAIN,
    Again,
    ClockKind,
    State,
    added_to,
    stamp_of,
    standing,
    standing_still,
    wanted,
)

if TYPE_CHECKING:
    from govgrid.worktime.arithmetic import Calendar
    from tickets.models import Assignment, Extension, Milestone, Ticket

HALF = 50


def settle(
    ticket: Ticket,
    assignments: Iterable[Assignment],
    *,
    verb: str,
    at: datetime,
    granted: Extension | None = None,
) -> list[Line]:
    """Bring the clocks of a locked ticket into line with its state after ``verb``.

    Sets ``ticket.due_at``, and both deadlines of an extension that is ``granted``; saving these is
    the caller's. Gives the lines for the log.
    """
    work = Work(
        ticket,
        {one.pk: one for one in assignments},
        verb,
        at,
        _clocks_of(ticket),
        milestones=milestones_of(ticket),
        is_check_out=_is_check_out(ticket),
    )
    work.reconcile()
    if granted is not None:
        work.lengthen(granted)
    _save(work)
    ticket.due_at = earliest(work.clocks)
    return work.lines


def _clocks_of(ticket: Ticket) -> list[Clock]:
    found = Clock.objects.filter(ticket=ticket.pk).prefetch_related("pauses").order_by("pk")
    return list(found)


def _is_check_out(ticket: Ticket) -> bool:
    return ticket.state == State.TRIAGE and Check.objects.out().filter(ticket=ticket.pk).exists()


def _save(work: Work) -> None:
    """Stopped ones first: one of a kind runs at a time."""
    fields = [
        "limit", "near_at", "due_at", "edition", "is_provisional", "paused_at", "next_fire_at",
        "near_told_at", "over_told_at", "red_told_at", "stopped_at", "outcome", "limit", "basis",
    ]  # fmt: skip
    if work.changed:
        Clock.objects.bulk_update(work.changed.values(), fields)
    if work.spans:
        ClockPause.objects.bulk_create(work.spans)
    if work.fresh:
        work.begun(Clock.objects.bulk_create(work.fresh))


def earliest(clocks: Iterable[Clock]) -> datetime | None:
    """The next deadline of those that run."""
    running = (one.due_at for one in clocks if one.is_running and one.paused_at is None)
    return min(running, default=None)


def start_all(
    given: Iterable[tuple[Ticket, list[Assignment], datetime]], looked_at: Container[int] = ()
) -> dict[int, list[Line]]:
    """First clocks of freshly routed tickets, in one statement; the log lines by ticket.

    Each comes with its assignments and the moment from which its time counts; ``looked_at`` are
    those that somebody looks at first. Sets ``due_at``.
    """
    limits, edition, reckoned = Limits.load(), newest_edition(), ReckonedOnce()
    made: list[Start] = []
    for ticket, assignments, since in given:
        days = calendar(ticket.district.code, edition)
        found = [
            begin(ticket, key, since, limits, days, reckon_by=reckoned)
            for key in _in_order(wanted(ticket, assignments, is_check_out=ticket.pk in looked_at))
        ]
        starts = [one for one in found if one is not None]
        ticket.due_at = min((one.due_at for one in starts), default=None)
        made += starts
    ids = reserve(Clock, len(made))
    rows = ([pk, *one, one.next_fire_at, ""] for pk, one in zip(ids, made, strict=True))
    copy_in(Clock, ["id", *Start._fields, "next_fire_at", "outcome"], rows)
    lines: dict[int, list[Line]] = {}
    for pk, one in zip(ids, made, strict=True):
        lines.setdefault(one.ticket_id, []).append(started(pk, one))
    return lines


def _in_order(keys: Iterable[Key]) -> list[Key]:
    """The ticket's own first, then by assignment and kind: the same every time."""
    return sorted(keys, key=lambda key: (key[0] or 0, *key[1:]))


def _keys(found: Iterable[tuple[Any, ...]]) -> set[Key]:
    return {(owner, str(kind), *more) for owner, kind, *more in found}


@dataclass
class Work:
    """One reconciliation: what there is, what was done to it, what is to be saved. No database."""

    ticket: Ticket
    assignments: dict[int, Assignment]
    verb: str
    at: datetime
    clocks: list[Clock]
    pauses_of: Callable[[Clock], Iterable[ClockPause]] = lambda one: one.pauses.all()
    lines: list[Line] = field(default_factory=list)
    changed: dict[int, Clock] = field(default_factory=dict)
    spans: list[ClockPause] = field(default_factory=list)
    fresh: list[Clock] = field(default_factory=list)
    milestones: dict[int, Milestone] = field(default_factory=dict)
    # Somebody of the place is looking whether the report is real.
    is_check_out: bool = False

    @cached_property
    def days(self) -> Calendar:
        return calendar(self.ticket.district.code)

    @cached_property
    def limits(self) -> Limits:
        return Limits.load()

    @cached_property
    def near(self) -> Fraction:
        return near_of(self.limits.colours(self.ticket))

    def reconcile(self) -> None:
        """Pause all while the ticket is held; else stop, resume and start."""
        running = {key_of(one): one for one in self.clocks if one.is_running}
        if self.ticket.state in HELD:
            for one in running.values():
                self._pause(one)
            return
        goal, still = self._goal(), self._standing()
        for key, one in running.items():
            self._go_on(one, is_wanted=key in goal, stands=key in still)
        for key in _in_order(still - set(running)) if self.verb == "undo" else ():
            self._stand_again(key)
        for key in _in_order(goal - set(running)):
            self._start(key)

    def _goal(self) -> set[Key]:
        found = wanted(
            self.ticket,
            self.assignments.values(),
            self.milestones.values(),
            is_check_out=self.is_check_out,
        )
        return _keys(found)

    def _standing(self) -> set[Key]:
        """What stands still although the ticket does not."""
        back = standing(self.ticket, self.assignments.values())
        return _keys(back) | _keys(standing_still(is_check_out=self.is_check_out))

    def _go_on(self, one: Clock, *, is_wanted: bool, stands: bool) -> None:
        if stands:
            self._pause(one)
        elif not is_wanted:
            self._stop(one)
        else:
            if one.paused_at is not None:
                self._resume(one, one.paused_at)
            self._follow_the_plan(one)

    def lengthen(self, granted: Extension) -> None:
        """A longer limit for a clock that runs: what was near already will be near once more."""
        one = next(clock for clock in self.clocks if clock.pk == granted.clock_id)
        unit, amount = Limit.parse(one.limit)
        more = added_to(one.share, Limit.parse(granted.amount).amount)
        one.limit, one.near_told_at = str(Limit(unit, amount + more)), None
        granted.due_before = one.due_at
        reckon_anew(one, self.days, self._pauses_and_new(one), self.near)
        granted.due_after = one.due_at
        was = granted.due_before.isoformat()
        self._note(one, moved_to(one, "extend", limit=one.limit, was=was))

    def begun(self, fresh: Iterable[Clock]) -> None:
        """New ones have their ids now: they join the others and the log."""
        for one in fresh:
            self.clocks.append(one)
            self.lines.append(started(one.pk, one))

    def _note(self, one: Clock, line: Line) -> None:
        self.changed[one.pk] = one
        self.lines.append(line)

    def _pause(self, one: Clock) -> None:
        if one.paused_at is None:
            one.paused_at, one.next_fire_at = second(self.at), None
            self._note(one, {"clock": one.pk, "op": "pause", "at": one.paused_at.isoformat()})

    def _stand_again(self, key: Key) -> None:
        """What ended when the desk gave it to another, and that is taken back."""
        before = [one for one in self.clocks if key_of(one) == key]
        one = before[-1] if before else None
        if one is None or one.outcome != Outcome.VOID or one.stopped_at is None:
            return
        one.paused_at = second(one.stopped_at)
        one.stopped_at, one.outcome = None, ""
        self._note(one, {"clock": one.pk, "op": "pause", "at": one.paused_at.isoformat()})

    def _stop(self, one: Clock) -> None:
        if one.paused_at is not None:
            # The span in which it stood still makes nobody late.
            self._resume(one, one.paused_at)
        one.stopped_at, one.paused_at, one.next_fire_at = self.at, None, None
        one.outcome = self._outcome(one)
        line = {"clock": one.pk, "op": "stop", "at": self.at.isoformat(), "outcome": one.outcome}
        self._note(one, line)

    def _outcome(self, one: Clock) -> str:
        """Met when what it waited for was done; void when nobody need do it any more."""
        owner = self.assignments.get(one.assignment_id or 0)
        promised = self.milestones.get(one.milestone_id or 0)
        if promised is not None:
            return Outcome.MET if promised.reached_at else Outcome.VOID
        if owner is not None:
            return Outcome.MET if stamp_of(one.kind, owner) else Outcome.VOID
        if one.kind == ClockKind.CHECK:
            return Outcome.MET if self.verb == "check" else Outcome.VOID
        return Outcome.VOID if self.verb in {"undo", "blow"} else Outcome.MET

    def _start(self, key: Key) -> None:
        again = ON_AGAIN.get(self.verb, Again.ANEW)
        before = [one for one in self.clocks if key_of(one) == key]
        if before and again is Again.RESUME:
            self._run_on(before[-1])
            self._follow_the_plan(before[-1])
            return
        half = again is Again.HALF and key[1] == ClockKind.RESOLVE
        share = HALF if half else WHOLE
        begun = self._promised_start(key) or begin(
            self.ticket, key, self.at, self.limits, self.days, share
        )
        if begun is not None:
            begun = self._by_the_plan(begun)
            self.fresh.append(Clock(**begun._asdict(), next_fire_at=begun.next_fire_at))

    # ── what was promised ─────────────────────────────────────────────────────────────────────

    @cached_property
    def _last(self) -> Milestone | None:
        return last_of(self.ticket, self.assignments.values(), self.milestones.values())

    def _promised_start(self, key: Key) -> Start | None:
        promised = self.milestones.get(key[2]) if len(key) > 2 else None
        if promised is None:
            return None
        return start_of(self.ticket, key, self.at, dated(promised), self.days, self.near)

    def _by_the_plan(self, begun: Start) -> Start:
        """A hard case is resolved by its last milestone, where that is later than its limit."""
        if self._last is None or not is_dated(begun.kind, begun.share):
            return begun
        key, since = (begun.assignment_id, begun.kind), begun.started_at
        late = start_of(self.ticket, key, since, dated(self._last), self.days, self.near)
        return max(begun, late, key=lambda one: one.due_at)

    def _follow_the_plan(self, one: Clock) -> None:
        """A milestone that was moved takes its clock along, the last one that of the hard case."""
        allowed = self._promised(one)
        if allowed is None or allowed.limit == one.limit:
            return
        one.limit, one.basis = allowed
        reckon_anew(one, self.days, self._pauses_and_new(one), self.near)
        if one.near_at > self.at:
            one.near_told_at, one.next_fire_at = None, one.near_at
        self._note(one, moved_to(one, "limit", limit=one.limit, basis=one.basis))

    def _promised(self, one: Clock) -> Allowed | None:
        promised = self.milestones.get(one.milestone_id or 0)
        if promised is not None:
            return dated(promised)
        if self._last is None or not is_dated(one.kind, one.share):
            return None
        pauses = [(span.started_at, span.ended_at) for span in self._pauses_and_new(one)]

        def due(limit: str) -> datetime:
            return reckon(self.days, one.started_at, limit, pauses=pauses).due_at

        usual = self.limits.of(ClockKind.RESOLVE, self.ticket)
        return in_place_of(one, self._last, usual, due)

    def _pauses_and_new(self, one: Clock) -> list[ClockPause]:
        return [*self.pauses_of(one), *(span for span in self.spans if span.clock_id == one.pk)]

    def _run_on(self, one: Clock) -> None:
        since = one.stopped_at
        assert since is not None, "it was not among the running"  # noqa: S101
        one.stopped_at, one.outcome = None, ""
        self._resume(one, since)

    def _resume(self, one: Clock, since: datetime) -> None:
        """Go on with the time that was left; the span in between does not count."""
        one.paused_at, until = None, second(self.at)
        since = min(second(since), until)
        span = ClockPause(clock_id=one.pk, started_at=since, ended_at=until)
        self.spans.append(span)
        reckon_anew(one, self.days, [*self.pauses_of(one), span], self.near)
        self._note(one, moved_to(one, "resume", since=since.isoformat(), at=until.isoformat()))
