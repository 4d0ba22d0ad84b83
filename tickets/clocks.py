"""Starts, stops, pauses and resumes clocks until what runs is what ``workflow.wanted`` says.

Called by ``tickets.actions`` with the ticket locked. Everything done is given back as lines for the
ticket's log: from these alone every deadline can be computed again (``tickets.replay``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from govgrid.core.copying import copy_in, reserve
from govgrid.worktime.arithmetic import Limit
from govgrid.worktime.queries import calendar, newest_edition
from tickets.limits import Limits
from tickets.models import Clock, ClockPause, Outcome
from tickets.workflow import HELD, ON_AGAIN, Again, ClockKind, stamp_of, wanted

if TYPE_CHECKING:
    from govgrid.worktime.arithmetic import Calendar
    from tickets.models import Assignment, Ticket

Line = dict[str, Any]
Key = tuple[int | None, str]
NEAR = Fraction(3, 4)
HALF = 50
WHOLE = 100


class Reckoned(NamedTuple):
    """What follows from a start, a limit, a share, the pauses and the calendar."""

    near_at: datetime
    due_at: datetime
    is_provisional: bool
    edition: int


def reckon(
    days: Calendar,
    started_at: datetime,
    limit: str,
    *,
    share: int = WHOLE,
    pauses: Iterable[tuple[datetime, datetime]] = (),
) -> Reckoned:
    """The deadline and its three quarters by this calendar."""
    terms, part, spans = Limit.parse(limit), Fraction(share, WHOLE), list(pauses)
    due = days.deadline(started_at, terms, spans, part)
    near = days.fraction(started_at, terms, NEAR, spans, part)
    assert due is not None and near is not None, "only closed pauses come in"  # noqa: S101, PT018
    return Reckoned(min(near, due), due, days.is_provisional(started_at, due), days.edition)


def settle(
    ticket: Ticket, assignments: Iterable[Assignment], *, verb: str, at: datetime
) -> list[Line]:
    """Bring the clocks of a locked ticket into line with its state after ``verb``.

    Sets ``ticket.due_at``; saving the ticket is the caller's. Gives the lines for the log.
    """
    work = Work(ticket, {one.pk: one for one in assignments}, verb, at, _clocks_of(ticket))
    work.reconcile()
    _save(work)
    ticket.due_at = earliest(work.clocks)
    return work.lines


def _clocks_of(ticket: Ticket) -> list[Clock]:
    found = Clock.objects.filter(ticket=ticket.pk).prefetch_related("pauses").order_by("pk")
    return list(found)


def _save(work: Work) -> None:
    """Stopped ones first: one of a kind runs at a time."""
    fields = [
        "near_at", "due_at", "edition", "is_provisional", "paused_at", "next_fire_at",
        "near_told_at", "over_told_at", "stopped_at", "outcome",
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
    given: Iterable[tuple[Ticket, list[Assignment], datetime]],
) -> dict[int, list[Line]]:
    """First clocks of freshly routed tickets, in one statement; the log lines by ticket.

    Each comes with its assignments and the moment from which its time counts. Sets ``due_at``.
    """
    limits, edition, reckoned = Limits.load(), newest_edition(), _Reckoned()
    made: list[Start] = []
    for ticket, assignments, since in given:
        days = calendar(ticket.district.code, edition)
        found = [
            _begin(ticket, key, since, limits, days, reckon_by=reckoned)
            for key in _in_order(wanted(ticket, assignments))
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


class Start(NamedTuple):
    """A clock that begins: the row that it will be, without its id."""

    ticket_id: int
    assignment_id: int | None
    kind: str
    limit: str
    share: int
    basis: str
    started_at: datetime
    near_at: datetime
    due_at: datetime
    is_provisional: bool
    edition: int

    @property
    def next_fire_at(self) -> datetime:
        return self.due_at if self.kind == ClockKind.CLOSE else self.near_at


class _Reckoned:
    """What was reckoned for one ticket stands for those that begin in the same second."""

    def __init__(self) -> None:
        self.known: dict[tuple[Any, ...], Reckoned] = {}

    def __call__(self, days: Calendar, since: datetime, limit: str, *, share: int) -> Reckoned:
        key = (id(days), since, limit, share)
        if key not in self.known:
            self.known[key] = reckon(days, since, limit, share=share)
        return self.known[key]


def upcoming(one: Clock) -> datetime | None:
    """When the clock has something to say next: at three quarters, at the end, or never."""
    if not one.is_running or one.paused_at is not None or one.over_told_at is not None:
        return None
    # Closing happens by itself: there is nobody to remind.
    if one.near_told_at is None and one.kind != ClockKind.CLOSE:
        return one.near_at
    return one.due_at


def started(pk: int, one: Clock | Start) -> Line:
    return {
        "clock": pk,
        "op": "start",
        "kind": one.kind,
        "assignment": one.assignment_id,
        "limit": one.limit,
        "share": one.share,
        "basis": one.basis,
        "from": one.started_at.isoformat(),
        "edition": one.edition,
        "due": one.due_at.isoformat(),
    }


def moved_to(one: Clock, op: str, **more: Any) -> Line:
    return {
        "clock": one.pk,
        "op": op,
        "edition": one.edition,
        "due": one.due_at.isoformat(),
        **more,
    }


def reckon_anew(one: Clock, days: Calendar, pauses: Iterable[ClockPause]) -> None:
    """Compute a running clock again by the latest calendar; what lies ahead again fires again."""
    spans = [(pause.started_at, pause.ended_at) for pause in pauses]
    told = reckon(days, one.started_at, one.limit, share=one.share, pauses=spans)
    later = told.due_at > one.due_at
    one.near_at, one.due_at, one.is_provisional, one.edition = told
    if later:
        one.over_told_at = None
    one.next_fire_at = upcoming(one)


def _begin(
    ticket: Ticket,
    key: Key,
    since: datetime,
    limits: Limits,
    days: Calendar,
    share: int = WHOLE,
    reckon_by: Callable[..., Reckoned] = reckon,
) -> Start | None:
    """None where there is no limit for it here."""
    assignment_id, kind = key
    allowed = limits.of(ClockKind(kind), ticket)
    if allowed is None:
        return None
    since = _second(since)
    near_at, due_at, is_provisional, edition = reckon_by(days, since, allowed.limit, share=share)
    return Start(
        ticket.pk, assignment_id, kind, allowed.limit, share, allowed.basis, since, near_at,
        due_at, is_provisional, edition,
    )  # fmt: skip


def _second(at: datetime) -> datetime:
    """Limits are counted in whole seconds: what is shown and what is computed agree."""
    return at.replace(microsecond=0)


def _in_order(keys: Iterable[Key]) -> list[Key]:
    """The ticket's own first, then by assignment and kind: the same every time."""
    return sorted(keys, key=lambda key: (key[0] or 0, key[1]))


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

    @cached_property
    def days(self) -> Calendar:
        return calendar(self.ticket.district.code)

    @cached_property
    def limits(self) -> Limits:
        return Limits.load()

    def reconcile(self) -> None:
        """Pause all while the ticket is held; else stop, resume and start."""
        running = {(one.assignment_id, one.kind): one for one in self.clocks if one.is_running}
        if self.ticket.state in HELD:
            for one in running.values():
                self._pause(one)
            return
        pairs = wanted(self.ticket, self.assignments.values())
        goal: set[Key] = {(owner, str(kind)) for owner, kind in pairs}
        for key, one in running.items():
            if key not in goal:
                self._stop(one)
            elif one.paused_at is not None:
                self._resume(one, one.paused_at)
        for key in _in_order(goal - set(running)):
            self._start(key)

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
            one.paused_at, one.next_fire_at = _second(self.at), None
            self._note(one, {"clock": one.pk, "op": "pause", "at": one.paused_at.isoformat()})

    def _stop(self, one: Clock) -> None:
        one.stopped_at, one.paused_at, one.next_fire_at = self.at, None, None
        one.outcome = self._outcome(one)
        line = {"clock": one.pk, "op": "stop", "at": self.at.isoformat(), "outcome": one.outcome}
        self._note(one, line)

    def _outcome(self, one: Clock) -> str:
        """Met when what it waited for was done; void when nobody need do it any more."""
        owner = self.assignments.get(one.assignment_id or 0)
        if owner is not None:
            return Outcome.MET if stamp_of(one.kind, owner) else Outcome.VOID
        return Outcome.VOID if self.verb in {"undo", "blow"} else Outcome.MET

    def _start(self, key: Key) -> None:
        again = ON_AGAIN.get(self.verb, Again.ANEW)
        before = [one for one in self.clocks if (one.assignment_id, one.kind) == key]
        if before and again is Again.RESUME:
            self._run_on(before[-1])
            return
        half = again is Again.HALF and key[1] == ClockKind.RESOLVE
        share = HALF if half else WHOLE
        begun = _begin(self.ticket, key, self.at, self.limits, self.days, share)
        if begun is not None:
            self.fresh.append(Clock(**begun._asdict(), next_fire_at=begun.next_fire_at))

    def _run_on(self, one: Clock) -> None:
        since = one.stopped_at
        assert since is not None, "it was not among the running"  # noqa: S101
        one.stopped_at, one.outcome = None, ""
        self._resume(one, since)

    def _resume(self, one: Clock, since: datetime) -> None:
        """Go on with the time that was left; the span in between does not count."""
        one.paused_at, until = None, _second(self.at)
        since = min(_second(since), until)
        span = ClockPause(clock_id=one.pk, started_at=since, ended_at=until)
        self.spans.append(span)
        reckon_anew(one, self.days, [*self.pauses_of(one), span])
        self._note(one, moved_to(one, "resume", since=since.isoformat(), at=until.isoformat()))
