"""Who handles a ticket, by when: each department with its clocks, for the ticket's own page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from govgrid.worktime.arithmetic import Limit
from govgrid.worktime.queries import calendar
from tickets.models import Assignment, Clock, Outcome, Ticket, TicketEvent
from tickets.spans import length, limit_words
from tickets.timeleft import hour_words
from tickets.workflow import MAX_RETURNS, AssignmentState, ClockKind, stamp_of

if TYPE_CHECKING:
    from govgrid.worktime.arithmetic import Calendar

BACK = frozenset({"return", "dispute"})
# An assistant helps with these; the lead answers for them.
OF_THE_LEAD = frozenset({ClockKind.PLAN, ClockKind.MAKE_SAFE, ClockKind.RESOLVE})


class Cell(NamedTuple):
    """One clock of a row: running (``clock``), reached (``at``), or a quiet word."""

    name: str
    css: str
    glyph: str
    clock: Clock | None = None
    at: datetime | None = None
    quiet: str = ""
    small: str = ""
    late: str = ""


class Row(NamedTuple):
    """A department's part with its clocks; ``returned`` counts its returns."""

    assignment: Assignment
    cells: list[Cell]

    @property
    def is_off(self) -> bool:
        return not self.assignment.is_live

    @property
    def is_first_receiver(self) -> bool:
        """Leads whoever helps, until the desk or a ruling names another."""
        one = self.assignment
        return one.is_lead and one.is_live and one.signed_at is not None

    @property
    def is_ruled(self) -> bool:
        return self.assignment.is_live and self.assignment.ruled_at is not None


class Handling:
    """The rows of one ticket, from rows that were read already."""

    def __init__(
        self,
        ticket: Ticket,
        assignments: Sequence[Assignment],
        clocks: Iterable[Clock],
        events: Iterable[TicketEvent] = (),
        originals: Mapping[int, datetime] = MappingProxyType({}),
    ) -> None:
        """``originals``: by clock, its deadline before it was extended."""
        events = list(events)
        self.originals = originals
        self.ticket, self.assignments = ticket, assignments
        self.clocks = list(clocks)
        self._last = {(one.assignment_id, one.kind): one for one in self.clocks}
        self._reasons = {
            one.assignment_id: one.note for one in events if one.verb in BACK and one.note
        }
        self._returns = [one.assignment_id for one in events if one.verb == "return"]

    @property
    def rows(self) -> list[Row]:
        return [Row(one, self._cells(one)) for one in self.assignments]

    @property
    def own(self) -> list[Cell]:
        """The ticket's own: deciding, verifying, closing; as far as they were ever asked for."""
        kinds = (
            ClockKind.CHECK,
            ClockKind.TRIAGE,
            ClockKind.RULING,
            ClockKind.VERIFY,
            ClockKind.CLOSE,
        )
        found = [(kind, self._last.get((None, kind))) for kind in kinds]
        return [self._of_ticket(kind, one) for kind, one in found if one is not None]

    @property
    def is_provisional(self) -> bool:
        return any(one.is_running and one.is_provisional for one in self.clocks)

    @cached_property
    def _kinds(self) -> list[ClockKind]:
        seen = {kind for _owner, kind in self._last}
        safe = {one.made_safe_at or one.safe_seen_at for one in self.assignments} - {None}
        wanted = {ClockKind.SIGN, ClockKind.REPORT_IN, ClockKind.RESOLVE}
        if self.ticket.owes_plan or ClockKind.PLAN in seen:
            wanted.add(ClockKind.PLAN)
        if self.ticket.has_hazard or safe or ClockKind.MAKE_SAFE in seen:
            wanted.add(ClockKind.MAKE_SAFE)
        order = (
            ClockKind.SIGN,
            ClockKind.REPORT_IN,
            ClockKind.PLAN,
            ClockKind.MAKE_SAFE,
            ClockKind.RESOLVE,
        )
        return [kind for kind in order if kind in wanted]

    def _cells(self, one: Assignment) -> list[Cell]:
        cells, was_returned = [], False
        for kind in self._kinds:
            at = stamp_of(kind, one)
            if at is None and one.returned_at and not was_returned:
                was_returned = True
                cells.append(self._returned(one))
            else:
                cells.append(self._cell(kind, one, at))
        return cells

    def _cell(self, kind: ClockKind, one: Assignment, at: object | None) -> Cell:
        clock = self._last.get((one.pk, kind))
        if isinstance(at, datetime):
            return self._reached(kind, at, clock, seen=_seen(kind, one))
        if clock is not None and clock.is_running:
            return self._running(kind, clock)
        return Cell(_to_do(kind), "is-quiet", "clock", quiet=_quiet(kind, one, clock))

    def _of_ticket(self, kind: ClockKind, clock: Clock) -> Cell:
        if clock.is_running:
            return self._running(kind, clock)
        if clock.outcome == Outcome.MET:
            return self._reached(kind, clock.stopped_at or clock.due_at, clock)
        return Cell(_to_do(kind), "is-quiet", "clock", quiet=_("not any more"))

    def _reached(
        self, kind: ClockKind, at: datetime, clock: Clock | None, *, seen: str = ""
    ) -> Cell:
        if clock is None:
            return Cell(_reached_word(kind), "is-done", "s-done", at=at, small=seen)
        took, late = self._took(clock)
        return Cell(
            _reached_word(kind),
            "is-done",
            "s-overdue" if late else "s-done",
            at=at,
            small=pgettext("list", ", ").join(filter(None, [took, seen])),
            late=late,
        )

    def _took(self, clock: Clock) -> tuple[str, str]:
        """How long it took against its limit, and how late it was, if it was."""
        if clock.stopped_at is None or clock.outcome != Outcome.MET:
            return "", ""
        limit = Limit.parse(clock.limit)
        is_working = not limit.unit.is_urgent
        pauses = [(one.started_at, one.ended_at) for one in clock.pauses.all()]
        days = self._days(clock)
        span = days.between(clock.started_at, clock.stopped_at, pauses, limit.unit)
        took = _("took %(time)s of %(limit)s") % {
            "time": length(span, is_working=is_working),
            "limit": limit_words(clock.limit, clock.share),
        }
        if not clock.is_late:
            return took, ""
        over = days.between(clock.due_at, clock.stopped_at, unit=limit.unit)
        words = length(over, is_working=is_working)
        return took, _("%(time)s late") % {"time": words}

    def _days(self, clock: Clock) -> Calendar:
        return calendar(self.ticket.district.code, clock.edition)

    def _running(self, kind: ClockKind, clock: Clock) -> Cell:
        is_urgent = Limit.parse(clock.limit).unit.is_urgent
        words = [_("day and night")] if is_urgent else []
        if clock.pk in self.originals:
            was = hour_words(self.originals[clock.pk])
            words.append(_("extended, was due %(time)s") % {"time": was})
        small = pgettext("list", ", ").join(words)
        return Cell(_to_do(kind), "", "clock", clock=clock, small=small)

    def _returned(self, one: Assignment) -> Cell:
        if one.disputed_at == one.returned_at:
            why = self._reasons.get(one.pk, "").split("\n", 1)[0][:80]
            return Cell(
                pgettext("clock", "Disputed"), "is-back", "return", at=one.returned_at, small=why
            )
        said = _("return %(count)s of %(most)s") % {
            "count": self._returns_until(one),
            "most": MAX_RETURNS,
        }
        why = self._reasons.get(one.pk, "").split("\n", 1)[0][:80]
        small = _("%(reason)s, %(count)s") % {"reason": why, "count": said} if why else said
        return Cell(
            pgettext("clock", "Returned"), "is-back", "return", at=one.returned_at, small=small
        )

    def _returns_until(self, one: Assignment) -> int:
        """Leads count on the ticket, an assistant's department counts its own."""
        if one.is_lead and one.pk in self._returns:
            leads = {other.pk for other in self.assignments if other.is_lead}
            of_leads = [pk for pk in self._returns if pk in leads]
            return len(of_leads) - of_leads[::-1].index(one.pk)
        return sum(
            other.state == AssignmentState.RETURNED
            and other.role == one.role
            and (one.is_lead or other.department_id == one.department_id)
            and other.pk <= one.pk
            for other in self.assignments
        )


def _quiet(kind: ClockKind, one: Assignment, clock: Clock | None) -> str:
    if not one.is_live or (clock is not None and clock.outcome == Outcome.VOID):
        return _("not any more")
    if not one.is_lead and kind in OF_THE_LEAD:
        return _("follows the lead")
    if one.state == AssignmentState.DONE:
        return _("not needed")
    return _("not yet, without a limit")


def _seen(kind: ClockKind, one: Assignment) -> str:
    """Beside the department's own word: somebody of the place looked."""
    if kind != ClockKind.MAKE_SAFE or one.safe_seen_at is None:
        return ""
    return (
        _("seen by the place") if one.made_safe_at else _("said by the place, not the department")
    )


def _to_do(kind: ClockKind) -> str:
    return str(kind.label)


def _reached_word(kind: ClockKind) -> str:
    return {
        ClockKind.SIGN: pgettext("clock", "Signed for"),
        ClockKind.REPORT_IN: pgettext("clock", "Reported in"),
        ClockKind.PLAN: pgettext("clock", "Plan submitted"),
        ClockKind.MAKE_SAFE: pgettext("clock", "Made safe"),
        ClockKind.RESOLVE: pgettext("clock", "Resolved"),
        ClockKind.TRIAGE: pgettext("clock", "Assigned"),
        ClockKind.RULING: pgettext("clock", "Ruled"),
        ClockKind.VERIFY: pgettext("clock", "Verified"),
        ClockKind.CLOSE: pgettext("clock", "Closed"),
        ClockKind.CHECK: pgettext("clock", "Looked at"),
    }[kind]
