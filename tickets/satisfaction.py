"""What askers said after closing, by department, in shares that say how far they can be trusted.

Departments stand in the order of their codes: a share of few answers orders nothing.
"""

from __future__ import annotations

from functools import reduce
from math import sqrt
from operator import or_
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Q, QuerySet

from govgrid.core import clock
from grids import scoping
from grids.models import Department, Level
from tickets.models import Callback, Ticket
from tickets.models.ticket import COLUMN_OF_LEVEL

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from govgrid.accounts.models import User

# Fewer answers say too much about one of them, and below this a percentage says nothing.
STEP = 5
ENOUGH = 30
ROWS = 200
# 95 of 100 such intervals hold the share that many more answers would give.
Z = 1.96


class Share(NamedTuple):
    """``part`` of ``whole`` said yes; a percentage, and what it may really be, from 30 on."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.part / self.whole) if self.whole >= ENOUGH else None

    @property
    def between(self) -> tuple[int, int] | None:
        """Wilson's interval, in percent."""
        if self.whole < ENOUGH:
            return None
        n, p = self.whole, self.part / self.whole
        middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
        return round(100 * (middle - half)), round(100 * (middle + half))


class Said(NamedTuple):
    """A department with what was said of it; ``answers`` 0: fewer than five."""

    department: Department
    answers: int
    solved: Share
    satisfied: Share

    @property
    def shares(self) -> tuple[Share, Share]:
        return self.solved, self.satisfied


def of_area(user: User, first: date, after: date) -> list[Said]:
    """By department, of all tickets over which ``user`` may see averages."""
    return _by_department(_between(first, after).filter(ticket__in=_seen_by(user)), smallest=STEP)


def of_own(user: User, first: date, after: date) -> list[Said]:
    """Of the departments in which ``user`` works; they read each answer on its ticket anyway."""
    departments = scoping.reach(user, "tickets.work").departments
    return _by_department(_between(first, after).filter(department__in=departments), smallest=1)


def _by_department(answers: QuerySet[Callback], *, smallest: int) -> list[Said]:
    counted = {
        one["department"]: one
        for one in answers.filter(department__isnull=False)
        .order_by()
        .values("department")
        .annotate(
            all=Count("pk"),
            solved=Count("pk", filter=Q(is_solved=True)),
            satisfied=Count("pk", filter=Q(is_satisfied=True)),
        )
    }
    return [_said(one, counted[one.pk], smallest) for one in _departments(counted)]


def _departments(ids: Collection[int]) -> list[Department]:
    found = Department.objects.filter(pk__in=ids).order_by("area__level", "code")
    return list(found[:ROWS]) if ids else []


def _said(department: Department, counts: Mapping[str, Any], smallest: int) -> Said:
    answers = counts["all"]
    if answers < smallest:
        return Said(department, 0, Share(0, 0), Share(0, 0))
    return Said(
        department,
        answers,
        Share(counts["solved"], answers),
        Share(counts["satisfied"], answers),
    )


def _between(first: date, after: date) -> QuerySet[Callback]:
    return Callback.objects.answered().filter(
        answered_at__gte=clock.midnight(first), answered_at__lt=clock.midnight(after)
    )


def _seen_by(user: User) -> QuerySet[Ticket]:
    areas = scoping.reach(user, "tickets.see_scores").areas
    sides = [
        Q(**{f"{COLUMN_OF_LEVEL[Level(level)]}__in": sorted(ids)}) for level, ids in areas.items()
    ]
    return Ticket.objects.filter(reduce(or_, sides)) if sides else Ticket.objects.none()
