"""Outlines as files bring them: read, flattened, repaired, and matched to their areas."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, GEOSGeometry, MultiPolygon, WKBWriter
from django.utils.translation import gettext as _

from govgrid.core.sheets import RowError
from grids.models import LEVEL_OF_SLUG, WGS84, Area

# CGCS2000 differs from WGS-84 by centimetres.
SAME_SRIDS = {None, WGS84, 4490}


def outline(given: str) -> tuple[MultiPolygon, bool]:
    """A storable outline from WKT or GeoJSON, and whether it had to be repaired."""
    try:
        shape = GEOSGeometry(given)
    except (GEOSException, GDALException, ValueError, TypeError) as error:
        raise RowError(_("The outline cannot be read.")) from error
    if shape.srid not in SAME_SRIDS:
        raise RowError(_("The outline must be in WGS-84 or CGCS2000 degrees."))
    if shape.geom_type not in ("Polygon", "MultiPolygon") or shape.empty:
        raise RowError(_("The outline is no surface."))
    west, south, east, north = shape.extent
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise RowError(_("The outline is not in degrees."))
    # Heights say nothing about an area, and PostGIS has no column for them.
    flat = GEOSGeometry(WKBWriter(dim=2).write(shape), srid=WGS84)
    is_repaired = not flat.valid
    polygons = _polygons(flat.make_valid() if is_repaired else flat)
    if not polygons:
        raise RowError(_("The outline is no surface."))
    return MultiPolygon(*polygons, srid=WGS84), is_repaired


def codes_named_by(properties: Mapping[str, Any], key: str = "") -> list[str]:
    """The codes a map's feature may mean, the likeliest first.

    ``gb`` is the national code behind three digits for the country: 156420583 → 420583.
    """
    if key:
        return [str(properties.get(key, ""))]
    gb = str(properties.get("gb") or "")
    given = [properties.get("code"), properties.get("adcode"), gb.removeprefix("156"), gb]
    return [str(code) for code in given if code]


def geometry_of(feature: Mapping[str, Any]) -> str:
    """A feature's geometry as GeoJSON text."""
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict):
        raise RowError(_("The outline is missing."))
    return json.dumps(geometry)


class Finder:
    """Finds the area that a map's feature means: by code, else by a name that only one bears."""

    def __init__(self, areas: Mapping[str, Area], key: str = "") -> None:
        self.areas, self.key = areas, key
        self.named: dict[str, list[Area]] = {}
        for area in areas.values():
            self.named.setdefault(area.name, []).append(area)

    def area_of(self, feature: Mapping[str, Any]) -> Area:
        properties = feature.get("properties") or {}
        for code in codes_named_by(properties, self.key):
            if code in self.areas:
                return self.areas[code]
        name = str(properties.get("name") or "")
        level = LEVEL_OF_SLUG.get(str(properties.get("level")))
        named = [a for a in self.named.get(name, []) if level in (None, a.level)]
        if len(named) > 1:
            raise RowError(_("More than one area is called “%s”.") % name)
        if not named or self.key:
            raise RowError(_("No area in force is meant by “%s”.") % name)
        return named[0]


def _polygons(shape: GEOSGeometry) -> list[GEOSGeometry]:
    if shape.geom_type == "Polygon":
        return [shape]
    if shape.geom_type in ("MultiPolygon", "GeometryCollection"):
        return [polygon for part in list(shape) for polygon in _polygons(part)]  # type: ignore[call-overload]
    return []
