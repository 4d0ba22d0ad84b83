"""What is known of a year that has no rows: the days shipped with the platform, else the law.

So the calendar answers on an empty database too, and a year that is not published is never an error.
"""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from pathlib import Path

from django.utils.module_loading import import_string

from govgrid.worktime.arithmetic import Day, DayKind, Table, weekday_of

SHIPPED = Path(__file__).parent / "data" / "special_days.csv"
# The package works lunar dates out up to here; beyond it there are weekends only.
FIRST_YEAR, LAST_YEAR = 1950, 2100
# Days off that only a notice grants, and days off instead of a holiday that falls on a weekend.
BY_NOTICE, INSTEAD = "休息日", "补假"


@cache
def shipped() -> dict[int, dict[date, Day]]:
    """The published days that came with the platform, by year."""
    years: dict[int, dict[date, Day]] = {}
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            on = date.fromisoformat(row["date"])
            years.setdefault(on.year, {})[on] = Day(DayKind(row["kind"]), row["name"])
    return years


@cache
def _holidays(year: int) -> dict[date, str]:
    # Imported at first need: it takes 0.3 s, and most processes never come here.
    china = import_string("holidays.countries.China")
    return dict(china(years=year, language="zh_CN")) if FIRST_YEAR <= year <= LAST_YEAR else {}


def statutory(year: int) -> dict[date, Day]:
    """The holidays of a year by law, and the weekdays off instead of those on a weekend."""
    return {
        on: Day(DayKind.HOLIDAY, _short(name))
        for on, name in sorted(_holidays(year).items())
        if not name.startswith(BY_NOTICE)
    }


def by_law(year: int) -> frozenset[date]:
    """The dates that no notice can take away."""
    return frozenset(
        on
        for on, name in _holidays(year).items()
        if INSTEAD not in name and not name.startswith(BY_NOTICE)
    )


def announced(year: int) -> dict[date, Day]:
    """All that the ``holidays`` package knows of a year: the notice too, once it has read it."""
    china = import_string("holidays.countries.China")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return {}
    table = china(years=year, language="zh_CN")
    days = {on: Day(DayKind.HOLIDAY, _short(name)) for on, name in table.items()}
    for on in table.weekend_workdays:
        if on.year == year and weekday_of(on) == DayKind.WEEKEND:
            days[on] = Day(DayKind.MAKEUP_WORKDAY)
    return dict(sorted(days.items()))


def table(year: int) -> Table:
    """What holds for a year while nobody has entered anything."""
    if year in shipped():
        return Table(shipped()[year], is_published=True)
    return Table(statutory(year), is_published=False)


def _short(name: str) -> str:
    return name.partition("（")[0]
