"""Writes a table in the formats that it can be read in again, unchanged."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import IO, NamedTuple
from xml.sax.saxutils import escape

from django.contrib.gis.geos import MultiPolygon, Point, WKTWriter
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grids.spatial import geopackage, shapefile

Geometry = MultiPolygon | Point | None
# What a spreadsheet would compute instead of showing it.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Excel takes no longer cell; a longer outline is left out, and an empty cell changes nothing.
LONGEST_CELL = 32_767


@dataclass
class Table:
    """``rows`` are texts by column, and a geometry where ``has_geometry``; read once."""

    name: str
    columns: Sequence[str]
    rows: Iterable[tuple[Sequence[str], Geometry]]
    has_geometry: bool = False


class Format(NamedTuple):
    label: str | Promise
    suffix: str
    content_type: str
    write: Callable[[Table, IO[bytes]], None]
    is_map: bool


# ── tables ────────────────────────────────────────────────────────────────────────────────────


def write_csv(table: Table, file: IO[bytes]) -> None:
    # With the mark, or Excel shows Chinese as noise.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    for cells in _with_wkt(table):
        writer.writerow([neutral(cell) for cell in cells])
    text.detach()


def neutral(cell: str) -> str:
    """A cell that no spreadsheet computes; the reader takes the mark away again."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _with_wkt(table: Table) -> Iterable[list[str]]:
    """The headings and the rows, an outline as one more column."""
    if not table.has_geometry:
        return chain([list(table.columns)], (list(cells) for cells, _geometry in table.rows))
    writer = WKTWriter(dim=2, trim=True)
    rows = (
        [*cells, writer.write(geometry).decode() if geometry else ""]
        for cells, geometry in table.rows
    )
    return chain([[*table.columns, "wkt"]], rows)


def write_workbook(table: Table, file: IO[bytes]) -> None:
    """One sheet of texts: a code is no number, and nothing in it is a formula."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in BOOK.items():
            book.writestr(name, HEAD + content)
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write((HEAD + SHEET).encode())
            for number, cells in enumerate(_with_wkt(table), start=1):
                sheet.write(_sheet_row(number, cells).encode())
            sheet.write(b"</sheetData></worksheet>")


def _sheet_row(number: int, cells: Sequence[str]) -> str:
    inside = "".join(
        f'<c t="inlineStr"><is><t xml:space="preserve">{_xml(cell)}</t></is></c>' for cell in cells
    )
    return f'<row r="{number}">{inside}</row>'


def _xml(cell: str) -> str:
    if len(cell) > LONGEST_CELL:
        return ""
    return escape("".join(one for one in cell if one >= " " or one in "\t\n"))


HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET = f'<worksheet xmlns="{_MAIN}"><sheetData>'
BOOK = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>"
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        '<sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>"
    ),
}


# ── maps ──────────────────────────────────────────────────────────────────────────────────────


def write_geojson(table: Table, file: IO[bytes]) -> None:
    """Feature by feature, with every digit: RFC 7946 is WGS-84."""
    file.write(b'{"type": "FeatureCollection", "features": [')
    for number, (cells, geometry) in enumerate(table.rows):
        feature = {
            "type": "Feature",
            "properties": dict(zip(table.columns, cells, strict=True)),
            "geometry": geometry and {"type": geometry.geom_type, "coordinates": geometry.coords},
        }
        text = json.dumps(feature, ensure_ascii=False)
        file.write((",\n" if number else "\n").encode() + text.encode())
    file.write(b"\n]}\n")


def write_shapefile(table: Table, file: IO[bytes]) -> None:
    shapefile.write(file, table.name, table.columns, list(table.rows))


def write_geopackage(table: Table, file: IO[bytes]) -> None:
    geopackage.write(file, table.name, table.columns, table.rows)


FORMATS: dict[str, Format] = {
    "csv": Format("CSV", "csv", "text/csv; charset=utf-8", write_csv, is_map=False),
    "excel": Format("Excel", "xlsx", f"{_TYPE}.sheet", write_workbook, is_map=False),
    "geojson": Format("GeoJSON", "geojson", "application/geo+json", write_geojson, is_map=True),
    "shapefile": Format(_("Shapefile in a zip"), "zip", "application/zip", write_shapefile, is_map=True),
    "geopackage": Format("GeoPackage", "gpkg", "application/geopackage+sqlite3", write_geopackage, is_map=True),
}  # fmt: skip
