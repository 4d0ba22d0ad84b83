"""Points for a great many tickets: in their grid, clear of its border and of every drawn piece, so
that routing has nothing to ask a person."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.db import connection

from govgrid.home.demo.ground import Ground
from govgrid.home.demo.ledger import CLEAR

ROOM = """
    CREATE TEMPORARY TABLE demo_room AS
    WITH piece AS MATERIALIZED (
        SELECT ST_Buffer(ST_GeomFromEWKT(p), %(clear)s) AS shape FROM unnest(%(pieces)s::text[]) AS p
        UNION ALL
        SELECT ST_Buffer(boundary, %(clear)s) FROM grids_areashape WHERE level = 5 AND is_special
    )
    SELECT s.area_id, COALESCE(ST_Difference(i.inside, (
               SELECT ST_Union(shape) FROM piece WHERE shape && s.boundary)), i.inside) AS inside
    FROM grids_areashape s, LATERAL (SELECT ST_Buffer(s.boundary, -%(clear)s) AS inside) i
    WHERE s.level = 5 AND NOT s.is_special
"""
SPOTS = """
    SELECT r.area_id, array_agg(ST_X(d.geom)), array_agg(ST_Y(d.geom))
    FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS u (area_id, n, seed)
    JOIN demo_room r USING (area_id), LATERAL ST_Dump(ST_GeneratePoints(r.inside, u.n, u.seed)) d
    GROUP BY r.area_id
"""
DIGITS = 7


class Spot(NamedTuple):
    lon: float
    lat: float


class Spots:
    """What is free in each basic grid, for as long as the load draws points."""

    def roomy(self) -> set[int]:
        """The grids that have room for a point."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT area_id FROM demo_room WHERE NOT ST_IsEmpty(inside)")
            return {row[0] for row in cursor.fetchall()}

    def draw(self, counts: dict[int, int], seed: int) -> dict[int, Iterator[Spot]]:
        """So many points of each grid, the same for the same seed."""
        found: dict[int, Iterator[Spot]] = {}
        seeds = [(seed * 1_000_003 + n * 7919) % 2_000_000_000 + 1 for n in range(len(counts))]
        with connection.cursor() as cursor:
            cursor.execute(SPOTS, [list(counts), list(counts.values()), seeds])
            for grid, lons, lats in cursor:
                found[grid] = map(_spot, array("d", lons), array("d", lats))
        return found


@contextmanager
def spots(ground: Ground) -> Iterator[Spots]:
    """The free ground worked out once: grids less their borders and the pieces drawn over them."""
    pieces = [shape.ewkt for shape in ground.pieces.values()]
    with connection.cursor() as cursor:
        cursor.execute(ROOM, {"clear": CLEAR, "pieces": pieces})
        yield Spots()
        cursor.execute("DROP TABLE demo_room")


def _spot(lon: float, lat: float) -> Spot:
    return Spot(round(lon, DIGITS), round(lat, DIGITS))
