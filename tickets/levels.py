"""At which level matters were settled, and how often streets whistled: read from the monthly counts."""

from __future__ import annotations

from datetime import date, timedelta
from functools import reduce
from operator import or_
from statistics import quantiles
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Q, QuerySet, Sum
from django.urls import reverse

from govgrid.core import clock
from grids import scoping
from grids.models import Area, AreaQuerySet, Level
from tickets.models import COLUMN_OF_LEVEL, LevelTally
from tickets.workflow import Tier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

    Person = User | AnonymousUser

PERMISSION = "tickets.see_levels"
MONTHS = 12
# A rate of fewer tickets says nothing: it is not shown, and not part of the range.
FEWEST = 10
COUNTS = {
    Tier.GRID: "on_the_spot",
    Tier.COMMUNITY: "by_community",
    Tier.STREET: "by_street",
    Tier.DISTRICT: "by_district",
}


class Month(NamedTuple):
    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Month | None:
        """2026-11, if that is one of those on offer."""
        return next((one for one in months() if str(one) == text), None)

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02d}"

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return date(self.year + self.number // 12, self.number % 12 + 1, 1) - timedelta(days=1)

    @property
    def before(self) -> Month:
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)


def months() -> list[Month]:
    """This one and those before it, the newest first."""
    today = clock.today()
    found = [Month(today.year, today.month)]
    while len(found) < MONTHS:
        found.append(found[-1].before)
    return found


class Share(NamedTuple):
    """What one level settled; ``percent`` of all that was settled, and the tickets behind it."""

    tier: Tier
    many: int
    percent: float
    url: str


class Settled(NamedTuple):
    """One area, or one month of it."""

    area: Area
    month: Month
    shares: list[Share]

    @property
    def total(self) -> int:
        return sum(one.many for one in self.shares)


class Rate(NamedTuple):
    """How often a street whistled; ``percent`` None: of too few tickets to say so."""

    street: Area
    filed: int
    whistles: int
    percent: float | None
    url: str
    filed_url: str


class Range(NamedTuple):
    """Between what the streets of the district lie: the least, the middle half, the most."""

    least: float
    lower: float
    middle: float
    upper: float
    most: float


# ── whose ─────────────────────────────────────────────────────────────────────────────────────


def areas_of(user: Person) -> AreaQuerySet:
    """The areas of one's posts for which one may look, and all beneath them."""
    reach = scoping.reach(user, PERMISSION).areas
    ids = sorted({one for some in reach.values() for one in some})
    if not ids:
        return Area.objects.none()
    paths = Area.objects.filter(pk__in=ids).values_list("path", flat=True)
    inside = reduce(or_, (Q(path__startswith=path) for path in paths))
    above = Area.objects.filter(pk__in=ids, level=Level.DISTRICT).values("parent")
    if _has_the_city(user):
        inside |= Q(pk__in=above)
    return Area.objects.filter(inside)


def _has_the_city(user: Person) -> bool:
    return any(post.level == Level.CITY for post in scoping.held(user))


def own_area(user: Person) -> Area | None:
    """What is shown first: the highest of one's areas."""
    return areas_of(user).in_force().order_by("level", "path").first()


# ── figures ───────────────────────────────────────────────────────────────────────────────────


def settled(area: Area, month: Month) -> Settled:
    return _settled(area, month, _of(area).filter(month=month.first).aggregate(**_sums()))


def by_month(area: Area) -> list[Settled]:
    """The last twelve months, the newest first; a month without anything is there too."""
    offered = months()
    rows = _of(area).filter(month__gte=offered[-1].first).values("month").annotate(**_sums())
    found: dict[Any, dict[str, Any]] = {row["month"]: {**row} for row in rows}
    return [_settled(area, one, found.get(one.first, {})) for one in offered]


def beneath(area: Area, month: Month) -> list[Settled]:
    """Its parts, in the order of their codes: no part is ranked by it."""
    if area.level >= Level.GRID:
        return []
    column = COLUMN_OF_LEVEL[Level(area.level + 1)]
    rows = _of(area).filter(month=month.first).values(column).annotate(**_sums())
    found = {row[column]: row for row in rows}
    parts = (
        area.children.in_force().only("code", "name", "level", "path", "parent").order_by("code")
    )
    return [_settled(one, month, found.get(one.pk, {})) for one in parts]


def rates(area: Area, month: Month) -> list[Rate]:
    """The streets of an area's district, or of each of a city's, in the order of their codes."""
    if area.level > Level.STREET:
        return []
    about = area if area.level <= Level.DISTRICT else area.parent
    assert about is not None, "a street lies in a district"  # noqa: S101
    rows = _of(about).filter(month=month.first).values("street_id")
    found: dict[Any, dict[str, Any]] = {
        row["street_id"]: {**row} for row in rows.annotate(f=Sum("filed"), w=Sum("whistles"))
    }
    streets = Area.objects.beneath(about).in_force().filter(level=Level.STREET)
    return [
        _rate(one, month, found.get(one.pk, {})) for one in streets.only(
            "code", "name", "level", "path", "parent"
        ).order_by("code")
    ]  # fmt: skip


def left_out(rates: Iterable[Rate]) -> int:
    """How many streets are not counted in the range: of fewer than ten tickets no rate is told."""
    return sum(one.percent is None for one in rates)


def spread(rates: Iterable[Rate]) -> Range | None:
    """None where fewer than three streets have enough to say something."""
    found = sorted(one.percent for one in rates if one.percent is not None)
    if len(found) < 3:
        return None
    lower, middle, upper = quantiles(found, n=4, method="inclusive")
    return Range(found[0], lower, middle, upper, found[-1])


class Strip(NamedTuple):
    """Where the dots of a drawing lie, from 20 to 980: each street, and whether it is the own."""

    lower: int
    upper: int
    dots: list[tuple[int, bool]]


def strip(rates: Iterable[Rate], spread: Range, area: Area) -> Strip:
    def at(percent: float) -> int:
        return round(20 + 960 * percent / spread.most) if spread.most else 20

    found = [
        (at(one.percent), one.street.pk == area.pk) for one in rates if one.percent is not None
    ]
    # The own one is drawn last, on top.
    return Strip(at(spread.lower), at(spread.upper), sorted(found, key=lambda dot: dot[1]))


def _of(area: Area) -> QuerySet[LevelTally]:
    if area.level == Level.CITY:
        return LevelTally.objects.filter(district__in=area.child_ids)
    return LevelTally.objects.filter(**{COLUMN_OF_LEVEL[Level(area.level)]: area.pk})


def _sums() -> dict[str, Sum]:
    return {f"n_{name}": Sum(name) for name in COUNTS.values()}


def _settled(area: Area, month: Month, row: dict[str, Any]) -> Settled:
    counts = {tier: row.get(f"n_{name}") or 0 for tier, name in COUNTS.items()}
    total = sum(counts.values())
    shares = [
        Share(tier, many, 100 * many / total if total else 0, _closed(area, month, tier))
        for tier, many in counts.items()
    ]
    return Settled(area, month, shares)


def _rate(street: Area, month: Month, row: dict[str, Any]) -> Rate:
    filed, whistles = row.get("f") or 0, row.get("w") or 0
    percent = 100 * whistles / filed if filed >= FEWEST else None
    span = {"filed_after": month.first, "filed_before": month.last}
    there = {"area": street.code, **span}
    return Rate(street, filed, whistles, percent, _list(**there, whistle="any"), _list(**there))


def _closed(area: Area, month: Month, tier: Tier) -> str:
    return _list(
        area=area.code, settled=tier.value, closed_after=month.first, closed_before=month.last
    )


def _list(**asked: Any) -> str:
    return f"{reverse('tickets:list')}?{urlencode(asked)}"
