"""Gaps, overlaps and what lies outside: found on the globe, and who gives way or takes them."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import connection

from grids.division.reading import ground_of
from grids.models import Division, Piece

# Narrower is rounding, and nobody could stand in it.
ROUNDING_METRES = 0.05
# Narrower than this all along is a sliver: drawn beside the border, not meant.
SLIVER_METRES = 3.0

# Width: of a long strip, its area is half its perimeter times its width.
PLACES = """
    WITH p AS (
        SELECT number, kind = 'special' AS is_special, outline FROM grids_piece
        WHERE id = ANY(%(pieces)s)
    ),
    ground AS (SELECT ST_GeomFromEWKB(%(ground)s) AS shape),
    found AS (
        SELECT 'gap' AS kind, ARRAY[]::int[] AS numbers, ST_Difference(ground.shape, u.shape) AS shape
        FROM ground, (SELECT ST_Union(outline) AS shape FROM p WHERE NOT is_special) u
        UNION ALL
        SELECT 'outside', ARRAY[number], ST_Difference(p.outline, ground.shape) FROM p, ground
        UNION ALL
        SELECT 'overlap', ARRAY[one.number, other.number],
               ST_Intersection(one.outline, other.outline)
        FROM p one JOIN p other ON other.number > one.number
             AND other.is_special = one.is_special AND ST_Intersects(one.outline, other.outline)
    ),
    parts AS (
        SELECT kind, numbers, part.geom AS shape, ST_Area(part.geom::geography) AS metres2,
               ST_Perimeter(part.geom::geography) AS around
        FROM found, ST_Dump(ST_CollectionExtract(ST_MakeValid(found.shape), 3)) part
    )
    SELECT kind, numbers, ST_AsEWKB(ST_Multi(shape)), ST_AsGeoJSON(shape, 7), metres2,
           2 * metres2 / nullif(around, 0), ST_X(c), ST_Y(c)
    FROM parts, LATERAL ST_PointOnSurface(shape) c
    WHERE metres2 > 0 AND 2 * metres2 / nullif(around, 0) > %(rounding)s
    ORDER BY kind, metres2 DESC
    LIMIT 200
"""

# Who lies along a gap for longest.
ALONG = """
    SELECT number FROM grids_piece
    WHERE id = ANY(%s) AND kind <> 'special' AND ST_DWithin(outline, ST_GeomFromEWKB(%s), 1e-7)
    ORDER BY ST_Length(ST_Intersection(outline, ST_Buffer(ST_GeomFromEWKB(%s), 1e-7))) DESC,
             ST_Area(ST_Intersection(outline, ST_Buffer(ST_GeomFromEWKB(%s), 1e-6))) DESC, number
    LIMIT 1
"""


class Misfit(NamedTuple):
    """A gap, an overlap, a rim to be closed; the last of ``pieces`` gives way or takes it."""

    kind: str
    pieces: tuple[int, ...]
    shape: MultiPolygon


def rows(pieces: Sequence[Piece], ground: MultiPolygon | None) -> list[tuple]:
    """What does not fit, as it is in PLACES; the widest of each kind first."""
    if ground is None:
        return []
    given: dict[str, Any] = {
        "pieces": [one.pk for one in pieces],
        "ground": ground.ewkb,
        "rounding": ROUNDING_METRES,
    }
    with connection.cursor() as cursor:
        cursor.execute(PLACES, given)
        return cursor.fetchall()


def size_words(metres2: float) -> str:
    """As in 850 m², 1.2 ha, 3.4 km²."""
    if metres2 < 10_000:
        return f"{max(1, round(metres2))} m²"
    return f"{metres2 / 10_000:.1f} ha" if metres2 < 1_000_000 else f"{metres2 / 1_000_000:.2f} km²"


def slivers(division: Division) -> list[Misfit]:
    """What mending closes, with who takes or gives each."""
    return _misfits(division, narrower=SLIVER_METRES)


def misfits(division: Division, firm: Collection[int]) -> list[Misfit]:
    """All that does not fit, however wide; the ``firm`` pieces stay, where others can give way."""
    return [
        one._replace(pieces=tuple(sorted(one.pieces, key=lambda number: number not in firm)))
        for one in _misfits(division, narrower=math.inf, firm=firm)
    ]


def _misfits(division: Division, *, narrower: float, firm: Collection[int] = ()) -> list[Misfit]:
    pieces = list(Piece.objects.shown(division))
    found = []
    for kind, numbers, wkb, _geojson, _metres2, width, *_middle in rows(
        pieces, ground_of(division.community)
    ):
        if width >= narrower:
            continue
        shape = GEOSGeometry(memoryview(wkb))
        touched = tuple(numbers) or _along(pieces, shape, firm)
        if touched:
            found.append(Misfit(kind, touched, shape))  # type: ignore[arg-type]
    return found


def _along(pieces: Sequence[Piece], shape: GEOSGeometry, firm: Collection[int]) -> tuple[int, ...]:
    loose = [one.pk for one in pieces if one.number not in firm]
    found = _lies_along(loose, shape)
    return found or _lies_along([one.pk for one in pieces], shape)


def _lies_along(pieces: list[int], shape: GEOSGeometry) -> tuple[int, ...]:
    given: list[Any] = [pieces, *([shape.ewkb] * 3)]
    with connection.cursor() as cursor:
        cursor.execute(ALONG, given)
        row = cursor.fetchone()
    return (row[0],) if row else ()
