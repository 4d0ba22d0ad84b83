"""What is open in each grid, counted for the map; and its months, by the level that settled it."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from govgrid.core import clock
from tickets.workflow import OPEN

# Only what differs is written: most grids are as they were a minute ago.
ROLL_UP = """
    WITH counted AS MATERIALIZED (
        SELECT t.grid_id, t.community_id, t.street_id, t.district_id, count(*) AS many,
               count(*) FILTER (WHERE t.due_at <= %(at)s) AS late,
               ST_Centroid(ST_Collect(t.point)) AS middle
        FROM tickets_ticket t WHERE t.state = ANY(%(open)s)
        GROUP BY t.grid_id, t.community_id, t.street_id, t.district_id
    ),
    placed AS (
        SELECT c.*, coalesce(ST_Transform(c.middle, 3857), s.middle) AS spot
        FROM counted c LEFT JOIN grids_areashape s ON s.area_id = c.grid_id
    ),
    gone AS (
        DELETE FROM tickets_ticketrollup r WHERE NOT EXISTS (
            SELECT 1 FROM placed p WHERE p.spot IS NOT NULL
              AND (p.grid_id, p.community_id, p.street_id, p.district_id)
                  = (r.grid_id, r.community_id, r.street_id, r.district_id))
        RETURNING r.id
    ),
    written AS (
        INSERT INTO tickets_ticketrollup AS r
            (grid_id, community_id, street_id, district_id, many, late, spot)
        SELECT grid_id, community_id, street_id, district_id, many, late, spot FROM placed
        WHERE spot IS NOT NULL
        ON CONFLICT (grid_id, community_id, street_id, district_id) DO UPDATE
        SET many = excluded.many, late = excluded.late, spot = excluded.spot
        WHERE (r.many, r.late) <> (excluded.many, excluded.late)
           OR NOT ST_Equals(r.spot, excluded.spot)
        RETURNING r.id
    )
    SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)
"""


@transaction.atomic
def roll_up() -> int:
    """Count what is open in each grid; how many counts have changed. Two at once: one waits."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE tickets_ticketrollup IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(ROLL_UP, {"at": clock.now(), "open": sorted(OPEN)})
        return cursor.fetchone()[0]


# The level of the department that finished; a city's own counts with the districts'. What nobody
# above the grid had, and whoever works in it settled, was settled on the spot.
TALLY = """
    WITH filed AS (
        SELECT date_trunc('month', t.filed_at AT TIME ZONE %(zone)s)::date AS month,
               t.grid_id, t.community_id, t.street_id, t.district_id,
               count(*) AS filed, count(*) FILTER (WHERE t.whistle_kind <> '') AS whistles
        FROM tickets_ticket t WHERE t.filed_at >= %(since)s
        GROUP BY 1, 2, 3, 4, 5
    ),
    settled AS (
        SELECT date_trunc('month', t.closed_at AT TIME ZONE %(zone)s)::date AS month,
               t.grid_id, t.community_id, t.street_id, t.district_id,
               CASE WHEN t.level = 'grid' THEN 5 ELSE area.level END AS level
        FROM tickets_ticket t
        JOIN tickets_assignment a ON a.ticket_id = t.id AND a.role = 'lead' AND a.state = 'done'
        JOIN grids_department d ON d.id = a.department_id
        JOIN grids_area area ON area.id = d.area_id
        WHERE t.closed_at >= %(since)s
    ),
    by_level AS (
        SELECT month, grid_id, community_id, street_id, district_id,
               count(*) FILTER (WHERE level = 5) AS on_the_spot,
               count(*) FILTER (WHERE level = 4) AS by_community,
               count(*) FILTER (WHERE level = 3) AS by_street,
               count(*) FILTER (WHERE level <= 2) AS by_district
        FROM settled GROUP BY 1, 2, 3, 4, 5
    ),
    counted AS MATERIALIZED (
        SELECT month, grid_id, community_id, street_id, district_id,
               coalesce(filed, 0) AS filed, coalesce(whistles, 0) AS whistles,
               coalesce(on_the_spot, 0) AS on_the_spot, coalesce(by_community, 0) AS by_community,
               coalesce(by_street, 0) AS by_street, coalesce(by_district, 0) AS by_district
        FROM filed FULL JOIN by_level
            USING (month, grid_id, community_id, street_id, district_id)
    ),
    gone AS (
        DELETE FROM tickets_leveltally r WHERE r.month >= %(first)s AND NOT EXISTS (
            SELECT 1 FROM counted c
            WHERE (c.month, c.district_id, c.street_id, c.community_id, c.grid_id)
                = (r.month, r.district_id, r.street_id, r.community_id, r.grid_id))
        RETURNING r.id
    ),
    written AS (
        INSERT INTO tickets_leveltally AS r
            (month, grid_id, community_id, street_id, district_id, filed, whistles, on_the_spot,
             by_community, by_street, by_district)
        SELECT * FROM counted
        ON CONFLICT (month, district_id, street_id, community_id, grid_id) DO UPDATE
        SET filed = excluded.filed, whistles = excluded.whistles,
            on_the_spot = excluded.on_the_spot, by_community = excluded.by_community,
            by_street = excluded.by_street, by_district = excluded.by_district
        WHERE (r.filed, r.whistles, r.on_the_spot, r.by_community, r.by_street, r.by_district)
           <> (excluded.filed, excluded.whistles, excluded.on_the_spot, excluded.by_community,
               excluded.by_street, excluded.by_district)
        RETURNING r.id
    )
    SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)
"""
_EVER = date(2000, 1, 1)


@transaction.atomic
def tally_levels(since: date | None = None) -> int:
    """Count the months from that of ``since`` on, or all; how many counts have changed.

    A ticket that was opened again leaves the month in which it was closed. Two at once: one waits.
    """
    first = (since or _EVER).replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE tickets_leveltally IN SHARE ROW EXCLUSIVE MODE")
        values: dict[str, Any] = {
            "since": clock.midnight(first),
            "first": first,
            "zone": settings.TIME_ZONE,
        }
        cursor.execute(TALLY, values)
        return cursor.fetchone()[0]
