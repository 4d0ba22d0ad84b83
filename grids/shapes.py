"""Outlines as files bring them: read, flattened, repaired, and matched to their areas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, GEOSGeometry, MultiPolygon, Polygon, WKBWriter
from django.utils.translation import gettext as _

from govgrid.core import coordinates
from govgrid.core.sheets import RowError
from grids.models import LEVEL_OF_SLUG, WGS84, Area
from grids.vertices import MOST_VERTICES, vertices_in

# A tenth of a millimetre: what a way through metres and back leaves behind.
SAME_DEGREES = 1e-9
# CGCS2000 differs from WGS-84 by centimetres.
SAME_SRIDS = {None, WGS84, 4490}


def outline(given: str) -> tuple[MultiPolygon, bool]:
    """A storable outline from WKT or GeoJSON, and whether it had to be repaired."""
    shape = _shape(given)
    if shape.srid not in SAME_SRIDS:
        raise RowError(_("The outline must be in WGS-84 or CGCS2000 degrees."))
    if shape.empty:
        raise RowError(_("The outline is empty."))
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
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


def _shape(given: str) -> GEOSGeometry:
    if not given:
        raise RowError(_("The outline is missing."))
    if vertices_in(given) > MOST_VERTICES:
        raise RowError(_("The outline has more than %s corners.") % MOST_VERTICES)
    try:
        return GEOSGeometry(given)
    except (GEOSException, GDALException, ValueError, TypeError) as error:
        raise RowError(_("The outline cannot be read.")) from error


def readable(given: str) -> MultiPolygon | None:
    """The outline where it can be read; what is wrong with it is said elsewhere."""
    try:
        return outline(given)[0]
    except RowError:
        return None


def is_same(one: MultiPolygon, other: MultiPolygon) -> bool:
    """The same surface, whatever corner its rings begin at and whichever way they run."""
    if one.num_coords != other.num_coords:
        return False
    if any(abs(a - b) > SAME_DEGREES for a, b in zip(one.extent, other.extent, strict=True)):
        return False
    return one.equals_exact(other, SAME_DEGREES) or one.equals(other)


def to_wgs84(cells: Mapping[str, str], crs: str) -> dict[str, str]:
    """The cells of a row that hold coordinates in ``crs``, in WGS-84; what is none stays."""
    if cells.get("wkt"):
        return {"wkt": _wkt_in_wgs84(cells["wkt"], crs)}
    try:
        lon, lat = coordinates.to_wgs84(float(cells["lon"]), float(cells["lat"]), crs)
    except (KeyError, ValueError):
        return {}
    return {"lon": repr(lon), "lat": repr(lat)}


def _wkt_in_wgs84(given: str, crs: str) -> str:
    if vertices_in(given) > MOST_VERTICES:
        return given
    try:
        shape = GEOSGeometry(given)
        moved = [[_ring(ring, crs) for ring in one.coords] for one in _polygons(shape)]
    except (GEOSException, GDALException, ValueError, TypeError):
        # Whoever reads the row says what is wrong with it.
        return given
    rings = ", ".join(f"({', '.join(polygon)})" for polygon in moved)
    return f"MULTIPOLYGON ({rings})" if moved else given


def _ring(ring: Iterable[Sequence[float]], crs: str) -> str:
    pairs = (coordinates.to_wgs84(corner[0], corner[1], crs) for corner in ring)
    return "(" + ", ".join(f"{lon!r} {lat!r}" for lon, lat in pairs) + ")"


def codes_named_by(properties: Mapping[str, str], key: str = "") -> list[str]:
    """The codes a map's feature may mean, the likeliest first.

    ``gb`` is the national code behind three digits for the country: 156420583 → 420583.
    """
    if key:
        return [properties.get(key, "")]
    gb = properties.get("gb", "")
    given = [properties.get("code"), properties.get("adcode"), gb.removeprefix("156"), gb]
    return [code for code in given if code]


class Finder:
    """Finds the area that a map's feature means: by code, else by a name that only one bears."""

    def __init__(self, areas: Mapping[str, Area], key: str = "") -> None:
        self.areas, self.key = areas, key
        self.named: dict[str, list[Area]] = {}
        for area in areas.values():
            self.named.setdefault(area.name, []).append(area)

    def found(self, properties: Mapping[str, str]) -> Area | None:
        try:
            return self.area_of(properties)
        except RowError:
            return None

    def area_of(self, properties: Mapping[str, str]) -> Area:
        codes = list(codes_named_by(properties, self.key))
        for code in codes:
            if code in self.areas:
                return self.areas[code]
        name = properties.get("name", "")
        level = LEVEL_OF_SLUG.get(properties.get("level", ""))
        named = [a for a in self.named.get(name, []) if level in (None, a.level)]
        if len(named) > 1:
            raise RowError(_("More than one area is called “%s”.") % name)
        if not named or self.key:
            raise RowError(_("No area in force is meant by “%s”.") % (name or ", ".join(codes)))
        return named[0]


def _polygons(shape: GEOSGeometry) -> list[Polygon]:
    if isinstance(shape, Polygon):
        return [shape]
    if shape.geom_type in ("MultiPolygon", "GeometryCollection"):
        return [polygon for part in list(shape) for polygon in _polygons(part)]  # type: ignore[call-overload]
    return []
