"""Writes a GeoPackage: a SQLite file with the tables that OGC 12-128 names."""

from __future__ import annotations

import re
import shutil
import sqlite3
import struct
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

from django.contrib.gis.geos import MultiPolygon, Point

Row = tuple[Sequence[str], MultiPolygon | Point | None]

TABLES = """
    PRAGMA application_id = 0x47504B47;
    PRAGMA user_version = 10300;
    CREATE TABLE gpkg_spatial_ref_sys (
        srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
        organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
    CREATE TABLE gpkg_contents (
        table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
        description TEXT DEFAULT '', last_change DATETIME NOT NULL,
        min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
        srs_id INTEGER REFERENCES gpkg_spatial_ref_sys (srs_id));
    CREATE TABLE gpkg_geometry_columns (
        table_name TEXT PRIMARY KEY REFERENCES gpkg_contents (table_name),
        column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
        z TINYINT NOT NULL, m TINYINT NOT NULL);
"""
WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]'
)
SYSTEMS = [
    ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", ""),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined", ""),
    ("WGS 84", 4326, "EPSG", 4326, WGS84, ""),
]
# The date of writing is nobody's business, and two exports are equal.
LAST_CHANGE = "2000-01-01T00:00:00.000Z"
# Little-endian, no envelope; the second says that the geometry is empty.
BLOB = struct.pack("<2sBBi", b"GP", 0, 1, 4326)


def write(file: IO[bytes], name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    with tempfile.TemporaryDirectory(prefix="govgrid-map-") as scratch:
        path = Path(scratch) / "map.gpkg"
        base = sqlite3.connect(path)
        try:
            with base:
                _fill(base, _identifier(name), [_identifier(one) for one in columns], rows)
        finally:
            base.close()
        with path.open("rb") as written:
            shutil.copyfileobj(written, file)


def _fill(base: sqlite3.Connection, name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    base.executescript(TABLES)
    base.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", SYSTEMS)
    texts = "".join(f', "{column}" TEXT' for column in columns)
    base.execute(f'CREATE TABLE "{name}" (fid INTEGER PRIMARY KEY, geom BLOB{texts})')
    marks = ", ".join("?" * (len(columns) + 1))
    base.executemany(
        f'INSERT INTO "{name}" (geom{"".join(f", {chr(34)}{one}{chr(34)}" for one in columns)})'  # noqa: S608 names are ours
        f" VALUES ({marks})",
        ([_blob(geometry), *cells] for cells, geometry in rows),
    )
    base.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id)"
        " VALUES (?, 'features', ?, ?, 4326)",
        (name, name, LAST_CHANGE),
    )
    base.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'GEOMETRY', 4326, 0, 0)", (name,)
    )


def _blob(geometry: MultiPolygon | Point | None) -> bytes | None:
    return None if geometry is None else BLOB + bytes(geometry.wkb)


def _identifier(name: str) -> str:
    """A name that cannot leave its quotes."""
    return re.sub(r"\W", "_", name)
