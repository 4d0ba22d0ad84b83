"""How a deadline was computed, in words: every line from the calendar's own derivation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from govgrid.core import clock as business
from govgrid.worktime.arithmetic import DayKind, Limit, Step, StepKind, Unit
from govgrid.worktime.queries import calendar
from tickets.spans import length, limit_words

if TYPE_CHECKING:
    from tickets.models import Clock

NOTHING = timedelta()


class Line(NamedTuple):
    """One line of a derivation: when, what that was, what counted, how much so far."""

    when: str
    what: str
    counted: str
    total: str
    css: str = ""
    is_provisional: bool = False


class Derivation(NamedTuple):
    """One clock with everything that its deadline follows from."""

    clock: Clock
    owner: str
    limit: str
    basis: str
    code: str  # of the district's own limit, L-0007
    rule: str
    lines: list[Line]
    is_open: bool  # stands still, so that no deadline can be told yet


def derivation(clock: Clock) -> Derivation:
    """``clock`` with ``ticket.district``, ``assignment.department`` and ``pauses`` at hand."""
    limit = Limit.parse(clock.limit)
    pauses: list[tuple[datetime, datetime | None]] = [
        (one.started_at, one.ended_at) for one in clock.pauses.all()
    ]
    if clock.paused_at is not None:
        pauses.append((clock.paused_at, None))
    days = calendar(clock.ticket.district.code, clock.edition)
    steps = days.explain(clock.started_at, limit, pauses, Fraction(clock.share, 100))
    code = clock.basis if clock.basis.startswith("L-") else ""
    return Derivation(
        clock,
        clock.assignment.department.short_name if clock.assignment else "",
        limit_words(clock.limit, clock.share),
        _basis(clock.basis),
        code,
        _rule(limit.unit),
        list(_lines(steps)),
        clock.paused_at is not None,
    )


def _basis(basis: str) -> str:
    if basis == "category":
        return _("the limit of this category")
    if basis == "standard":
        return _("the standard limit")
    if basis == "plan":
        return _("the day that was promised")
    return _("the district's own limit %(code)s") % {"code": basis}


def _rule(unit: Unit) -> str:
    if unit.is_urgent:
        return _("It runs day and night, also at weekends and on holidays.")
    if unit is Unit.WD:
        return _(
            "It ends when the last session closes on the last of its working days; the day on "
            "which it starts is none of them."
        )
    if unit is Unit.ON:
        return _("It ends when the last session closes on that day, or on the next working day.")
    return _("It runs while offices are open, and stands still at noon, at night and on days off.")


def _lines(steps: Iterable[Step]) -> Iterable[Line]:
    for step in steps:
        yield _LINES[step.kind](step)


def _start(step: Step) -> Line:
    return Line(_moment(step.start), _("Starts here"), "", "", "is-start")


def _days(step: Step) -> Line:
    assert step.day is not None, "lines of days have a day"  # noqa: S101
    end = step.end or step.start
    last = (end - timedelta(microseconds=1)) if end > step.start else end
    first_on, last_on = business.local(step.start).date(), business.local(last).date()
    # A make-up Saturday works: its name says what for.
    what = _KINDS[step.day.kind]()
    if step.day.name:
        what = _("%(kind)s: %(name)s") % {"kind": what, "name": step.day.name}
    return Line(
        _dates(first_on, last_on),
        what,
        length(step.used) if step.used else _("nothing"),
        _total(step),
        "" if step.used else "is-off",
        step.is_provisional,
    )


def _elapsed(step: Step) -> Line:
    return Line(_from_to(step), _("runs day and night"), length(step.used), _total(step))


def _pause(step: Step) -> Line:
    what = _("stood still") if step.end else _("stands still")
    return Line(_from_to(step), what, _("nothing"), _total(step), "is-off")


def _due(step: Step) -> Line:
    return Line(_moment(step.start), _("Time is up"), "", _total(step), "is-due")


_LINES = {
    StepKind.START: _start,
    StepKind.DAYS: _days,
    StepKind.ELAPSED: _elapsed,
    StepKind.PAUSE: _pause,
    StepKind.DUE: _due,
}
_KINDS = {
    DayKind.WORKDAY: lambda: _("working day"),
    DayKind.MAKEUP_WORKDAY: lambda: _("made-up working day"),
    DayKind.WEEKEND: lambda: _("weekend"),
    DayKind.HOLIDAY: lambda: _("holiday"),
}


def _total(step: Step) -> str:
    return length(step.total) if step.total else pgettext("so far", "nothing")


def _from_to(step: Step) -> str:
    if step.end is None:
        return _("since %(moment)s") % {"moment": _moment(step.start)}
    if business.local(step.start).date() == business.local(step.end).date():
        return f"{_moment(step.start)} – {business.local(step.end):%H:%M}"
    return f"{_moment(step.start)} – {_moment(step.end)}"


def _dates(first: date, last: date) -> str:
    if first == last:
        return _named(first)
    count = (last - first).days + 1
    return ngettext(
        "%(first)s – %(last)s, %(count)s day", "%(first)s – %(last)s, %(count)s days", count
    ) % {"first": _named(first), "last": _named(last), "count": count}


def _named(on: date) -> str:
    """Thu 24 Sept, with the year: a derivation is printed and kept."""
    return date_format(on, pgettext("date format, with weekday", "D j M Y"))


def _moment(at: datetime) -> str:
    there = business.local(at)
    # Seconds decide some deadlines to the minute, so a start that has them shows them.
    hour = f"{there:%H:%M:%S}" if there.second else f"{there:%H:%M}"
    return _("%(day)s %(time)s") % {"day": _named(there.date()), "time": hour}
