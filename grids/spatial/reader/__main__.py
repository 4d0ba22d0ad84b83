"""Decides by content what the file is, and writes its rows within limits."""

import json
import os
import resource
import sys
import zipfile
from pathlib import Path
from typing import Any

# Read by GDAL at its start: words as they are, a lost index made anew, nothing from the network.
os.environ |= {"SHAPE_ENCODING": "", "SHAPE_RESTORE_SHX": "YES", "PROJ_NETWORK": "OFF",
               "OGR_SQLITE_LOAD_EXTENSIONS": "", "CPL_LOG": "/dev/null"}  # fmt: skip

from grids.spatial.reader import archive, maps, tables
from grids.spatial.reader.sheet import Sheet
from grids.spatial.reader.spoilt import MOST_ROWS, Spoilt

MEMORY = 1_500_000_000
SECONDS = 60
SCRATCH_BYTES = 400_000_000

WORKBOOK_97 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sheet_of(path: Path, scratch: Path, encoding: str, layer: str) -> Sheet:
    """The sheet that a file holds, whatever it is called."""
    with path.open("rb") as file:
        start = file.read(512)
    if not start.strip():
        raise Spoilt("file_empty")
    if start.startswith(b"PK\x03\x04"):
        if _is_workbook(path):
            return tables.read_workbook(path)
        shapefile, name = archive.unpack(path, scratch, layer)
        return maps.read_shapefile(shapefile, encoding, name)
    if start.startswith(WORKBOOK_97):
        return tables.read_workbook(path)
    if start.startswith(b"SQLite format 3\x00"):
        # GDAL tells a GeoPackage by its name too.
        linked = scratch / "map.gpkg"
        linked.symlink_to(path)
        return maps.read_geopackage(linked, layer)
    if start[:4] == b"\x00\x00\x27\x0a":
        raise Spoilt("shapefile_bare")
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return maps.read_geojson(path)
    return tables.read_csv(path, encoding)


def _is_workbook(path: Path) -> bool:
    """By the list of its parts; a zip whose directory is lost is no workbook either."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def limit(what: int, most: int) -> None:
    _soft, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(what, (most, most))


def say(**told: Any) -> None:
    # No database keeps a NUL, and none belongs into a name.
    sys.stdout.write(json.dumps(told, ensure_ascii=False).replace("\\u0000", "") + "\n")


def read(path: Path, scratch: Path, encoding: str = "", layer: str = "") -> None:
    sheet = sheet_of(path, scratch, encoding, layer)
    say(head={name: value for name, value in sheet._asdict().items() if name != "rows"})
    count = 0
    for line, cells in sheet.rows:
        count += 1
        if count > MOST_ROWS:
            raise Spoilt("too_many_rows", most=MOST_ROWS)
        say(row=[line, cells])
    say(end=count)


def main() -> None:
    limit(resource.RLIMIT_AS, MEMORY)
    limit(resource.RLIMIT_CPU, SECONDS)
    limit(resource.RLIMIT_FSIZE, SCRATCH_BYTES)
    limit(resource.RLIMIT_CORE, 0)
    path, scratch, asked = sys.argv[1:]
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        read(Path(path), Path(scratch), **json.loads(asked))
    except Spoilt as spoilt:
        say(refused=spoilt.code, words=spoilt.words)


if __name__ == "__main__":
    main()
