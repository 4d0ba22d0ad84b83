"""The plan of a year as it is read: each line with what was done of it. Nobody types a percentage."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from consultations.models import Plan, PlanLine, PlanLink, Platform
from govgrid.core import clock

HELD, UNDER_WAY, TO_COME, MISSED = "held", "under_way", "to_come", "missed"


class Planned(NamedTuple):
    """A line, the topics and sessions that it means, and how far it is."""

    line: PlanLine
    links: list[PlanLink]
    state: str

    @property
    def is_held(self) -> bool:
        return self.state == HELD


class Sum(NamedTuple):
    """Plan against done."""

    lines: int
    held: int
    missed: int
    # Sessions of the year that no line meant: done beside the plan.
    beside: int

    @property
    def percent(self) -> int:
        return round(100 * self.held / self.lines) if self.lines else 0


def planned(plan: Plan) -> list[Planned]:
    """In the order of the months. Two statements."""
    links: dict[int, list[PlanLink]] = {}
    for one in PlanLink.objects.of(plan.platform, plan.year):
        links.setdefault(one.key, []).append(one)
    now = clock.now()
    return [
        Planned(line, links.get(line.key, []), _state(plan, line, links.get(line.key, []), now))
        for line in plan.lines.all()
    ]


def _state(plan: Plan, line: PlanLine, links: list[PlanLink], now: datetime) -> str:
    """Held once a session of it took place; missed once its month is over without."""
    if any(
        one.session and one.session.cancelled_at is None and one.session.ends_at < now
        for one in links
    ):
        return HELD
    end = date(plan.year + line.month // 12, line.month % 12 + 1, 1)
    if clock.local(now).date() >= end:
        return MISSED
    return UNDER_WAY if links else TO_COME


def summed(plan: Plan, rows: list[Planned], held_in_year: int) -> Sum:
    """``held_in_year``: how many sessions of the platform took place in the year."""
    meant = sum(
        1
        for row in rows
        for one in row.links
        if one.session and one.session.cancelled_at is None and one.session.ends_at < clock.now()
    )
    return Sum(
        len(rows),
        sum(row.is_held for row in rows),
        sum(row.state == MISSED for row in rows),
        max(held_in_year - meant, 0),
    )


def years(platform: Platform, *, with_drafts: bool) -> list[int]:
    """The years that have a plan, the latest first."""
    rows = Plan.objects.filter(platform=platform)
    if not with_drafts:
        rows = rows.published()
    return list(rows.order_by("-year").values_list("year", flat=True).distinct())
