"""Files of maps as strangers bring them, made by our own writers and then spoilt."""

import io
import struct
import zipfile
from itertools import chain

from django.contrib.gis.gdal import CoordTransform, SpatialReference
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon

from govgrid.core import coordinates
from grids.spatial.writing import FORMATS, Table
from tests.factories.grids import square

OUTLINE_COLUMNS = ("code", "name")


def table(*rows, columns=OUTLINE_COLUMNS, name="map"):
    """Rows are cells and, last, an outline."""
    split = [(row[:-1], row[-1]) for row in rows]
    return Table(name, columns, split, has_geometry=True)


def written(slug, given):
    file = io.BytesIO()
    FORMATS[slug].write(given, file)
    return file.getvalue()


def streets(slug="shapefile", outline=None, **names):
    """A map of the first street of the made-up town."""
    cells = ("420506001", names.get("name", "街道1"))
    return written(slug, table((*cells, outline or square(111, 30, 0.04))))


def rezipped(content, *, drop=(), add=None):
    """A zip without the parts whose names end so, and with others."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            if not name.endswith(tuple(drop)):
                new.writestr(name, old.read(name))
        for name, data in (add or {}).items():
            new.writestr(name, data)
    return file.getvalue()


def part(content, ending):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith(ending)))


def gauss_kruger(outline, srid=4546):
    """The outline in metres, and the .prj of that system: CGCS2000, zone of 111 degrees east."""
    system = SpatialReference(srid)
    moved = outline.transform(CoordTransform(SpatialReference(4490), system), clone=True)
    return MultiPolygon(*[Polygon(*one.coords) for one in moved]), system.wkt.encode()


def gbk(content):
    """The attribute table in GBK: the same number of rows, each field as wide as before."""
    dbf = part(content, ".dbf")
    return dbf.replace("街道1".encode(), "街道1".encode("gb18030").ljust(len("街道1".encode())))


def detailed(corners, radius=0.02, middle=(111.02, 30.02)):
    """A square with so many corners along its edges."""
    quarter = -(-corners // 4)
    side = [n / quarter for n in range(quarter)]
    edges = [
        *((t, 0.0) for t in side),
        *((1.0, t) for t in side),
        *((1.0 - t, 1.0) for t in side),
        *((0.0, 1.0 - t) for t in side),
    ]
    west, south = middle[0] - radius, middle[1] - radius
    points = [(west + x * 2 * radius, south + y * 2 * radius) for x, y in edges]
    numbers = [*chain.from_iterable([*points, points[0]])]
    # GEOS is told corner by corner otherwise, which takes seconds.
    head = struct.pack("<b3i", 1, 3, 1, len(numbers) // 2)
    ring = GEOSGeometry(memoryview(head + struct.pack(f"<{len(numbers)}d", *numbers)))
    return MultiPolygon(ring, srid=4326)


def moved(outline, crs):
    """A square as a map in ``crs`` has it."""
    corners = [coordinates.from_wgs84(*corner, crs) for corner in outline.coords[0][0]]
    return MultiPolygon(Polygon(corners), srid=4326)


def moved_town_map(town, crs="wgs84"):
    """The grids of the made-up town as a GeoJSON in ``crs`` that does not say so."""
    rows = [
        (grid.code, grid.name, moved(square(111 + n * 0.01, 30), crs))
        for n, grid in enumerate(town.grids)
    ]
    return written("geojson", table(*rows))
