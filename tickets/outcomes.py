"""What became of what was reported in a grid, as numbers that anybody may read."""

from __future__ import annotations

from datetime import date, timedelta
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
