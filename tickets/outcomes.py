"""What became of what was reported in a grid, as numbers that anybody may read; and how much of a
department's work was in time, before and after exemptions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.core.cache import cache
from django.db import connection

from govgrid.core import clock
from govgrid.core.prepared import Prepared

# A number below would point at somebody, and half the time of so few would say it of each.
SMALLEST = 5
KEPT = timedelta(minutes=10)

# Merged tickets were reported with another one; what was filed earlier may have been solved now.
MONTH = Prepared(
    "public_month",
    """
    WITH own AS (
        SELECT filed_at, closed_at, state = 'closed' AND closed_at >= %(first)s AS is_solved
        FROM tickets_ticket WHERE grid_id = %(grid)s AND state <> 'merged'
    )
    SELECT count(*) FILTER (WHERE filed_at >= %(first)s), count(*) FILTER (WHERE is_solved),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY EXTRACT(epoch FROM closed_at - filed_at))
               FILTER (WHERE is_solved)
    FROM own
    """,
    grid="bigint",
    first="timestamptz",
)


class Month(NamedTuple):
    """One grid since the first of the month. ``half`` of what was solved took no longer."""

    reported: int
    solved: int
    half: timedelta | None


def this_month(grid_id: int) -> Month:
    """Counted anew every ten minutes at the most, however many people look."""
    first = clock.today().replace(day=1)
    key = f"month-of-grid:{grid_id}:{first:%Y-%m}"
    found = cache.get(key)
    if found is None:
        found = _counted(grid_id, first)
        cache.set(key, tuple(found), KEPT.total_seconds())
    return Month(*found)


def _counted(grid_id: int, first: date) -> Month:
    with connection.cursor() as cursor:
        MONTH.execute(cursor, {"grid": grid_id, "first": clock.midnight(first)})
        reported, solved, seconds = cursor.fetchone()
    half = timedelta(seconds=float(seconds)) if solved >= SMALLEST else None
    return Month(reported, solved, half)


# Every deadline of what these departments finished in a span. A lateness that two have exempted
# stays late; only the second figure leaves it out.
IN_TIME = Prepared(
    "in_time",
    """
    SELECT count(*), count(*) FILTER (WHERE c.stopped_at > c.due_at),
           count(*) FILTER (WHERE p.second_at IS NOT NULL)
    FROM tickets_assignment a
    JOIN tickets_clock c ON c.ticket_id = a.ticket_id AND c.assignment_id = a.id
    LEFT JOIN tickets_appeal p ON p.clock_id = c.id
    WHERE a.department_id = ANY(%(departments)s) AND a.done_at >= %(since)s
      AND a.done_at < %(until)s AND c.outcome = 'met'
    """,
    departments="bigint[]",
    since="timestamptz",
    until="timestamptz",
)


class Punctuality(NamedTuple):
    """How many deadlines there were, how many were missed, and how many of these are exempt."""

    due: int
    late: int
    exempt: int

    @property
    def in_time(self) -> int:
        return self.due - self.late

    @property
    def counted(self) -> int:
        """What is left when the exempt are left out."""
        return self.due - self.exempt

    @property
    def raw(self) -> float | None:
        return 100 * self.in_time / self.due if self.due else None

    @property
    def adjusted(self) -> float | None:
        return 100 * self.in_time / self.counted if self.counted else None


def punctuality(departments: Iterable[int], since: datetime, until: datetime) -> Punctuality:
    """Of what these departments finished from ``since`` on and before ``until``. One statement."""
    with connection.cursor() as cursor:
        IN_TIME.execute(
            cursor, {"departments": sorted(departments), "since": since, "until": until}
        )
        return Punctuality(*cursor.fetchone())
