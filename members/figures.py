"""Figures by count only: which tables there are, what a quarter's counts are, and what is published.

A table has one property. It is counted once, when its quarter is over, for a whole district; what
was published then stands, whoever is erased afterwards. Other parts of the roster bring their own
tables by :func:`register`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consultations.models import Topic
from govgrid.core import clock, sayings
from govgrid.privacy import stats
from grids.models import Area, Level
from members.models import Counsel, FigureRow, Grant, Member, Specialty
from members.workflow.grants import DutyLevel
from members.workflow.network import StationKind

MONTHS = 3
SHOWN = 4  # quarters beside each other
DAY = timedelta(days=1)


class Quarter(NamedTuple):
    """From its first day up to, without, the first of the next."""

    begin: date

    @property
    def end(self) -> date:
        month = self.begin.month + MONTHS
        return date(self.begin.year + (month > 12), month - 12 * (month > 12), 1)

    @property
    def span(self) -> tuple[datetime, datetime]:
        return clock.midnight(self.begin), clock.midnight(self.end)

    @property
    def number(self) -> int:
        return (self.begin.month - 1) // MONTHS + 1

    @property
    def name(self) -> str:
        """For programs."""
        return f"{self.begin.year}-Q{self.number}"

    @property
    def label(self) -> str:
        """For people."""
        return sayings.quarter(self.begin.year, self.number)


def last_over(on: date) -> Quarter:
    """The last quarter that is over on a day."""
    return Quarter(stats.quarter_begun(stats.quarter_begun(on) - DAY))


# What a district counts in a quarter, by the value of one property.
Counting = Callable[[Area, Quarter], Mapping[str, int]]
Words = Callable[[str], str | Promise]


class Table(NamedTuple):
    """``words`` says a value as a reader knows it; values that are names say themselves."""

    name: str
    label: str | Promise
    counting: Counting
    words: Words = str
    # What a reader must know who adds its lines up.
    note: str | Promise = ""


_tables: dict[str, Table] = {}


def register(
    name: str,
    label: str | Promise,
    count: Counting,
    words: Words = str,
    *,
    note: str | Promise = "",
) -> None:
    """Call from ``AppConfig.ready``: one property, whole districts, counts; never persons."""
    _tables[name] = Table(name, label, count, words, note)


def tables() -> list[Table]:
    return [_tables[name] for name in sorted(_tables)]


def title(name: str) -> str:
    """What a table counts; one that is not counted any more is called as it was."""
    return str(_tables[name].label) if name in _tables else name


# ── freezing ──────────────────────────────────────────────────────────────────────────────────


def cells(table: Table, district: Area, quarter: Quarter) -> list[FigureRow]:
    """What is to be published of it, the total first; small cells and one beside them are empty."""
    counts = dict(table.counting(district, quarter))
    found = stats.publishable(counts) if counts else stats.Published({}, None)
    said = [("", found.total), *sorted(found.cells.items())]
    return [
        FigureRow(
            area=district, quarter=quarter.begin, table=table.name, position=n, label=label[:80],
            shown=shown or None, at=clock.now(),
        )
        for n, (label, shown) in enumerate(said)
    ]  # fmt: skip


# ── what is read ──────────────────────────────────────────────────────────────────────────────


class Line(NamedTuple):
    """One value and its count in each quarter; None where it is hidden or was not counted."""

    label: str | Promise
    counts: list[int | None]


class Shown(NamedTuple):
    table: Table
    lines: list[Line]
    totals: list[int | None]


def quarters(district: Area) -> list[Quarter]:
    """Those that are published, the newest first."""
    rows = FigureRow.objects.filter(area=district).order_by("-quarter")
    return [Quarter(one) for one in rows.values_list("quarter", flat=True).distinct()]


def read(district: Area, some: Iterable[Quarter]) -> list[Shown]:
    """Every table of a district in some quarters, in one statement."""
    begins = [one.begin for one in some]
    found = FigureRow.objects.filter(area=district, quarter__in=begins)
    counts: dict[str, dict[str, dict[date, int | None]]] = {}
    for row in found.order_by("table", "position"):
        by_label = counts.setdefault(row.table, {})
        by_label.setdefault(row.label if row.position else "", {})[row.quarter] = row.shown
    return [
        Shown(
            table,
            [
                Line(table.words(label), [said.get(one) for one in begins])
                for label, said in counts[table.name].items()
                if label
            ],
            [counts[table.name].get("", {}).get(one) for one in begins],
        )
        for table in tables()
        if table.name in counts
    ]


# ── our own tables ────────────────────────────────────────────────────────────────────────────


def register_own() -> None:
    """Called once at start-up."""
    several = _(
        "A member who is good at several is counted in each: the total is above the members."
    )
    register("members-branch", _("Members by branch of specialty"), _by_branch, note=several)
    register("members-town", _("Members by town"), _by_town)
    register("members-station", _("Members by kind of station"), _by_station, _station_words)
    register("counsels-town", _("Counsels handed in, by town"), _counsels)
    register("topics-town", _("Topics raised, by town"), _topics)
    register("grants-level", _("Grants in force, by level of duty"), _grants, _level_words)


def by_town(district: Area, paths: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Counts by the path of an area, as counts by the town that it lies in."""
    towns = Area.objects.in_force().filter(parent=district, level=Level.STREET)
    names = {str(one.pk): one.name for one in towns}
    counts = Counter(dict.fromkeys(names.values(), 0))
    for path, count in paths:
        beneath = path.removeprefix(district.path).split(".")[0]
        counts[names.get(beneath, district.name)] += count
    return dict(counts)


def _members(district: Area) -> list[tuple[str, int]]:
    rows = Member.objects.on_roster().filter(area__path__startswith=district.path)
    return list(rows.order_by().values_list("area__path").annotate(n=Count("pk")))


def _by_town(district: Area, quarter: Quarter) -> dict[str, int]:
    return by_town(district, _members(district))


def _by_branch(district: Area, quarter: Quarter) -> dict[str, int]:
    """A member with several specialties of a branch is one in it."""
    above = dict(Specialty.objects.values_list("pk", "parent"))
    names = dict(Specialty.objects.filter(parent=None).values_list("pk", "name"))

    def root(pk: int) -> int:
        while (parent := above[pk]) is not None:
            pk = parent
        return pk

    # Both in Python: joined, a planner without counts walks one beside every row of the other.
    rows = Member.objects.on_roster().filter(area__path__startswith=district.path)
    here = set(rows.values_list("pk", flat=True))
    chosen = Member.specialties.through.objects.values_list("member_id", "specialty_id")
    held = {(member, root(specialty)) for member, specialty in chosen if member in here}
    counts = Counter(names[branch] for _member, branch in held)
    return {name: counts[name] for name in names.values()}


def _by_station(district: Area, quarter: Quarter) -> dict[str, int]:
    rows = Member.objects.on_roster().filter(area__path__startswith=district.path)
    rows = rows.exclude(station=None).order_by()
    counts = dict(rows.values_list("station__kind").annotate(n=Count("pk")))
    return {kind: counts.get(kind, 0) for kind in StationKind.values}


def _counsels(district: Area, quarter: Quarter) -> dict[str, int]:
    rows = Counsel.objects.filter(
        submitted_at__gte=quarter.span[0], submitted_at__lt=quarter.span[1],
        area__path__startswith=district.path,
    )  # fmt: skip
    return by_town(district, rows.order_by().values_list("area__path").annotate(n=Count("pk")))


def _topics(district: Area, quarter: Quarter) -> dict[str, int]:
    rows = Topic.objects.filter(
        raised_at__gte=quarter.span[0], raised_at__lt=quarter.span[1],
        area__path__startswith=district.path,
    )  # fmt: skip
    return by_town(district, rows.order_by().values_list("area__path").annotate(n=Count("pk")))


def _grants(district: Area, quarter: Quarter) -> dict[str, int]:
    rows = Grant.objects.in_force(quarter.end - DAY).filter(area__path__startswith=district.path)
    counts = dict(rows.order_by().values_list("level").annotate(n=Count("pk")))
    return {level: counts.get(level, 0) for level in DutyLevel.values}


def _station_words(kind: str) -> str | Promise:
    return StationKind(kind).label if kind in StationKind.values else kind


def _level_words(level: str) -> str | Promise:
    return DutyLevel(level).label if level in DutyLevel.values else level
