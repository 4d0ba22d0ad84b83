"""Pieces drawn on the map, and the areas that they are meant to be a part of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from django.contrib.gis.geos import MultiPolygon

    from grids.models import Area

# The outline of an area, or of all its grids where it has none of its own.
WITHIN = """
    SELECT ST_Covers(ST_Buffer(ST_Union(s.boundary), 0.0002), ST_GeomFromEWKB(%(shape)s))
    FROM grids_areashape s JOIN grids_area a ON a.id = s.area_id
    WHERE a.id = %(area)s
       OR (s.level = 5 AND a.path LIKE %(beneath)s AND a.valid_to IS NULL
           AND NOT EXISTS (SELECT 1 FROM grids_areashape own WHERE own.area_id = %(area)s))
"""


def lies_within(shape: MultiPolygon, area: Area) -> bool:
    """Some 20 m are forgiven: whoever draws along a border does not hit it."""
    values: dict[str, Any] = {"shape": shape.ewkb, "area": area.pk, "beneath": f"{area.path}%"}
    with connection.cursor() as cursor:
        cursor.execute(WITHIN, values)
        return bool(cursor.fetchone()[0])
