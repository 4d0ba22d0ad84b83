"""Whether outlines lie where they should, or are shifted as mainland maps are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from django.contrib.gis.geos import MultiPolygon
from django.db import connection

from govgrid.core.coordinates import CRS, from_wgs84, to_wgs84

# More would only say the same again.
SAMPLE = 300
# A tenth of what lies where it should may jut out: outlines are drawn more or less coarsely.
LEAST_MISS = 0.02
BETTER = 0.5
METRES_A_DEGREE = 111_320

# How much of each outline lies outside its reference, as given and moved by a candidate's shift.
# What the file outlines anew is compared with itself of old, and else with what it lies in.
MISSES = """
    SELECT g.candidate, avg(1 - ST_Area(ST_Intersection(g.moved, s.boundary))
        / greatest(ST_Area(g.moved), CASE WHEN g.is_own THEN ST_Area(s.boundary) ELSE 0 END))
    FROM (SELECT candidate, reference, is_own, ST_Translate(ST_MakeValid(ST_Simplify(
              ST_GeomFromWKB(outline, 4326), 0.00005, true)), east, north) AS moved
          FROM unnest(%s::text[], %s::bigint[], %s::boolean[], %s::bytea[], %s::float[], %s::float[])
              AS given (candidate, reference, is_own, outline, east, north)) g
    JOIN grids_areashape s ON s.area_id = g.reference
    WHERE ST_Area(g.moved) > 0
    GROUP BY g.candidate
"""


class Placed(NamedTuple):
    """An outline with the area it is compared with: itself as it was, or what it lies in."""

    outline: MultiPolygon
    reference: int
    is_own: bool


class Offer(NamedTuple):
    crs: str
    metres: int


def better_crs(placed: Sequence[Placed], declared: str) -> Offer | None:
    """The system in which the outlines lie where they should; None where they do already.

    Tried both ways: shifted data declared as GPS, and GPS data declared as shifted.
    """
    declared = declared if declared in {*CRS} else CRS.WGS84
    rows = [
        (
            crs,
            one.reference,
            one.is_own,
            memoryview(bytes(one.outline.wkb)),
            *_shift(one, declared, crs),
        )
        for one in placed[:SAMPLE]
        for crs in CRS
    ]
    if not rows:
        return None
    with connection.cursor() as cursor:
        cursor.execute(MISSES, [list(column) for column in zip(*rows, strict=True)])
        misses = dict(cursor.fetchall())
    best = min(misses, key=lambda crs: (misses[crs], crs != declared), default=declared)
    now = misses.get(declared, 0)
    if best == declared or now < LEAST_MISS or misses[best] > BETTER * now:
        return None
    east, north = _shift(placed[0], declared, best)
    lat = placed[0].outline.centroid.y
    metres = math.hypot(east * math.cos(math.radians(lat)), north) * METRES_A_DEGREE
    return Offer(best, round(metres))


def _shift(one: Placed, declared: str, crs: str) -> tuple[float, float]:
    """How far its middle moves if the file is in ``crs``; it changes by a hundredth over a town."""
    here = one.outline.centroid
    lon, lat = to_wgs84(*from_wgs84(here.x, here.y, declared), crs)
    return lon - here.x, lat - here.y
