"""Outlines cut, joined and fitted to each other. The database does the geometry.

Everything lies on a lattice of 1e-8 degrees, about a millimetre: what two neighbours share is then
the same numbers on both sides, and no step leaves slivers behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.gis.geos import GEOSGeometry, LineString, MultiPolygon, Polygon
from django.db import connection
from django.utils.translation import gettext as _

from govgrid.core.errors import Refused
from grids.models import WGS84

LATTICE = 1e-8
# A line that ends so near to the border was meant to reach it.
REACH_METRES = 15
# How far beyond the border a line is drawn on, so that it crosses whatever the rounding: 0.1 m.
BEYOND = 1e-6
# What is smaller is a remnant of drawing and goes to its neighbour.
REMNANT_METRES2 = 10
# More bends than a hand draws, or a program that sends without end.
MOST_BENDS = 500
MOST_PARTS = 12

ON_LATTICE = """
    SELECT ST_AsEWKB(ST_Multi(ST_CollectionExtract(ST_ReducePrecision(
        ST_MakeValid(ST_GeomFromEWKB(%s)), %s), 3)))
"""

ENDS = """
    SELECT ST_X(c), ST_Y(c), ST_Covers(o, e), ST_Distance(e::geography, c::geography)
    FROM (SELECT o, e, ST_ClosestPoint(ST_Boundary(o), e) AS c
          FROM (SELECT ST_GeomFromEWKB(%s) AS o) outline,
               unnest(ARRAY[ST_SetSRID(ST_MakePoint(%s, %s), 4326),
                            ST_SetSRID(ST_MakePoint(%s, %s), 4326)])
                   WITH ORDINALITY AS ends(e, n) ORDER BY n) found
"""

# Each polygon by itself: one that the line does not cross comes out whole.
SPLIT = """
    SELECT ST_AsEWKB(part.geom), ST_Area(part.geom::geography),
           count(*) OVER (PARTITION BY whole.path) > 1
    FROM ST_Dump(ST_GeomFromEWKB(%s)) whole,
         ST_Dump(ST_CollectionExtract(
             ST_ReducePrecision(ST_Split(whole.geom, ST_GeomFromEWKB(%s)), %s), 3)) part
    ORDER BY 2 DESC
"""

UNION = """
    SELECT ST_AsEWKB(ST_Multi(ST_CollectionExtract(ST_ReducePrecision(
        ST_Union(ST_GeomFromEWKB(one)), %s), 3)))
    FROM unnest(%s::bytea[]) one
"""

OVERLAP = "SELECT ST_Area(ST_Intersection(ST_GeomFromEWKB(%s), ST_GeomFromEWKB(%s)))"

WITHIN = """
    SELECT ST_AsEWKB(ST_Multi(ST_CollectionExtract(ST_ReducePrecision(
        ST_Intersection(ST_GeomFromEWKB(%s), ST_GeomFromEWKB(%s)), %s), 3)))
"""

WITHOUT = """
    SELECT ST_AsEWKB(ST_Multi(ST_CollectionExtract(ST_ReducePrecision(
        ST_Difference(ST_GeomFromEWKB(%s), ST_GeomFromEWKB(%s)), %s), 3)))
"""

METRES2 = "SELECT ST_Area(ST_GeomFromEWKB(%s)::geography)"

# The corners of what was made anew become corners of whoever lies beside: a border that is shared
# has the same corners on both sides.
FITTED = """
    SELECT n.at, ST_AsEWKB(fitted)
    FROM unnest(%s::bytea[]) WITH ORDINALITY AS n(wkb, at),
         LATERAL (SELECT ST_GeomFromEWKB(n.wkb) AS whole) one,
         LATERAL (
             SELECT ST_Collect(corner.geom) AS corners
             FROM unnest(%s::bytea[]) made(wkb), ST_DumpPoints(ST_GeomFromEWKB(made.wkb)) corner
             WHERE ST_DWithin(corner.geom, ST_Boundary(one.whole), %s)
         ) near,
         LATERAL (SELECT ST_Multi(ST_CollectionExtract(ST_MakeValid(
             ST_Snap(one.whole, near.corners, %s)), 3)) AS fitted) done
    WHERE near.corners IS NOT NULL
      AND ST_NPoints(fitted) <> ST_NPoints(one.whole)
"""


def _ask(sql: str, values: Sequence[Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _shape(wkb: Any) -> MultiPolygon:
    shape = GEOSGeometry(memoryview(wkb))
    if isinstance(shape, Polygon):
        return MultiPolygon(shape, srid=WGS84)
    return shape  # type: ignore[return-value]


def on_lattice(outline: MultiPolygon) -> MultiPolygon:
    return _shape(_ask(ON_LATTICE, [outline.ewkb, LATTICE])[0][0])


def metres2(outline: MultiPolygon) -> float:
    return _ask(METRES2, [outline.ewkb])[0][0]


def joined(outlines: Iterable[MultiPolygon]) -> MultiPolygon:
    return _shape(_ask(UNION, [LATTICE, [one.ewkb for one in outlines]])[0][0])


def within(outline: MultiPolygon, other: MultiPolygon) -> MultiPolygon:
    return _shape(_ask(WITHIN, [outline.ewkb, other.ewkb, LATTICE])[0][0])


def without(outline: MultiPolygon, other: MultiPolygon) -> MultiPolygon:
    return _shape(_ask(WITHOUT, [outline.ewkb, other.ewkb, LATTICE])[0][0])


def overlap(one: MultiPolygon, other: MultiPolygon) -> float:
    """In square degrees: good for comparing, and for nothing else."""
    return _ask(OVERLAP, [one.ewkb, other.ewkb])[0][0]


def line_of(points: Sequence[tuple[float, float]]) -> LineString:
    if not 2 <= len(points) <= MOST_BENDS:
        raise Refused("line_length", _("A line has two points at least, and 500 at most."))
    bends = [one for one, before in zip(points, [None, *points], strict=False) if one != before]
    if len(bends) < 2:
        raise Refused("line_length", _("A line has two points at least, and 500 at most."))
    line = LineString(*bends, srid=WGS84)
    if not line.simple:
        raise Refused("line_crosses_itself", _("The line crosses itself."))
    return line


def ring_of(points: Sequence[tuple[float, float]]) -> MultiPolygon:
    """A surface from the corners that were set; the last is joined to the first."""
    corners = list(dict.fromkeys(points))
    if not 3 <= len(corners) <= MOST_BENDS:
        raise Refused("ring_corners", _("A surface has three corners at least, and 500 at most."))
    ring = Polygon([*corners, corners[0]], srid=WGS84)
    if not ring.valid:
        raise Refused("line_crosses_itself", _("The line crosses itself."))
    return on_lattice(MultiPolygon(ring, srid=WGS84))


def cut(outline: MultiPolygon, line: LineString) -> list[MultiPolygon]:
    """``outline`` cut along ``line``, the largest part first; refused where it cuts nothing."""
    line = _drawn_on(outline, line)
    found = _ask(SPLIT, [outline.ewkb, line.ewkb, LATTICE])
    parts = [_shape(wkb) for wkb, area, is_cut in found if is_cut and area >= REMNANT_METRES2]
    if len(parts) < 2:
        raise Refused(
            "cuts_nothing", _("The line does not cut it in two. Draw it from border to border.")
        )
    if len(parts) > MOST_PARTS:
        raise Refused("too_many_parts", _("The line cuts it into too many parts."))
    rest = [_shape(wkb) for wkb, area, is_cut in found if not is_cut or area < REMNANT_METRES2]
    if rest:
        parts[0] = joined([parts[0], *rest])
    return parts


def _drawn_on(outline: MultiPolygon, line: LineString) -> LineString:
    """The line with its ends led over the border, where they stop just before it."""
    bends = [(x, y) for x, y, *_z in line.coords]
    start, end = _ask(ENDS, [outline.ewkb, *bends[0], *bends[-1]])
    head = _led_over(bends[0], bends[1], start)
    tail = _led_over(bends[-1], bends[-2], end)
    return LineString(*reversed(head), *bends, *tail, srid=WGS84)


def _led_over(
    end: tuple[float, float], before: tuple[float, float], found: tuple
) -> list[tuple[float, float]]:
    x, y, is_inside, metres = found
    if not is_inside or metres > REACH_METRES:
        return []
    ahead = (x - end[0], y - end[1])
    if max(abs(ahead[0]), abs(ahead[1])) < LATTICE:
        ahead = (end[0] - before[0], end[1] - before[1])
    length = (ahead[0] ** 2 + ahead[1] ** 2) ** 0.5
    return [(x + ahead[0] / length * BEYOND, y + ahead[1] / length * BEYOND)]


def fitted(
    neighbours: Sequence[MultiPolygon], made: Sequence[MultiPolygon]
) -> dict[int, MultiPolygon]:
    """The neighbours that get corners from ``made``, by their place in the sequence."""
    near = LATTICE * 4
    given = [[one.ewkb for one in neighbours], [one.ewkb for one in made], near, near]
    return {at - 1: _shape(wkb) for at, wkb in _ask(FITTED, given)}
