"""Reads over several models: where a point lies."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

BORDER_METRES = 15
# 0.0004 degrees are at least 22 m anywhere in China. The box comes first: a geography cast
# without one reads every polygon (401 ms against 0.3 ms).
BOX_DEGREES = 0.0004

# The basic grid beneath a special one is no neighbour of a point well inside the special one.
LOCATE = """
    WITH p AS (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS at),
    g AS (
        SELECT a.id, a.code, a.name, a.path, s.is_special, s.boundary
        FROM grids_areashape s JOIN grids_area a ON a.id = s.area_id, p
        WHERE s.level = 5 AND ST_Covers(s.boundary, p.at) AND a.valid_to IS NULL
        ORDER BY s.is_special DESC, a.id LIMIT 1
    )
    SELECT g.id, g.code, g.name, c.id, c.code, c.name, st.id, st.code, st.name,
           d.id, d.code, d.name,
           EXISTS (
               SELECT 1 FROM grids_areashape n JOIN grids_area na ON na.id = n.area_id, p
               WHERE n.level = 5 AND n.area_id <> g.id AND na.valid_to IS NULL
                 AND n.boundary && ST_Expand(p.at, %(box)s)
                 AND ST_DWithin(n.boundary::geography, p.at::geography, %(metres)s)
                 AND (NOT g.is_special OR n.is_special OR ST_DWithin(
                     ST_Boundary(g.boundary)::geography, p.at::geography, %(metres)s)))
    FROM g
    JOIN grids_area c ON c.id = split_part(g.path, '.', 4)::bigint
    JOIN grids_area st ON st.id = split_part(g.path, '.', 3)::bigint
    JOIN grids_area d ON d.id = split_part(g.path, '.', 2)::bigint
"""

HOW_FAR = """
    SELECT a.name, ST_Distance(
        s.boundary::geography, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography)
    FROM grids_areashape s JOIN grids_area a ON a.id = s.area_id
    WHERE s.level = 2 AND a.valid_to IS NULL
    ORDER BY s.boundary <-> ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) LIMIT 1
"""


@dataclass(frozen=True)
class Named:
    id: int
    code: str
    name: str


@dataclass(frozen=True)
class Place:
    """The grid a point lies in and the areas above it; ``border`` when another grid is near."""

    grid: Named
    community: Named
    street: Named
    district: Named
    border: bool


def locate(lon: float, lat: float) -> Place | None:
    """The grid that covers a WGS-84 point, or None outside the map. One indexed query.

    A special grid wins over the basic one beneath it; on a border the lower id wins, always.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            LOCATE, {"lon": lon, "lat": lat, "box": BOX_DEGREES, "metres": BORDER_METRES}
        )
        row = cursor.fetchone()
    if row is None:
        return None
    grid, community, street, district = (Named(*row[i : i + 3]) for i in (0, 3, 6, 9))
    return Place(grid, community, street, district, row[12])


def metres_outside(lon: float, lat: float) -> tuple[str, int] | None:
    """The nearest district and how far the point lies from it, for a helpful refusal."""
    with connection.cursor() as cursor:
        cursor.execute(HOW_FAR, {"lon": lon, "lat": lat})
        row = cursor.fetchone()
    return (row[0], math.ceil(row[1])) if row else None


def outside_message(lon: float, lat: float) -> str:
    """“This point is 120 m outside Yiling District. Please move the pin.”"""
    far = metres_outside(lon, lat)
    if far is None or far[1] == 0:
        return _("This point lies in no grid. Please move the pin.")
    name, metres = far
    return _("This point is %(metres)s m outside %(name)s. Please move the pin.") % {
        "metres": metres,
        "name": name,
    }
