"""The only writer of the working calendar. Each change is one edition; nothing is edited.

The same content again makes no edition. Whoever counts time asks ``queries.calendar`` and finds
the newest; clocks that an older edition counted are found by its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core import clock, sheets
from govgrid.core.errors import Refused
from govgrid.worktime import sources
from govgrid.worktime.arithmetic import DayKind, weekday_of
from govgrid.worktime.models import FIRST_DAY, LAST_DAY, CalendarDay, Edition, Hours, check_sessions
from govgrid.worktime.rows import DayRow

ONE_DAY = timedelta(days=1)


@dataclass
class Imported(sheets.Imported):
    """What a change did; no ``edition`` where it changed nothing."""

    edition: Edition | None = None


class Wanted(NamedTuple):
    """What a date shall be."""

    kind: str
    name: str
    is_provisional: bool


Days = dict[date, Wanted]


@transaction.atomic
def import_days(
    rows: Iterable[DayRow], *, by: User | None, source: str = "", is_provisional: bool = False
) -> Imported:
    """From now on these are the special days of their years: what a notice says, or a guess.

    Guesses of those years that the rows do not name end with it; days off by law stay, and so does
    what was published before. Refused: no rows, a date twice, a guess about a published year.
    """
    _ask(by)
    given = _once_each(rows)
    _lock()
    now, rest = _state({on.year for on in given})
    if is_provisional:
        _check_unpublished(now | rest, given)
    goal = {
        on: day
        for on, day in (now | rest).items()
        if not day.is_provisional or on in sources.by_law(on.year)
    }
    goal |= {on: Wanted(row.kind, row.name, is_provisional) for on, row in given.items()}
    done = _succeed(now, goal, by=by, source=source)
    done.unchanged = sum(now.get(on) == goal[on] for on in given)
    done.warnings = [] if is_provisional else _left_out(now | rest, given)
    return done


@transaction.atomic
def set_day(
    on: date, kind: str | None, *, by: User | None, name: str = "", source: str = ""
) -> Imported:
    """From now on ``on`` is a holiday or a make-up workday; None: what the week says.

    In a year that is not published it is a guess like the rest of that year.
    """
    _ask(by)
    _lock()
    now, rest = _state({on.year})
    goal = now | rest
    is_published = any(not day.is_provisional for day in goal.values())
    if kind is None:
        goal.pop(on, None)
    else:
        goal[on] = Wanted(kind, name, not is_published)
    return _succeed(now, goal, by=by, source=source)


@transaction.atomic
def set_hours(
    *,
    by: User | None,
    sessions: str,
    first_on: date,
    last_on: date | None = None,
    district: str = "",
    source: str = "",
) -> Edition | None:
    """From ``first_on`` to ``last_on`` working days have these sessions; the edition, if new.

    What held for the same dates ends; what it said of days before and after goes on. Empty
    ``sessions``: as everywhere.
    """
    _ask(by)
    row = Hours(district=district, first_on=first_on, last_on=last_on, sessions=sessions)
    _check_hours(row)
    _lock()
    over = list(_overlapping(row))
    if _says_the_same(over, row):
        return None
    edition = _edition(by, source)
    Hours.objects.filter(pk__in=[one.pk for one in over]).update(until=edition)
    pieces = [piece for one in over for piece in _around(one, row)]
    if sessions:
        pieces.append(row)
    for piece in pieces:
        piece.since = edition
    Hours.objects.bulk_create(pieces)
    return edition


def _ask(by: User | None) -> None:
    if by is not None and not (by.is_active and by.is_superuser):
        raise PermissionDenied


def _lock() -> None:
    """One change at a time, so that editions are numbered in the order they hold."""
    with connection.cursor() as cursor:
        cursor.execute(f'LOCK TABLE "{Edition._meta.db_table}" IN SHARE ROW EXCLUSIVE MODE')


def _edition(by: User | None, source: str) -> Edition:
    return Edition.objects.create(made_at=clock.now(), made_by=by, source=source[:200])


def _once_each(rows: Iterable[DayRow]) -> dict[date, DayRow]:
    given: dict[date, DayRow] = {}
    for row in rows:
        if row.on in given:
            raise Refused("day_twice", _("%(date)s stands in the list twice.") % {"date": row.on})
        given[row.on] = row
    if not given:
        raise Refused("no_days", _("The list names no day."))
    return given


def _state(years: set[int]) -> tuple[Days, Days]:
    """What the rows in force say of these years, and what holds of those without a row."""
    rows = CalendarDay.objects.in_force().filter(date__year__in=years).order_by("date")
    now = {row.date: Wanted(row.kind, row.name, row.is_provisional) for row in rows}
    rest: Days = {}
    for year in years - {on.year for on in now}:
        days, is_published = sources.table(year)
        rest |= {on: Wanted(str(day.kind), day.name, not is_published) for on, day in days.items()}
    return now, rest


def _check_unpublished(held: Days, given: Iterable[date]) -> None:
    published = {on.year for on, day in held.items() if not day.is_provisional}
    for year in sorted(published & {on.year for on in given}):
        raise Refused(
            "year_is_published",
            _("%(year)s is published: nothing provisional can be said of it.") % {"year": year},
        )


def _left_out(held: Days, given: Mapping[date, DayRow]) -> list[sheets.Problem]:
    """Days off by law that a first notice of a year does not name: part of the list is missing."""
    published = {on.year for on, day in held.items() if not day.is_provisional}
    return [
        sheets.Problem(
            0, _("%(date)s is a holiday by law, and the list does not name it.") % {"date": on}
        )
        for year in sorted({on.year for on in given} - published)
        for on in sorted(sources.by_law(year) - set(given))
    ]


def _succeed(now: Days, goal: Days, *, by: User | None, source: str) -> Imported:
    """End what is no longer so and write what is new, in one edition."""
    done = Imported()
    fresh = {on: day for on, day in goal.items() if now.get(on) != day}
    over = [on for on, day in now.items() if goal.get(on) != day]
    if not fresh and not over:
        return done
    done.edition = edition = _edition(by, source)
    CalendarDay.objects.in_force().filter(date__in=over).update(until=edition)
    rows = [
        CalendarDay(date=on, source=source[:200], since=edition, **day._asdict())
        for on, day in sorted(fresh.items())
    ]
    for row in rows:
        _check(row)
    CalendarDay.objects.bulk_create(rows)
    done.added = [_said(row) for row in rows if row.date not in now]
    done.changed = [_said(row) for row in rows if row.date in now]
    done.changed += [_("%s is an ordinary day again") % on for on in over if on not in goal]
    return done


def _said(row: CalendarDay) -> str:
    return f"{row.date} {row.get_kind_display()} {row.name}".rstrip()


def _check(row: CalendarDay) -> None:
    """The sentence of what a row may not say; what two may not, the lock keeps away."""
    try:
        row.clean_fields(exclude=["since", "until"])
    except ValidationError as error:
        raise Refused("day_refused", " ".join(error.messages)) from error
    if not FIRST_DAY <= row.date <= LAST_DAY:
        raise Refused("day_refused", _("A date lies between 2000 and 2199."))
    if row.kind == CalendarDay.Kind.MAKEUP_WORKDAY and weekday_of(row.date) == DayKind.WORKDAY:
        raise Refused("day_refused", _("%s is a weekday: it is a working day already.") % row.date)


def _check_hours(row: Hours) -> None:
    try:
        if row.sessions:
            check_sessions(row.sessions)
        row.clean_fields(exclude=["since", "until", "sessions"])
    except ValidationError as error:
        raise Refused("hours_refused", " ".join(error.messages)) from error
    if not FIRST_DAY <= row.first_on <= LAST_DAY:
        raise Refused("hours_refused", _("A date lies between 2000 and 2199."))
    if row.last_on is not None and row.last_on < row.first_on:
        raise Refused("hours_refused", _("The last day lies before the first."))


def _overlapping(row: Hours) -> Iterable[Hours]:
    found = Hours.objects.in_force().filter(district=row.district).order_by("first_on")
    return (
        one
        for one in found
        if (row.last_on is None or one.first_on <= row.last_on)
        and (one.last_on is None or row.first_on <= one.last_on)
    )


def _says_the_same(over: list[Hours], row: Hours) -> bool:
    if not row.sessions:
        return not over
    return (
        len(over) == 1
        and over[0].sessions == row.sessions
        and over[0].first_on <= row.first_on
        and (
            over[0].last_on is None or (row.last_on is not None and row.last_on <= over[0].last_on)
        )
    )


def _around(one: Hours, row: Hours) -> list[Hours]:
    """What is left of ``one`` before and after ``row``."""
    pieces: list[tuple[date, date | None]] = []
    if one.first_on < row.first_on:
        pieces.append((one.first_on, row.first_on - ONE_DAY))
    if row.last_on is not None and (one.last_on is None or row.last_on < one.last_on):
        pieces.append((row.last_on + ONE_DAY, one.last_on))
    return [
        Hours(district=one.district, sessions=one.sessions, first_on=first, last_on=last)
        for first, last in pieces
    ]
