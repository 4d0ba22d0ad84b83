"""The ledger of patrols: what a worker walked, by day and by month. He asks about himself.

What upper apps know of the same hours, such as reports, they count themselves (``core.panels``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, DurationField, ExpressionWrapper, F, Sum
from django.db.models.functions import TruncMonth
from django.utils.timezone import get_default_timezone

from govgrid.core import clock
from govgrid.core.panels import Figure, tallies
from grids.models import Patrol
from grids.models.patrol import ASKED_A_DAY

if TYPE_CHECKING:
    from govgrid.accounts.models import User

# How many months back are listed.
MONTHS = 12


@dataclass
class Day:
    """The patrols that began on one day; an open one counts to this moment."""

    on: date
    spent: timedelta = timedelta()
    check_ins: int = 0
    is_cut: bool = False
    counted: list[Figure] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        return int(self.spent.total_seconds() // 60)

    @property
    def is_met(self) -> bool:
        return self.spent >= ASKED_A_DAY


class MonthRow(NamedTuple):
    """A month in one line."""

    first: date
    spent: timedelta
    patrols: int


def day_of(user: User, on: date) -> Day:
    """What ``user`` walked on one day: one statement, and one a tally."""
    return next(iter(days_of(user, on, on)), None) or Day(
        on, counted=[Figure(tally.label, 0) for tally in tallies(user, [])]
    )


def days_of(user: User, first: date, last: date) -> list[Day]:
    """The days on which ``user`` went round, the newest first; as many statements as for one."""
    found = Patrol.objects.of(user).begun_on(first, last).order_by("-started_at", "-pk")
    return _days(user, list(found.annotate(check_in_count=Count("check_ins"))))


def alone(patrol: Patrol) -> Day:
    """One patrol as if it were the whole day: what is said when it ends."""
    patrol.check_in_count = patrol.check_ins.count()  # type: ignore[attr-defined]
    return _days(patrol.user, [patrol])[0]


def _days(user: User, patrols: Sequence[Patrol]) -> list[Day]:
    at = clock.now()
    days: dict[date, Day] = {}
    spans = [(one.started_at, one.counts_until(at)) for one in patrols]
    for one, (begun, until) in zip(patrols, spans, strict=True):
        day = days.setdefault(one.day, Day(one.day))
        day.spent += until - begun
        day.check_ins += one.check_in_count  # type: ignore[attr-defined]
        day.is_cut |= until < (one.ended_at or at)
    _add_tallies(user, days, [one.day for one in patrols], spans)
    return list(days.values())


def _add_tallies(
    user: User, days: dict[date, Day], of: Sequence[date], spans: list[tuple[datetime, datetime]]
) -> None:
    for tally in tallies(user, spans) if spans else ():
        sums = dict.fromkeys(days, 0)
        for on, count in zip(of, tally.counts, strict=True):
            sums[on] += count
        for on, total in sums.items():
            days[on].counted.append(Figure(tally.label, total))


def months_of(user: User) -> list[MonthRow]:
    """The last months in which ``user`` ended a patrol, the newest first."""
    spent = ExpressionWrapper(F("counted_until") - F("started_at"), DurationField())
    rows = (
        Patrol.objects.of(user)
        .exclude(ended_at=None)
        .values(first=TruncMonth("started_at", tzinfo=get_default_timezone()))
        .annotate(spent=Sum(spent), patrols=Count("pk"))
        .order_by("-first")[:MONTHS]
    )
    return [
        MonthRow(clock.local(row["first"]).date(), row["spent"], row["patrols"]) for row in rows
    ]
