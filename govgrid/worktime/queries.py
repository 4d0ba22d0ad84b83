"""Reads the calendar: one cheap statement, then the process remembers."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from django.contrib.postgres.aggregates import BoolOr
from django.db import connection
from django.db.models import Count, Q
from django.db.models.functions import ExtractYear

from govgrid.worktime import sources
from govgrid.worktime.arithmetic import Calendar, Day, DayKind, Hours, Table, parse_sessions
from govgrid.worktime.models import CalendarDay, Edition
from govgrid.worktime.models import Hours as HoursRow

# Districts times editions that a process works with at one time.
REMEMBERED = 256


def newest_edition() -> int:
    """The number of the newest edition, 0 while there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(max(number), 0) FROM worktime_edition")
        return cursor.fetchone()[0]


def calendar(district: str = "", edition: int | None = None) -> Calendar:
    """The working calendar of a district, now or as it was in an edition."""
    return _calendar(district, newest_edition() if edition is None else edition)


@lru_cache(maxsize=REMEMBERED)
def _calendar(district: str, edition: int) -> Calendar:
    if edition and not Edition.objects.filter(number=edition).exists():
        raise ValueError(f"There is no edition {edition} of the calendar.")
    tables = _tables(edition)
    return Calendar(
        lambda year: tables.get(year) or sources.table(year), _hours(district, edition), edition
    )


@lru_cache(maxsize=8)
def _tables(edition: int) -> dict[int, Table]:
    """The years that have rows; a year is published once one of its days is not provisional."""
    rows = CalendarDay.objects.as_of(edition)
    days: dict[int, dict] = {}
    published = set()
    for on, kind, name, is_provisional in rows.values_list(
        "date", "kind", "name", "is_provisional"
    ):
        days.setdefault(on.year, {})[on] = Day(DayKind(kind), name)
        if not is_provisional:
            published.add(on.year)
    return {year: Table(special, year in published) for year, special in days.items()}


def _hours(district: str, edition: int) -> list[Hours]:
    """A district's own hours first: they win over those of everywhere."""
    rows = HoursRow.objects.as_of(edition).filter(district__in={district, ""})
    return [
        Hours(row.first_on, row.last_on, parse_sessions(row.sessions))
        for row in rows.order_by("-district", "first_on")
    ]


class YearInForce(NamedTuple):
    """A year in a line: how many special days it has, and whether it is published."""

    year: int
    holidays: int
    makeup_workdays: int
    is_published: bool


def years() -> list[YearInForce]:
    """The years that have rows in force, oldest first."""
    rows = (
        CalendarDay.objects.in_force()
        .values(year=ExtractYear("date"))
        .annotate(
            holidays=Count("pk", filter=Q(kind=CalendarDay.Kind.HOLIDAY)),
            makeup_workdays=Count("pk", filter=Q(kind=CalendarDay.Kind.MAKEUP_WORKDAY)),
            is_published=BoolOr(Q(is_provisional=False)),
        )
        .order_by("year")
    )
    return [YearInForce(**row) for row in rows]
