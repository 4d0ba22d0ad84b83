"""Vector tiles: which pieces of the map there are, and how long one is kept."""

from __future__ import annotations

import gzip
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import connection

# A tile is drawn 512 pixels wide: half as many requests as with 256, each hardly larger.
PIXELS = 512
# Units of a tile's own plane: four to a pixel.
EXTENT = 4 * PIXELS
# A tile is one zoom behind the map it is seen on; no map here goes beyond 19.
DEEPEST = 18
# Half the circumference of the earth, in the metres of web maps (EPSG:3857).
HALF_EARTH = 20_037_508.342789244

# Pixels of the square in which all is one mark: a finger's width, and 64 marks a tile at most.
CELL = 64

# A statement and its values.
Sql = tuple[str, tuple[Any, ...]]

# What is found has many, late, number, state and spot; one alone keeps its number and state.
CLUSTERS = """
    WITH here AS (SELECT ST_TileEnvelope(%s, %s, %s) AS box, %s::float AS cell, %s::int AS last),
    found AS ({found}),
    laid AS (
        SELECT f.*, ST_X(f.spot) AS lies_x, ST_Y(f.spot) AS lies_y,
               floor((ST_X(f.spot) - ST_XMin(here.box)) / here.cell)::int AS across,
               floor((ST_YMax(here.box) - ST_Y(f.spot)) / here.cell)::int AS down
        FROM found f, here
    ),
    marks AS (
        SELECT sum(many)::int AS many, nullif(sum(late), 0)::int AS late,
               CASE WHEN sum(many) = 1 THEN min(number) END AS number,
               CASE WHEN sum(many) = 1 THEN min(state) END AS state,
               ST_AsMVTGeom(ST_SetSRID(ST_MakePoint(
                   sum(many * lies_x) / sum(many), sum(many * lies_y) / sum(many)), 3857),
                   here.box, %s, 0, false) AS spot
        FROM laid, here
        WHERE across BETWEEN 0 AND here.last AND down BETWEEN 0 AND here.last
        GROUP BY down, across, here.box
        ORDER BY down, across
    )
    SELECT ST_AsMVT(marks, %s, %s, 'spot') FROM marks
"""


class Tile(NamedTuple):
    """One of the 4^z squares that a web map is cut into."""

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        # The zoom first: two to the power of anything would take all memory there is.
        return self.z <= DEEPEST and max(self.x, self.y) < 2**self.z

    @property
    def metres_a_pixel(self) -> float:
        return 2 * HALF_EARTH / 2**self.z / PIXELS

    @property
    def degrees(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        west, east = (360 * x / 2**self.z - 180 for x in (self.x, self.x + 1))
        north, south = (_latitude(y / 2**self.z) for y in (self.y, self.y + 1))
        return west, south, east, north


def _latitude(share: float) -> float:
    """Of a place so far down from the top of the map to its foot."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * share))))


def kept(
    layer: str, edition: str, scope: str, tile: Tile, make: Callable[[], bytes], *, seconds: int
) -> bytes:
    """The tile as gzip bytes: from the cache, or made and kept for ``seconds``.

    What ``scope`` may not see is never in the tile, so it is part of the name; the database too,
    since several may share one cache. Nothing is kept of an empty tile: it is made in no time, and
    the earth has very many.
    """
    database = connection.settings_dict["NAME"]
    key = f"tile:{database}:{layer}:{edition}:{scope}:{tile.z}/{tile.x}/{tile.y}"
    return kept_as(key, make, seconds=seconds)


def kept_as(key: str, make: Callable[[], bytes], *, seconds: int) -> bytes:
    """What goes by ``key``, as gzip bytes: from the cache, or made. ``key`` names all of it."""
    found = cache.get(key)
    if found is not None:
        return found
    made = make()
    # mtime 0, so that the same tile is the same bytes. Level 6 takes 3 ms for 100 kB.
    packed = gzip.compress(made, 6, mtime=0)
    if made:
        cache.set(key, packed, seconds)
    return packed


def marks(tile: Tile, layer: str, sources: Sequence[Sql]) -> bytes:
    """What the sources find in ``tile``, gathered where it would lie on each other."""
    found = " UNION ALL ".join(statement for statement, _values in sources)
    values: list[Any] = [*tile, CELL * tile.metres_a_pixel, PIXELS // CELL - 1]
    values += [value for _statement, inner in sources for value in inner]
    with connection.cursor() as cursor:
        cursor.execute(CLUSTERS.format(found=found), [*values, EXTENT, layer, EXTENT])
        return bytes(cursor.fetchone()[0])
