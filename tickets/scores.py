"""How communities score departments: each score to the two it concerns, averages to the district.

Averages move in steps of five scores: whoever looks before and after one more is given learns
nothing about it, and quarters do not overlap, so nothing can be subtracted either.
"""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Avg, Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from govgrid.core import clock
from grids import scoping
from grids.models import Department, Level
from tickets import rules
from tickets.models import Score, Ticket
from tickets.models.ticket import COLUMN_OF_LEVEL
from tickets.outcomes import Punctuality, punctuality

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govgrid.accounts.models import User

# Fewer say too much about one of them.
STEP = 5
QUARTERS = 8
ROWS = 200
OWN_ROWS = 50


class Quarter(NamedTuple):
    """Three months; they never overlap."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Quarter:
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, text: str) -> Quarter | None:
        """2026Q3, if that is one of those on offer."""
        return next((one for one in quarters() if str(one) == text), None)

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    @property
    def first(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def next(self) -> Quarter:
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def before(self) -> Quarter:
        return Quarter(self.year - (self.number == 1), (self.number - 2) % 4 + 1)


def quarters() -> list[Quarter]:
    """This one and those before it, the newest first."""
    found = [Quarter.of(clock.today())]
    while len(found) < QUARTERS:
        found.append(found[-1].before)
    return found


class Average(NamedTuple):
    """A department with its averages; ``counted`` 0: fewer than five scores."""

    department: Department
    counted: int
    speed: float
    quality: float


def averages(user: User, quarter: Quarter) -> list[Average]:
    """By department, of all tickets over which ``user`` may see averages."""
    numbered = (
        _of(quarter)
        .filter(ticket__in=_seen_by(user))
        .annotate(
            nth=Window(RowNumber(), partition_by=F("department"), order_by=F("pk").asc()),
            all=Window(Count("pk"), partition_by=F("department")),
        )
    )
    counted = numbered.filter(nth__lte=F("all") / STEP * STEP).values_list(
        "department", "speed", "quality"
    )
    sums: dict[int, list[tuple[int, int]]] = {}
    for department, speed, quality in counted:
        sums.setdefault(department, []).append((speed, quality))
    scored = _of(quarter).filter(ticket__in=_seen_by(user)).values("department")
    departments = Department.objects.filter(pk__in=scored).order_by("area__level", "code")
    return [_average(one, sums.get(one.pk, [])) for one in departments[:ROWS]]


def _average(department: Department, scores: list[tuple[int, int]]) -> Average:
    count = len(scores)
    if not count:
        return Average(department, 0, 0, 0)
    speeds, qualities = zip(*scores, strict=True)
    return Average(department, count, sum(speeds) / count, sum(qualities) / count)


def own(user: User, quarter: Quarter) -> QuerySet[Score]:
    """The scores of the departments in which ``user`` works, with their sentences."""
    departments = scoping.reach(user, "tickets.work").departments
    return (
        _of(quarter)
        .filter(department__in=departments)
        .select_related("ticket__category", "department")
        .order_by("-pk")
    )


def own_average(user: User, quarter: Quarter) -> dict[str, float | None]:
    departments = scoping.reach(user, "tickets.work").departments
    mine = _of(quarter).filter(department__in=departments)
    return mine.aggregate(count=Count("pk"), speed=Avg("speed"), quality=Avg("quality"))


def own_punctuality(user: User, quarter: Quarter) -> Punctuality:
    """How much of what the departments of ``user`` finished was in time."""
    departments = scoping.reach(user, "tickets.work").departments
    first, last = clock.midnight(quarter.first), clock.midnight(quarter.next.first)
    return punctuality(departments, first, last)


def may_see_averages(user: User) -> bool:
    return bool(scoping.reach(user, "tickets.see_scores").areas)


def may_see_own(user: User) -> bool:
    """Departments alone: an office's scores come from the very place that it serves."""
    return bool(scoping.reach(user, "tickets.work").departments)


def told_of(user: User, ticket: Ticket, scores: Iterable[Score]) -> list[Score]:
    """Those of a ticket that ``user`` may read."""
    return [one for one in scores if rules.sees_score(user, ticket, one.department_id)]


def _of(quarter: Quarter) -> QuerySet[Score]:
    return Score.objects.filter(
        given_at__gte=clock.midnight(quarter.first),
        given_at__lt=clock.midnight(quarter.next.first),
    )


def _seen_by(user: User) -> QuerySet[Ticket]:
    areas = scoping.reach(user, "tickets.see_scores").areas
    sides = [
        Q(**{f"{COLUMN_OF_LEVEL[Level(level)]}__in": sorted(ids)}) for level, ids in areas.items()
    ]
    return Ticket.objects.filter(reduce(or_, sides)) if sides else Ticket.objects.none()
