"""What is open in each grid, counted for the map."""

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
