"""Where the map of responsibility does not fit: cut in two, claimed twice, or nobody's.

All of it is computed from what is in force, so that a redrawn piece is judged at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from grids.models import Area

# Two drawn lines never meet to the centimetre: less than this part of a place is no conflict.
LEAST_SHARE = 0.02
# Nor is a ribbon of fewer square metres: a thirtieth of a football pitch.
LEAST_M2 = 250
MOST = 200


class Kind(TextChoices):
    CUT = "cut", _("Cut in two")
    TWICE = "twice", _("Claimed twice")
    NOBODY = "nobody", _("Nobody answers")


@dataclass(frozen=True)
class Conflict:
    """One conflict in words and with its outline as GeoJSON."""

    kind: Kind
    matter: str
    place_code: str
    place_name: str
    place_kind: str
    units: tuple[str, ...]
    share: float
    square_metres: int
    geojson: str

    @property
    def percent(self) -> int:
        return round(self.share * 100)


# The places looked at: grids in force beneath the area, and the compounds of its communities.
PLACES = """
    places AS (
        SELECT 'grid' AS what, a.id, a.code, a.name, a.path, s.boundary AS outline
        FROM grids_area a JOIN grids_areashape s ON s.area_id = a.id
        WHERE s.level = 5 AND a.path LIKE %(base)s AND a.valid_to IS NULL AND NOT s.is_special
        UNION ALL
        SELECT 'compound', c.id, c.code, c.name, a.path, c.outline
        FROM grids_compound c JOIN grids_area a ON a.id = c.community_id
        WHERE a.path LIKE %(base)s AND c.outline IS NOT NULL AND c.retired_on IS NULL
    )
"""
PIECES = """
    pieces AS (
        SELECT p.id, p.unit_id, p.outline, l.id AS layer_id, l.matter, l.department_id,
               u.short_name AS unit, la.path AS whole
        FROM grids_layerpiece p JOIN grids_layer l ON l.id = p.layer_id
        JOIN grids_department u ON u.id = p.unit_id
        JOIN grids_area la ON la.id = l.area_id
        WHERE p.valid_to IS NULL AND l.valid_to IS NULL
          AND (la.path LIKE %(base)s OR %(path)s LIKE la.path || '%%')
          AND (%(matter)s = '' OR l.matter = %(matter)s)
    )
"""
# Most grids lie in one piece whole: the cheap test is asked first, and only what meets a border is
# cut out and measured.
CUT = f"""
    WITH {PLACES}, {PIECES},
    cut AS (
        SELECT pl.what, pl.id, pc.layer_id, pc.matter, pc.unit,
               ST_Area(ST_Intersection(pl.outline, pc.outline)) / ST_Area(pl.outline) AS share
        FROM places pl
        JOIN grids_layerpiece lp ON lp.outline && pl.outline AND lp.valid_to IS NULL
        JOIN pieces pc ON pc.id = lp.id
        WHERE NOT ST_Covers(lp.outline, pl.outline) AND ST_Intersects(lp.outline, pl.outline)
    ),
    split AS (
        SELECT what, id, layer_id, matter, array_agg(unit ORDER BY share DESC) AS units,
               min(share) AS least
        FROM cut WHERE share >= {LEAST_SHARE}
        GROUP BY what, id, layer_id, matter HAVING count(*) > 1
    )
    SELECT 'cut', split.matter, pl.code, pl.name, pl.what, split.units, least,
           (least * ST_Area(pl.outline::geography))::int,
           ST_AsGeoJSON(ST_SimplifyPreserveTopology(pl.outline, 0.00003), 6)
    FROM split JOIN places pl ON pl.what = split.what AND pl.id = split.id
    ORDER BY split.matter, pl.code, split.layer_id LIMIT %(most)s
"""  # noqa: S608 our own pieces
# Two units of one department or of two: whoever calls gets two answers. The inner query is cut to
# the area looked at, since pieces may be a district wide.
TWICE = f"""
    WITH {PIECES},
    here AS (SELECT boundary FROM grids_areashape WHERE area_id = %(area)s),
    both_claim AS (
        SELECT a.matter, least(a.unit, b.unit) AS one, greatest(a.unit, b.unit) AS two,
               ST_CollectionExtract(ST_Intersection(
                   ST_Intersection(a.outline, b.outline), here.boundary), 3) AS outline
        FROM here, pieces a
        JOIN pieces b ON b.matter = a.matter AND b.id > a.id AND b.unit_id <> a.unit_id
             AND b.outline && a.outline AND ST_Intersects(a.outline, b.outline)
    )
    SELECT 'twice', matter, '', '', '', ARRAY[one, two], 0,
           ST_Area(outline::geography)::int,
           ST_AsGeoJSON(ST_SimplifyPreserveTopology(outline, 0.00003), 6)
    FROM both_claim
    WHERE NOT ST_IsEmpty(outline) AND ST_Area(outline::geography) >= {LEAST_M2}
    ORDER BY matter, 8 DESC LIMIT %(most)s
"""  # noqa: S608 our own pieces
# A matter that somebody answers for elsewhere in the layer's area, and nobody here. Grids tile the
# map, so that compounds would only say it twice.
NOBODY = f"""
    WITH {PLACES}, {PIECES},
    matters AS (SELECT DISTINCT matter, whole FROM pieces),
    open AS (
        SELECT pl.id, m.matter
        FROM places pl JOIN matters m ON pl.what = 'grid' AND pl.path LIKE m.whole || '%%'
        WHERE NOT EXISTS (
            SELECT 1 FROM grids_layerpiece lp JOIN pieces pc ON pc.id = lp.id
            WHERE lp.outline && pl.outline AND pc.matter = m.matter AND lp.valid_to IS NULL
              AND ST_Covers(lp.outline, pl.outline))
        GROUP BY pl.id, m.matter
    ),
    rest AS (
        SELECT o.id, o.matter, ST_Difference(pl.outline, coalesce((
            SELECT ST_Union(lp.outline) FROM grids_layerpiece lp JOIN pieces pc ON pc.id = lp.id
            WHERE lp.outline && pl.outline AND pc.matter = o.matter AND lp.valid_to IS NULL),
            ST_GeomFromText('POLYGON EMPTY', 4326))) AS outline
        FROM open o JOIN places pl ON pl.what = 'grid' AND pl.id = o.id
    )
    SELECT 'nobody', rest.matter, pl.code, pl.name, pl.what, ARRAY[]::text[],
           ST_Area(rest.outline) / ST_Area(pl.outline),
           ST_Area(rest.outline::geography)::int,
           ST_AsGeoJSON(ST_SimplifyPreserveTopology(
               ST_CollectionExtract(rest.outline, 3), 0.00003), 6)
    FROM rest JOIN places pl ON pl.what = 'grid' AND pl.id = rest.id
    WHERE ST_Area(rest.outline) >= {LEAST_SHARE} * ST_Area(pl.outline)
    ORDER BY rest.matter, pl.code LIMIT %(most)s
"""  # noqa: S608 our own pieces
REPORTS = {Kind.CUT: CUT, Kind.TWICE: TWICE, Kind.NOBODY: NOBODY}


def conflicts(
    area: Area, *, matter: str = "", kinds: Sequence[str] = (), most: int = MOST
) -> list[Conflict]:
    """What does not fit in ``area``: at most ``most`` of each kind, by matter and place."""
    given: dict[str, Any] = {
        "base": f"{area.path}%",
        "path": area.path,
        "area": area.pk,
        "matter": matter,
        "most": most,
    }
    found: list[Conflict] = []
    with connection.cursor() as cursor:
        for kind, report in REPORTS.items():
            if not kinds or kind in kinds:
                cursor.execute(report, given)
                found += [_conflict(row) for row in cursor.fetchall()]
    return found


def _conflict(row: tuple) -> Conflict:
    kind, matter, code, name, what, units, share, metres, geojson = row
    return Conflict(
        Kind(kind), matter, code, name, what, tuple(units), float(share), metres, geojson
    )
