"""The map of areas as vector tiles, drawn by the database."""

from __future__ import annotations

from typing import Any

from django.db import connection

from govgrid.core import clock, tiles
from govgrid.core.tiles import EXTENT, Tile
from grids.models import Level, MapEdition

# Pixels beyond the edge of a tile that come along, so that no line ends at it.
BUFFER = 8 * EXTENT // tiles.PIXELS
HOUR, MINUTE = 3600, 60
# A street has dozens: from afar they would be a number that says nothing.
FACILITIES_FROM = 14

# Each level from this zoom of tiles on. Grids at 9 would be 200 kB of blot.
DRAWN_FROM = {Level.DISTRICT: 0, Level.STREET: 0, Level.COMMUNITY: 9, Level.GRID: 10}
# Whose names there is room for, from this zoom on and until the next has it.
NAMED_FROM = {Level.STREET: 8, Level.COMMUNITY: 11, Level.GRID: 14}
# Before that nobody can tap one, and 11,000 codes would be half of the tile.
GRIDS_KNOWN_FROM = 11

# Simplified while reading: as fast as a table of shapes made ready for each zoom.
AREAS = """
    WITH here AS (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box),
    drawn AS (
        SELECT s.level, CASE WHEN s.is_special THEN true END AS special,
               CASE WHEN s.level < 5 OR %(knows_grids)s THEN a.code END AS code,
               ST_AsMVTGeom(ST_Simplify(s.g3857, %(tolerance)s, true), here.box,
                            %(extent)s, %(buffer)s) AS shape
        FROM here JOIN grids_areashape s ON s.g3857 && ST_Expand(here.box, %(margin)s)
        JOIN grids_area a ON a.id = s.area_id
        WHERE s.level = ANY(%(levels)s)
          AND a.valid_from <= %(on)s AND (a.valid_to IS NULL OR a.valid_to > %(on)s)
        ORDER BY s.level, a.id
    ),
    named AS (
        SELECT s.level, a.code, a.name,
               ST_AsMVTGeom(s.middle, here.box, %(extent)s, 0) AS spot
        FROM here JOIN grids_areashape s ON s.middle && here.box
        JOIN grids_area a ON a.id = s.area_id
        WHERE s.level = %(named)s AND NOT s.is_special
          AND a.valid_from <= %(on)s AND (a.valid_to IS NULL OR a.valid_to > %(on)s)
        ORDER BY a.id
    )
    SELECT (SELECT ST_AsMVT(drawn, 'areas', %(extent)s, 'shape') FROM drawn
            WHERE shape IS NOT NULL)
        || (SELECT ST_AsMVT(named, 'names', %(extent)s, 'spot') FROM named
            WHERE spot IS NOT NULL)
"""

# What is damaged or missing counts as late does: it is what one looks for.
FACILITIES = """
    SELECT 1 AS many, (f.state IN ('damaged', 'missing'))::int AS late, f.code AS number, f.state,
           ST_Transform(f.point, 3857) AS spot
    FROM grids_facility f
    WHERE f.point && ST_MakeEnvelope(%s, %s, %s, %s, 4326)
      AND (f.retired_on IS NULL OR f.retired_on > %s)
"""


def edition() -> str:
    """What the map is known by: it changes with the map, and at midnight, when areas begin and end."""
    number = MapEdition.objects.values_list("number", flat=True).first() or 0
    return f"{number:x}.{clock.today():%y%m%d}"


def areas(tile: Tile, edition: str) -> bytes:
    """Outlines and names in ``tile``, as gzip bytes; the same for everybody."""
    return tiles.kept("areas", edition, "all", tile, lambda: _areas(tile), seconds=HOUR)


def _areas(tile: Tile) -> bytes:
    # To a whole pixel where 11,000 hairlines fill four tiles: 143 kB a tile otherwise.
    pixels = 0.5 if tile.z >= GRIDS_KNOWN_FROM else 1
    values: dict[str, Any] = {
        "z": tile.z,
        "x": tile.x,
        "y": tile.y,
        "extent": EXTENT,
        "buffer": BUFFER,
        "on": clock.today(),
        "tolerance": pixels * tile.metres_a_pixel,
        "margin": BUFFER * tile.metres_a_pixel * tiles.PIXELS / EXTENT,
        "levels": [level for level, zoom in DRAWN_FROM.items() if tile.z >= zoom],
        "named": max((level for level, zoom in NAMED_FROM.items() if tile.z >= zoom), default=0),
        "knows_grids": tile.z >= GRIDS_KNOWN_FROM,
    }
    with connection.cursor() as cursor:
        cursor.execute(AREAS, values)
        return bytes(cursor.fetchone()[0])


def facilities(tile: Tile) -> bytes:
    """What stands in ``tile``, as gzip bytes; the same for everybody who is signed in."""
    return tiles.kept("facilities", "1", "all", tile, lambda: _facilities(tile), seconds=MINUTE)


def _facilities(tile: Tile) -> bytes:
    if tile.z < FACILITIES_FROM:
        return b""
    return tiles.marks(tile, "facilities", [(FACILITIES, (*tile.degrees, clock.today()))])
