"""Who is here, read for a page: vacancies, the posts of an area in time, its team by function."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet

from govgrid.core import clock
from grids import roles
from grids.models import Area, Department, Level, Post, Requirement, TeamSeat

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
# The post without which nobody answers in a department; offices are served by the posts of their area.
CLERK = "department_clerk"
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
        SELECT asked.id, range_agg(p.period) FILTER (WHERE u.is_active) AS days,
               max(upper(p.period)) FILTER (WHERE upper(p.period) <= %(on)s) AS last_end,
               bool_or(lower(p.period) <= %(on)s) AS was_held
        FROM asked JOIN grids_post p ON p.area_id = asked.id AND p.role = asked.role
        JOIN accounts_user u ON u.id = p.user_id
        WHERE (asked.level < 5 OR p.is_main) AND NOT isempty(p.period)
        GROUP BY asked.id
    ),
    gaps AS (
        SELECT asked.id, asked.level, asked.role, asked.valid_from, held.last_end, held.was_held,
               datemultirange(daterange(%(on)s, %(until)s))
                   - coalesce(held.days, '{}'::datemultirange) AS gap
        FROM asked LEFT JOIN held ON held.id = asked.id
    )
    SELECT id, level, role, lower(gap),
           CASE WHEN lower(gap) = %(on)s THEN last_end END, coalesce(was_held, false),
           (SELECT upper(one) FROM unnest(gap) AS one ORDER BY one LIMIT 1)
    FROM gaps WHERE NOT isempty(gap)
    ORDER BY lower(gap), coalesce(last_end, valid_from), id
"""


@dataclass(frozen=True)
class Vacancy:
    """A main post that nobody holds: from when, since when if now, and until when if filled.

    ``since`` is the day on which its last holder left: None where it never had one, or where the
    one it has may not sign in any more.
    """

    area_id: int
    level: int
    role: str
    starts_on: date
    since: date | None
    was_held: bool
    until: date | None

    @property
    def is_now(self) -> bool:
        return self.starts_on <= clock.today()

    @property
    def label(self) -> str:
        return str(roles.ROLES[self.role].label)

    @property
    def days(self) -> int:
        """How long it has been vacant; 0 where nobody can say, or where it is yet to come."""
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
        Vacancy(area_id, level, role, starts_on, since, was_held, end if end < until else None)
        for area_id, level, role, starts_on, since, was_held, end in rows
    ]


# Of departments alone: who gives a ticket to one that has no clerk waits for nobody.
IN_DEPARTMENTS = """
    WITH asked AS (
        SELECT d.id FROM grids_department d JOIN grids_area a ON a.id = d.area_id
        WHERE d.is_active AND d.kind NOT IN ('office', 'command')
          AND (a.path LIKE ANY (%(prefixes)s) OR d.id = ANY (%(departments)s))
    ),
    held AS (
        SELECT asked.id, range_agg(p.period) FILTER (WHERE u.is_active) AS days,
               max(upper(p.period)) FILTER (WHERE upper(p.period) <= %(on)s) AS last_end,
               bool_or(lower(p.period) <= %(on)s) AS was_held
        FROM asked JOIN grids_post p ON p.department_id = asked.id AND p.role = %(role)s
        JOIN accounts_user u ON u.id = p.user_id
        WHERE NOT isempty(p.period)
        GROUP BY asked.id
    ),
    gaps AS (
        SELECT asked.id, held.last_end, held.was_held,
               datemultirange(daterange(%(on)s, %(until)s))
                   - coalesce(held.days, '{}'::datemultirange) AS gap
        FROM asked LEFT JOIN held ON held.id = asked.id
    )
    SELECT id, lower(gap), CASE WHEN lower(gap) = %(on)s THEN last_end END,
           coalesce(was_held, false),
           (SELECT upper(one) FROM unnest(gap) AS one ORDER BY one LIMIT 1)
    FROM gaps WHERE NOT isempty(gap)
    ORDER BY lower(gap), last_end NULLS FIRST, id
"""


def in_departments(
    prefixes: Sequence[str], departments: Collection[int], on: date | None = None
) -> list[tuple[int, Vacancy]]:
    """Departments in these areas, or named, that have no clerk now or within HORIZON, by id."""
    on = on or clock.today()
    until = on + HORIZON
    given: dict[str, Any] = {
        "prefixes": [f"{p}%" for p in prefixes],
        "departments": sorted(departments),
        "on": on,
        "until": until,
        "role": CLERK,
    }
    with connection.cursor() as cursor:
        cursor.execute(IN_DEPARTMENTS, given)
        rows = cursor.fetchall()
    return [
        (pk, Vacancy(0, 0, CLERK, starts_on, since, was_held, end if end < until else None))
        for pk, starts_on, since, was_held, end in rows
    ]


def history(area: Area) -> list[Post]:
    """The posts of the staff of one area, present ones first, then back in time."""
    return _in_time(Post.objects.filter(area=area, role__in=STAFF_ROLES))


def history_in(department: Department) -> list[Post]:
    """The posts in one department, as :func:`history`."""
    return _in_time(Post.objects.filter(department=department))


def _in_time(posts: QuerySet[Post]) -> list[Post]:
    posts = posts.filter(period__isempty=False)
    posts = posts.select_related(
        *("user", "area", "department__area", "handed_on", "taken_over"),
    )
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
