"""Many filings in one statement: located, inserted, with their words and events."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from tickets.models import Ticket
from tickets.queries import IN_FORCE, Row
from tickets.workflow import State

# As queries.FILE, over the rows of one jsonb parameter. What lies in a district where the caller
# may not file is located and left.
FILE_ALL = """
WITH sent AS MATERIALIZED (
    SELECT i.n, (i.one->>'client_id')::uuid AS client_id, i.one->>'fingerprint' AS fingerprint,
           (i.one->>'category')::bigint AS category, (i.one->>'lon')::float8 AS lon,
           (i.one->>'lat')::float8 AS lat, (i.one->>'raw_lon')::float8 AS raw_lon,
           (i.one->>'raw_lat')::float8 AS raw_lat, i.one->>'raw_crs' AS raw_crs,
           i.one->>'grid' AS grid, i.one->>'description' AS description,
           (i.one->>'observed_at')::timestamptz AS observed_at, i.one->'words' AS words,
           i.one->'data' AS data, (i.one->>'facility')::bigint AS facility
    FROM jsonb_array_elements(%(rows)s::jsonb) WITH ORDINALITY i (one, n)
),
placed AS MATERIALIZED (
    SELECT s.*, g.id AS grid_id, split_part(g.path, '.', 4)::bigint AS community_id,
           split_part(g.path, '.', 3)::bigint AS street_id,
           split_part(g.path, '.', 2)::bigint AS district_id
    FROM sent s LEFT JOIN LATERAL (
        (SELECT a.id, a.path FROM grids_areashape shape JOIN grids_area a ON a.id = shape.area_id
         WHERE s.grid IS NULL AND shape.level = 5 AND IN_FORCE
           AND ST_Covers(shape.boundary, ST_SetSRID(ST_MakePoint(s.lon, s.lat), 4326))
         ORDER BY shape.is_special DESC, a.id LIMIT 1)
        UNION ALL
        (SELECT a.id, a.path FROM grids_area a
         WHERE a.code = s.grid AND a.level = 5 AND IN_FORCE LIMIT 1)
    ) g ON true
),
t AS (
    INSERT INTO tickets_ticket (
        number, client_id, fingerprint, kind, origin, category_id, grid_id, community_id,
        street_id, district_id, point, raw_lon, raw_lat, raw_crs, description, state,
        filed_by_id, filed_at, observed_at, routing, return_count, whistle_kind, held_state,
        facility_id)
    SELECT tickets_number(d.letters, %(day)s), p.client_id, p.fingerprint, 'report', %(origin)s,
           p.category, p.grid_id, p.community_id, p.street_id, p.district_id,
           ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326), p.raw_lon, p.raw_lat, p.raw_crs,
           p.description, 'filed', %(by)s, %(at)s, p.observed_at, '{}', 0, '', '',
           p.facility
    FROM placed p JOIN grids_area d ON d.id = p.district_id
    WHERE p.district_id = ANY(%(districts)s)
    ORDER BY p.n
    ON CONFLICT (filed_by_id, client_id) DO NOTHING
    RETURNING id, number, client_id
),
w AS (
    INSERT INTO tickets_ticketwords (ticket_id, words)
    SELECT t.id, array_to_tsvector(
        ARRAY(SELECT jsonb_array_elements_text(p.words)) || tickets_place_words(
            p.grid_id, p.community_id, p.street_id, p.facility,
            ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326)))
    FROM t JOIN placed p USING (client_id)
),
e AS (
    INSERT INTO tickets_ticketevent (ticket_id, verb, before, after, at, by_id, note, data)
    SELECT t.id, 'file', '', 'filed', %(at)s, %(by)s, '', p.data
    FROM t JOIN placed p USING (client_id) ORDER BY t.id
)
SELECT p.n, p.district_id, t.id, t.number
FROM placed p LEFT JOIN t USING (client_id)
ORDER BY p.n
""".replace("IN_FORCE", IN_FORCE)


class Placed(NamedTuple):
    """What became of one row: no district, off the map; no ticket, not inserted."""

    district: int | None
    ticket: Ticket | None


def file_all(rows: Sequence[Row], districts: Collection[int]) -> list[Placed]:
    """Insert what lies in ``districts``; one caller, one moment, every client id once."""
    if not rows:
        return []
    first = rows[0]
    values = {
        "rows": json.dumps([_sent(row) for row in rows], cls=DjangoJSONEncoder),
        "by": first.by.pk if first.by else None,
        "at": first.at,
        "day": first.day,
        "origin": first.origin,
        "districts": sorted(districts),
    }
    with connection.cursor() as cursor:
        cursor.execute(FILE_ALL, values)
        return [_placed(*found) for found in cursor.fetchall()]


def _sent(row: Row) -> dict[str, Any]:
    spot = row.spot
    return {
        "client_id": row.client_id,
        "fingerprint": row.fingerprint,
        "category": row.category.pk,
        "lon": spot.lon,
        "lat": spot.lat,
        "raw_lon": spot.raw_lon,
        "raw_lat": spot.raw_lat,
        "raw_crs": spot.raw_crs,
        "grid": spot.grid,
        "description": row.description,
        "observed_at": row.observed_at.isoformat() if row.observed_at else None,
        "words": row.words,
        "data": json.loads(row.data),
        "facility": row.facility.pk if row.facility else None,
    }


def _placed(_n: int, district: int | None, ticket_id: int | None, number: str) -> Placed:
    if ticket_id is None:
        return Placed(district, None)
    # The rest is read when it is asked for: whole rows took a third of the time of a batch.
    known = [ticket_id, number, State.FILED]
    return Placed(district, Ticket.from_db(connection.alias, ["id", "number", "state"], known))
