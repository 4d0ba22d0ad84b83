"""Maps: GeoJSON, Shapefile and GeoPackage, their outlines in degrees of WGS-84."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.gis.gdal import (
    CoordTransform,
    DataSource,
    GDALException,
    OGRGeometry,
    SpatialReference,
)
from django.contrib.gis.gdal.layer import Layer
from django.contrib.gis.geos import GEOSException, GEOSGeometry, Point, WKTWriter

from grids.spatial.reader import dbf
from grids.spatial.reader.counter import Counter
from grids.spatial.reader.sheet import Line, Sheet
from grids.spatial.reader.spoilt import Spoilt

# Datums that a metre does not tell apart. Xi'an 1980 and Beijing 1954 lie some 50 to 100 m off, and
# without the parameters of the place nobody can say by how much.
SAME_DATUMS = {
    "wgs 84",
    "wgs 1984",
    "china 2000",
    "cgcs2000",
    "cgcs 2000",
    "china geodetic coordinate system 2000",
}
WKT_COLUMN, LON, LAT = "wkt", "lon", "lat"


# ── reference systems ─────────────────────────────────────────────────────────────────────────


def to_degrees(given: SpatialReference | None) -> CoordTransform | None:
    """How coordinates become degrees of WGS-84; None where they are."""
    if given is None or (_is_same_datum(given) and given.geographic):
        return None
    if not _is_same_datum(given) or not given.projected:
        raise Spoilt("crs_unknown", crs=str(given.name)[:80])
    try:
        return CoordTransform(given, SpatialReference(4326))
    except GDALException as error:
        raise Spoilt("crs_unknown", crs=str(given.name)[:80]) from error


def _is_same_datum(given: SpatialReference) -> bool:
    datum = str(given.attr_value("DATUM") or "").lower().replace("_", " ").removeprefix("d ")
    return datum in SAME_DATUMS


def _named(crs: Any) -> SpatialReference | None:
    """The "crs" member of an older GeoJSON; without one it is WGS-84."""
    if crs is None:
        return None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = str(properties.get("name") if isinstance(properties, dict) else crs)
    if name.endswith("CRS84"):
        return None
    code = name.replace("::", ":").rpartition(":")[2]
    try:
        return SpatialReference(int(code))
    except (GDALException, ValueError) as error:
        raise Spoilt("crs_unknown", crs=name[:80]) from error


# ── geometry ──────────────────────────────────────────────────────────────────────────────────


class Drawer:
    """Writes geometries as WKT, once it is counted what they are made of."""

    def __init__(self, transform: CoordTransform | None) -> None:
        self.transform = transform
        # Every digit that the file has, and no height.
        self.writer = WKTWriter(dim=2, trim=True)
        self.counter = Counter()

    def cells(self, geometry: OGRGeometry | None) -> list[str]:
        """wkt, lon and lat of a feature; a point is a pair, everything else is an outline."""
        if geometry is None or geometry.empty:
            return ["" if geometry is None else f"{geometry.geom_name} EMPTY", "", ""]
        self.counter.count(geometry.point_count)
        if self.transform is not None:
            geometry.transform(self.transform)
        try:
            # GEOS knows no arcs and no surfaces of triangles.
            shape = GEOSGeometry(memoryview(bytes(geometry.wkb)))
        except (GEOSException, GDALException, ValueError) as error:
            raise Spoilt("geometry_unknown", kind=str(geometry.geom_name)) from error
        if isinstance(shape, Point):
            return ["", repr(shape.x), repr(shape.y)]
        return [self.writer.write(shape).decode(), "", ""]


GEOMETRY = [WKT_COLUMN, LON, LAT]


# ── GeoJSON ───────────────────────────────────────────────────────────────────────────────────


def read_geojson(path: Path) -> Sheet:
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Spoilt("geojson_broken", why=str(error)[:80]) from error
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not all(isinstance(one, dict) for one in features):
        raise Spoilt("geojson_broken", why="FeatureCollection")
    drawer = Drawer(to_degrees(_named(content.get("crs"))))
    names = list(dict.fromkeys(name for one in features for name in _properties(one)))
    return Sheet(
        "geojson",
        [*names, *GEOMETRY],
        (
            (number, [*_values(feature, names), *drawer.cells(_geometry(feature, number))])
            for number, feature in enumerate(features, start=1)
        ),
        total=len(features),
    )


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    properties = feature.get("properties")
    return properties if isinstance(properties, dict) else {}


def _values(feature: dict[str, Any], names: list[str]) -> list[str]:
    properties = _properties(feature)
    return ["" if properties.get(name) is None else str(properties[name]) for name in names]


def _geometry(feature: dict[str, Any], number: int) -> OGRGeometry | None:
    geometry = feature.get("geometry")
    if geometry is None:
        return None
    if isinstance(geometry, dict) and geometry.get("coordinates") == []:
        return OGRGeometry("POLYGON EMPTY")
    try:
        return OGRGeometry(json.dumps(geometry))
    except (GDALException, ValueError, RecursionError) as error:
        raise Spoilt("geometry_broken", number=number) from error


# ── Shapefile and GeoPackage ──────────────────────────────────────────────────────────────────


def read_shapefile(path: Path, encoding: str, layer: str) -> Sheet:
    dbf.check_whole(path)
    found = encoding or dbf.encoding_of(path)
    # Decoded here and not by GDAL: its tables for GBK are not on every system.
    source = _opened(path, "latin-1")
    one = source[0]
    # GDAL gives a system also where there is none to be read.
    has_crs = path.with_suffix(".prj").exists() and one.srs is not None
    notes = () if has_crs else ("crs_missing",)
    sheet = _layer_sheet("shapefile", one, one.srs if has_crs else None, notes, found)
    return sheet._replace(layer=layer)


def read_geopackage(path: Path, layer: str) -> Sheet:
    dbf.check_pages(path)
    source = _opened(path, "utf-8")
    layers = [source[place] for place in range(source.layer_count)]
    maps = {one.name: one for one in layers if one.srs is not None or _has_geometry(one)}
    if not maps:
        raise Spoilt("gpkg_without_map")
    if not layer and len(maps) == 1:
        layer = next(iter(maps))
    if layer not in maps:
        raise Spoilt("layer_needed", layers=sorted(maps))
    one = maps[layer]
    is_known = one.srs is not None and not str(one.srs.name).startswith("Undefined")
    notes = () if is_known else ("crs_missing",)
    return _layer_sheet("geopackage", one, one.srs if is_known else None, notes)


def _opened(path: Path, encoding: str) -> DataSource:
    try:
        return DataSource(path, encoding=encoding)
    except (GDALException, UnicodeDecodeError) as error:
        raise Spoilt("map_broken") from error


def _has_geometry(layer: Layer) -> bool:
    return layer.geom_type.name != "None"


def _layer_sheet(
    kind: str,
    layer: Layer,
    crs: SpatialReference | None,
    notes: tuple[str, ...],
    encoding: str = "",
) -> Sheet:
    names = [dbf.decoded(name, encoding) for name in layer.fields]
    drawer = Drawer(to_degrees(crs))
    return Sheet(
        kind,
        [*names, *GEOMETRY],
        _features(layer, len(names), drawer, encoding),
        total=max(0, len(layer)),
        notes=notes,
        layer=layer.name,
        encoding=encoding,
    )


def _features(layer: Layer, columns: int, drawer: Drawer, encoding: str) -> Iterator[Line]:
    try:
        for number, feature in enumerate(layer, start=1):
            cells = [dbf.decoded(feature[n].as_string() or "", encoding) for n in range(columns)]
            try:
                geometry = feature.geom
            except GDALException:  # a row without an outline
                geometry = None
            yield number, [*cells, *drawer.cells(geometry)]
    except (GDALException, UnicodeDecodeError) as error:
        raise Spoilt("map_broken") from error
