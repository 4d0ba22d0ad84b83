"""Where the map of responsibility does not fit: cut in two, claimed twice, or nobody's.

All of it is computed from what is in force, so that a redrawn piece is judged at once; what was
computed is kept until something of it changes.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from govgrid.core import tiles
from grids.models import Area

# Two drawn lines never meet to the centimetre: less than this part of a place is no conflict.
LEAST_SHARE = 0.02
# Nor is a ribbon of fewer square metres: a thirtieth of a football pitch.
LEAST_M2 = 250
MOST = 200
# Seconds: a day, after which nobody asks again for most of it.
KEPT = 86_400


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


# Pieces are a district wide, with thousands of corners: measured against each of 11,000 grids whole
# they took minutes. Cut into parts of few corners first, each place meets one or two small ones.
MET = """
    parts AS MATERIALIZED (
        SELECT id AS piece, layer_id, matter, unit, ST_Subdivide(outline, 100) AS part FROM pieces
    ),
    met AS MATERIALIZED (
        SELECT pl.*, pc.piece, pc.layer_id, pc.matter, pc.unit,
               CASE WHEN ST_Covers(pc.part, pl.outline) THEN pl.outline
                    ELSE ST_Intersection(pl.outline, pc.part) END AS share
        FROM parts pc, LATERAL (
            SELECT 'grid' AS what, a.id, a.code, a.name, s.boundary AS outline
            FROM grids_areashape s JOIN grids_area a ON a.id = s.area_id
            WHERE s.level = 5 AND s.boundary && pc.part
              AND a.path LIKE %(base)s AND a.valid_to IS NULL AND NOT s.is_special
            UNION ALL
            SELECT 'compound', c.id, c.code, c.name, c.outline
            FROM grids_compound c JOIN grids_area a ON a.id = c.community_id
            WHERE c.outline && pc.part AND a.path LIKE %(base)s AND c.retired_on IS NULL
        ) pl
        WHERE ST_Intersects(pc.part, pl.outline)
    )
"""
# Of a street, only what of them lies near its places: 8,000 corners of a district would be cut up
# for it, 0.3 s each time.
PIECES = """
    near AS MATERIALIZED (
        SELECT ST_SetSRID(ST_Extent(outline)::geometry, 4326) AS box FROM (
            SELECT ST_Envelope(s.boundary) AS outline
            FROM grids_area a JOIN grids_areashape s ON s.area_id = a.id
            WHERE a.path LIKE %(base)s AND a.valid_to IS NULL
            UNION ALL
            SELECT ST_Envelope(c.outline)
            FROM grids_area a JOIN grids_compound c ON c.community_id = a.id
            WHERE a.path LIKE %(base)s AND c.retired_on IS NULL
        ) places
    ),
    pieces AS MATERIALIZED (
        SELECT p.id, p.unit_id, CASE
                   WHEN p.outline @ near.box THEN p.outline
                   ELSE ST_CollectionExtract(ST_MakeValid(
                       ST_ClipByBox2D(p.outline, Box2D(near.box))), 3) END AS outline,
               l.id AS layer_id, l.matter, l.department_id,
               u.short_name AS unit, la.path AS whole
        FROM grids_layerpiece p JOIN grids_layer l ON l.id = p.layer_id
        JOIN grids_department u ON u.id = p.unit_id
        JOIN grids_area la ON la.id = l.area_id
        JOIN near ON p.outline && near.box
        WHERE p.valid_to IS NULL AND l.valid_to IS NULL
          AND (la.path LIKE %(base)s OR %(path)s LIKE la.path || '%%')
          AND (%(matter)s = '' OR l.matter = %(matter)s)
    )
"""
CUT = f"""
    WITH {PIECES}, {MET},
    shares AS (
        SELECT what, id, layer_id, matter, unit, code, name, outline,
               sum(ST_Area(share)) / ST_Area(outline) AS share
        FROM met GROUP BY what, id, layer_id, matter, unit, code, name, outline
    ),
    split AS (
        SELECT what, id, layer_id, matter, code, name, outline,
               array_agg(unit ORDER BY share DESC) AS units, min(share) AS least
        FROM shares WHERE share >= {LEAST_SHARE}
        GROUP BY what, id, layer_id, matter, code, name, outline HAVING count(*) > 1
        ORDER BY matter, code, layer_id LIMIT %(most)s
    )
    SELECT 'cut', matter, code, name, what, units, least,
           (least * ST_Area(outline::geography))::int,
           ST_AsGeoJSON(ST_SimplifyPreserveTopology(outline, 0.00003), 6)
    FROM split ORDER BY matter, code, layer_id
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
    WITH {PIECES}, {MET},
    matters AS (SELECT matter, array_agg(DISTINCT whole) AS wholes FROM pieces GROUP BY matter),
    -- One piece that has all of it leaves nothing; only the others are put together and compared.
    answered AS (
        SELECT id, matter FROM met WHERE what = 'grid'
        GROUP BY id, matter, piece, outline HAVING sum(ST_Area(share)) >= 0.9999 * ST_Area(outline)
    ),
    open AS (
        SELECT a.id, a.code, a.name, m.matter, s.boundary AS whole
        FROM grids_areashape s JOIN grids_area a ON a.id = s.area_id
        JOIN matters m ON EXISTS (SELECT 1 FROM unnest(m.wholes) AS one WHERE a.path LIKE one || '%%')
        LEFT JOIN answered ON answered.id = a.id AND answered.matter = m.matter
        WHERE s.level = 5 AND a.path LIKE %(base)s AND a.valid_to IS NULL AND NOT s.is_special
          AND answered.id IS NULL
    ),
    had AS (
        SELECT met.id, met.matter, ST_Union(met.share) AS outline
        FROM met JOIN open ON open.id = met.id AND open.matter = met.matter
        WHERE met.what = 'grid' GROUP BY met.id, met.matter
    ),
    rest AS (
        SELECT open.code, open.name, open.matter, open.whole,
               CASE WHEN had.id IS NULL THEN open.whole
                    ELSE ST_Difference(open.whole, had.outline) END AS outline
        FROM open LEFT JOIN had ON had.id = open.id AND had.matter = open.matter
    )
    SELECT 'nobody', matter, code, name, 'grid', ARRAY[]::text[],
           ST_Area(outline) / ST_Area(whole), ST_Area(outline::geography)::int,
           ST_AsGeoJSON(ST_SimplifyPreserveTopology(ST_CollectionExtract(outline, 3), 0.00003), 6)
    FROM rest
    WHERE ST_Area(outline) >= {LEAST_SHARE} * ST_Area(whole)
    ORDER BY matter, code LIMIT %(most)s
"""  # noqa: S608 our own pieces
REPORTS = {Kind.CUT: CUT, Kind.TWICE: TWICE, Kind.NOBODY: NOBODY}


# Areas and outlines have an edition; the rest is little, and asked for each time: 20 ms.
EDITION = """
    SELECT (SELECT number FROM grids_mapedition),
           (SELECT md5(string_agg(concat_ws('|', id, matter, area_id, valid_to), ',' ORDER BY id))
            FROM grids_layer),
           (SELECT md5(string_agg(concat_ws('|', p.id, p.valid_to, u.short_name), ',' ORDER BY p.id))
            FROM grids_layerpiece p JOIN grids_department u ON u.id = p.unit_id),
           (SELECT md5(string_agg(concat_ws('|', id, code, name, community_id, retired_on,
                                            md5(ST_AsBinary(outline))), ',' ORDER BY id))
            FROM grids_compound)
"""


def conflicts(
    area: Area, *, matter: str = "", kinds: Sequence[str] = (), most: int = MOST
) -> list[Conflict]:
    """What does not fit in ``area``: at most ``most`` of each kind, by matter and place."""
    asked = {"area": area.pk, "path": area.path, "matter": matter, "most": most}
    found: list[Conflict] = []
    edition = _edition()
    for kind in REPORTS:
        if not kinds or kind in kinds:
            found += _kept(kind, asked, edition)
    return found


def _edition() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(EDITION)
        return [connection.settings_dict["NAME"], *cursor.fetchone()]


def _kept(kind: Kind, asked: dict[str, Any], edition: list[Any]) -> list[Conflict]:
    """From Redis, where nothing has changed since; a dead Redis only costs the computing."""
    named = json.dumps([kind, asked, edition], sort_keys=True).encode()
    key = f"conflicts:{hashlib.sha256(named).hexdigest()}"
    packed = tiles.kept_as(key, lambda: _computed(kind, asked), seconds=KEPT)
    return [_conflict(row) for row in json.loads(gzip.decompress(packed))]


def _computed(kind: Kind, asked: dict[str, Any]) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(REPORTS[kind], asked | {"base": f"{asked['path']}%"})
        rows = [[*row[:6], float(row[6]), *row[7:]] for row in cursor.fetchall()]
    return json.dumps(rows).encode()


def _conflict(row: Sequence[Any]) -> Conflict:
    kind, matter, code, name, what, units, share, metres, geojson = row
    return Conflict(Kind(kind), matter, code, name, what, tuple(units), share, metres, geojson)
