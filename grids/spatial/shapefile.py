"""Writes a Shapefile with its parts in one zip, as the white paper of 1998 lays it out."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import IO

from django.contrib.gis.geos import MultiPolygon, Point

Row = tuple[Sequence[str], MultiPolygon | Point | None]
Ring = Sequence[tuple[float, float]]

NULL, POINT, POLYGON = 0, 1, 5
WIDEST = 254
NAME = 10
WGS84 = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)


def write(file: IO[bytes], name: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    kind = POINT if any(isinstance(one, Point) for _cells, one in rows) else POLYGON
    records = [_record(geometry) for _cells, geometry in rows]
    box = _box(geometry for _cells, geometry in rows if geometry is not None)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}.shp", _shp(kind, box, records))
        archive.writestr(f"{name}.shx", _shx(kind, box, records))
        archive.writestr(f"{name}.dbf", _dbf(columns, [cells for cells, _geometry in rows]))
        archive.writestr(f"{name}.prj", WGS84)
        archive.writestr(f"{name}.cpg", "UTF-8")


# ── geometry ──────────────────────────────────────────────────────────────────────────────────


def _head(kind: int, box: Sequence[float], length: int) -> bytes:
    """Lengths are counted in pairs of bytes, and some numbers run the other way."""
    return (
        struct.pack(">7i", 9994, 0, 0, 0, 0, 0, length // 2)
        + struct.pack("<2i", 1000, kind)
        + struct.pack("<8d", *box, 0, 0, 0, 0)
    )


def _shp(kind: int, box: Sequence[float], records: Sequence[bytes]) -> bytes:
    body = b"".join(
        struct.pack(">2i", number, len(record) // 2) + record
        for number, record in enumerate(records, start=1)
    )
    return _head(kind, box, 100 + len(body)) + body


def _shx(kind: int, box: Sequence[float], records: Sequence[bytes]) -> bytes:
    entries, at = [], 100
    for record in records:
        entries.append(struct.pack(">2i", at // 2, len(record) // 2))
        at += 8 + len(record)
    return _head(kind, box, 100 + 8 * len(entries)) + b"".join(entries)


def _box(geometries: Iterable[MultiPolygon | Point]) -> tuple[float, float, float, float]:
    extents = [one.extent for one in geometries]
    if not extents:
        return 0, 0, 0, 0
    west, south, east, north = zip(*extents, strict=True)
    return min(west), min(south), max(east), max(north)


def _record(geometry: MultiPolygon | Point | None) -> bytes:
    if geometry is None:
        return struct.pack("<i", NULL)
    if isinstance(geometry, Point):
        return struct.pack("<i2d", POINT, geometry.x, geometry.y)
    rings = [ring for polygon in geometry.coords for ring in _turned(polygon)]
    starts, count = [], 0
    for ring in rings:
        starts.append(count)
        count += len(ring)
    numbers = [number for ring in rings for corner in ring for number in corner[:2]]
    return (
        struct.pack("<i4d2i", POLYGON, *geometry.extent, len(rings), count)
        + struct.pack(f"<{len(starts)}i", *starts)
        + struct.pack(f"<{len(numbers)}d", *numbers)
    )


def _turned(polygon: Sequence[Ring]) -> list[Ring]:
    """The outer ring clockwise and holes the other way: readers tell them apart by that."""
    return [
        ring if _is_clockwise(ring) == (place == 0) else ring[::-1]
        for place, ring in enumerate(polygon)
    ]


def _is_clockwise(ring: Ring) -> bool:
    # About its first corner: far from zero the small difference would be lost.
    x0, y0 = ring[0][:2]
    pairs = pairwise(ring)
    return sum((a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0) for a, b in pairs) < 0


# ── the table ─────────────────────────────────────────────────────────────────────────────────


def _dbf(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """dBASE III: texts in UTF-8, which the .cpg says, under names of ten bytes."""
    cells = [[_cut(cell.encode()) for cell in row] for row in rows]
    widths = [max([1, *(len(row[place]) for row in cells)]) for place in range(len(columns))]
    fields = b"".join(
        struct.pack("<11sc4xB15x", column[:NAME].encode("ascii"), b"C", width)
        for column, width in zip(columns, widths, strict=True)
    )
    today = date(2000, 1, 1)  # the date of writing is nobody's business, and two exports are equal
    first, width = 32 + len(fields) + 1, 1 + sum(widths)
    head = struct.pack("<4B", 3, today.year - 1900, today.month, today.day)
    head += struct.pack("<IHH20x", len(rows), first, width)
    body = b"".join(
        b" " + b"".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in cells
    )
    return head + fields + b"\r" + body + b"\x1a"


def _cut(cell: bytes) -> bytes:
    """As much as a field holds, and no half character."""
    return cell if len(cell) <= WIDEST else cell[:WIDEST].decode(errors="ignore").encode()
