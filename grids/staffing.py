"""Who is here, read for a page: vacancies, the posts of an area in time, its team by function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import F

from govgrid.core import clock
from grids import roles
from grids.models import Area, Level, Post, Requirement, TeamSeat

# The post without which nobody answers on a level.
MAIN = {
    Level.DISTRICT: "district_command",
    Level.STREET: "street_desk",
    Level.COMMUNITY: "community_officer",
    Level.GRID: "grid_worker",
}
# Posts of the staff that serves a place. Residents, roster members and the rest are nobody's
# business on its page.
STAFF_ROLES = ("grid_worker", "community_officer", "street_desk", "street_head", "district_command")
# So far ahead a post that will end is told.
HORIZON = timedelta(days=60)

# What is left of the coming days when the periods of the holders are taken away: the first gap.
# The planner walks posts by area once, 11,000 grids in some 60 ms.
VACANCIES = """
    WITH asked AS (
        SELECT a.id, a.level, a.valid_from, (%(mains)s::text[])[a.level] AS role
        FROM grids_area a
        WHERE a.path LIKE ANY (%(prefixes)s) AND a.level BETWEEN 2 AND 5
          AND a.valid_from <= %(on)s AND (a.valid_to IS NULL OR a.valid_to > %(on)s)
    ),
    held AS (
        SELECT asked.id, range_agg(p.period) AS days,
               max(upper(p.period)) FILTER (WHERE upper(p.period) <= %(on)s) AS last_end
        FROM asked JOIN grids_post p ON p.area_id = asked.id AND p.role = asked.role
        JOIN accounts_user u ON u.id = p.user_id AND u.is_active
        WHERE asked.level < 5 OR p.is_main
        GROUP BY asked.id
    ),
    gaps AS (
        SELECT asked.id, asked.level, asked.role, asked.valid_from, held.last_end,
               datemultirange(daterange(%(on)s, %(until)s))
                   - coalesce(held.days, '{}'::datemultirange) AS gap
        FROM asked LEFT JOIN held ON held.id = asked.id
    )
    SELECT id, level, role, lower(gap),
           CASE WHEN lower(gap) = %(on)s THEN coalesce(last_end, valid_from) END,
           (SELECT upper(one) FROM unnest(gap) AS one ORDER BY one LIMIT 1)
    FROM gaps WHERE NOT isempty(gap)
    ORDER BY lower(gap), coalesce(last_end, valid_from), id
"""


@dataclass(frozen=True)
class Vacancy:
    """A main post that nobody holds: from when, since when if now, and until when if filled."""

    area_id: int
    level: int
    role: str
    starts_on: date
    since: date | None
    until: date | None

    @property
    def is_now(self) -> bool:
        return self.since is not None

    @property
    def label(self) -> str:
        return str(roles.ROLES[self.role].label)

    @property
    def days(self) -> int:
        """How long it has been vacant."""
        return (clock.today() - self.since).days if self.since else 0


def vacancies(prefixes: Sequence[str], on: date | None = None) -> list[Vacancy]:
    """Main posts under these paths that are vacant now or within HORIZON; the longest first."""
    if not prefixes:
        return []
    on = on or clock.today()
    until = on + HORIZON
    mains = [MAIN.get(level, "") for level in Level]
    with connection.cursor() as cursor:
        cursor.execute(
            VACANCIES,
            {"prefixes": [f"{p}%" for p in prefixes], "on": on, "until": until, "mains": mains},
        )
        rows = cursor.fetchall()
    return [
        Vacancy(area_id, level, role, starts_on, since, end if end < until else None)
        for area_id, level, role, starts_on, since, end in rows
    ]


def history(area: Area) -> list[Post]:
    """The posts of the staff of one area, present ones first, then back in time."""
    posts = Post.objects.filter(area=area, role__in=STAFF_ROLES, period__isempty=False)
    posts = posts.select_related("user", "area", "handed_on", "taken_over")
    order = F("period__endswith").desc(nulls_first=True)
    return list(posts.order_by(order, "-period__startswith", "pk"))


def team(line: Sequence[Area]) -> list[TeamSeat]:
    """The team of the last area of ``line``: its own seats and those of all above it, by function."""
    seats = TeamSeat.objects.filter(area__in=line).select_related("area", "department")
    order = {value: n for n, value in enumerate(TeamSeat.Function.values)}
    found = sorted(seats, key=lambda one: (order[one.function], -one.area.level, one.pk))
    nearest: dict[str, int] = {}
    # Where a smaller area names its own office for a function, that one is meant.
    return [one for one in found if nearest.setdefault(one.function, one.area_id) == one.area_id]


def requirements(line: Sequence[Area]) -> dict[str, Requirement]:
    """What each post of the last area asks, by role; the nearest area that says so counts."""
    said = Requirement.objects.filter(area__in=line).select_related("area").order_by("area__level")
    return {one.role: one for one in said}
