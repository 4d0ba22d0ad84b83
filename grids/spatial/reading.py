"""Starts the program that reads a file, and hands on what it finds row by row."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import IO, Any, NamedTuple

from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govgrid.core.coordinates import CRS
from govgrid.core.errors import Refused
from govgrid.core.sheets import Cells, check_headings, named
from grids import shapes

MOST_BYTES = 200_000_000
# The clock on the wall; the reader has limits of its own on memory and processor time.
PATIENCE = 180
# What the reader may know of where it runs: no keys and no address of a database.
ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "GDAL_DATA", "PROJ_DATA", "PROJ_LIB")
MAPS = {"geojson", "shapefile", "geopackage"}
GEOMETRY = ("wkt", "lon", "lat")
# A Shapefile cuts the names of its columns here.
SHORT_NAME = 10

CRS_CHOICES: list[tuple[str, str | Promise]] = [
    ("", gettext_lazy("as the file says; else WGS-84")),
    ("wgs84", "WGS-84 (GPS)"),
    ("cgcs2000", "CGCS2000 (天地图)"),
    ("gcj02", format_lazy("GCJ-02 ({})", gettext_lazy("高德, 腾讯"))),
    ("bd09", format_lazy("BD-09 ({})", gettext_lazy("百度"))),
]

# Lazy, since the reader is run for people of several languages.
SENTENCES: dict[str, str | Promise] = {
    "file_empty": gettext_lazy("The file is empty."),
    "file_too_large": gettext_lazy("The file is larger than %(most)s MB."),
    "file_is_no_text": gettext_lazy("%(file)s is no plain text: save it as CSV."),
    "file_encoding": gettext_lazy("%(file)s is neither UTF-8 nor GB18030."),
    "file_truncated": gettext_lazy("The file is shorter than it says: its end is missing."),
    "file_too_detailed": gettext_lazy("The outlines of the file have more than %(most)s corners."),
    "line_is_no_csv": gettext_lazy("Line %(line)s is no CSV: %(why)s"),
    "workbook_unreadable": gettext_lazy("The Excel file cannot be read."),
    "too_many_rows": gettext_lazy("The file has more than %(most)s rows: divide it."),
    "too_many_vertices": gettext_lazy(
        "An outline has %(count)s corners; %(most)s are the most. Simplify it with care and try again."
    ),
    "geojson_broken": gettext_lazy("The file is no GeoJSON: %(why)s"),
    "geometry_broken": gettext_lazy("The geometry of feature %(number)s cannot be read."),
    "geometry_unknown": gettext_lazy("The file holds a geometry of a kind that is not known: %(kind)s."),
    "map_broken": gettext_lazy("The map is damaged and cannot be read."),
    "crs_missing": gettext_lazy(
        "The file does not say which coordinates it has (a Shapefile says it in its .prj). "
        "Choose the system and try again."
    ),
    "crs_unknown": gettext_lazy(
        "“%(crs)s” cannot be turned into WGS-84 here: save the map in WGS-84 or CGCS2000 degrees."
    ),
    "shapefile_bare": gettext_lazy("A Shapefile is several files: put them all into one zip."),
    "dbf_missing": gettext_lazy("The Shapefile has no .dbf, and so no codes and no names."),
    "layer_needed": gettext_lazy("The file holds several maps: %(layers)s. Choose one."),
    "gpkg_without_map": gettext_lazy("The GeoPackage holds no map."),
    "zip_broken": gettext_lazy("The zip is damaged or incomplete."),
    "zip_locked": gettext_lazy("The zip has a password, or is packed in a way that is not known."),
    "zip_bomb": gettext_lazy("The zip unpacks to more than a map may have."),
    "zip_path": gettext_lazy("The zip holds a file that would leave its folder: “%(name)s”."),
    "zip_without_shapefile": gettext_lazy("The zip holds no Shapefile."),
    "reader_ended": gettext_lazy(
        "Reading the file takes more memory or time than a map of a district may."
    ),
}  # fmt: skip


class Asked(NamedTuple):
    """What somebody said about a file; empty where the file is to say it itself."""

    crs: str = ""
    encoding: str = ""
    layer: str = ""


class Head(NamedTuple):
    """What a file says of itself. ``total`` is 0 where only reading tells."""

    kind: str
    headings: list[str]
    total: int
    notes: list[str]
    layer: str
    encoding: str

    @property
    def is_map(self) -> bool:
        return self.kind in MAPS


class Columns(NamedTuple):
    """The columns that an import takes; ``is_open`` lets all others through as they are."""

    known: tuple[str, ...]
    required: tuple[str, ...]
    is_open: bool = False

    def fit(self, headings: Iterable[str]) -> bool:
        """Whether all that is required is there."""
        return {full_name(one, self.known) for one in headings}.issuperset(self.required)


class Sheet:
    """A file that is being read: its head, and its rows once."""

    def __init__(self, head: Head, told: Iterator[dict[str, Any]], asked: Asked) -> None:
        self.head, self._told, self.asked = head, told, asked
        self.warnings: list[str] = []

    def rows(self, columns: Columns) -> Iterator[Cells]:
        """Rows that say something, by our names for the columns, in WGS-84."""
        names = self._names(columns)
        for told in self._told:
            if "row" not in told:
                continue
            line, cells = told["row"]
            if any(map(str.strip, cells)):
                yield line, self._here(named(names, cells), columns)

    def _names(self, columns: Columns) -> list[str]:
        names = [full_name(heading, columns.known) for heading in self.head.headings]
        if not self.head.is_map:
            # Of a table somebody chose every column; a mistyped one must not be passed over.
            check_headings(names, names if columns.is_open else columns.known, columns.required)
            return names
        check_headings(list(dict.fromkeys(names)), names, columns.required)
        others = [one for one in names if one not in (*columns.known, *GEOMETRY)]
        if others and not columns.is_open:
            self.warnings.append(_("Columns that were passed over: %s.") % ", ".join(others))
        return names

    def _here(self, cells: dict[str, str], columns: Columns) -> dict[str, str]:
        """In WGS-84, with the columns asked for alone."""
        if self.head.is_map and "lon" not in columns.known and cells.get("lon"):
            cells["wkt"] = f"POINT ({cells['lon']} {cells['lat']})"
        if self.asked.crs in (CRS.GCJ02, CRS.BD09):
            cells.update(shapes.to_wgs84(cells, self.asked.crs))
        if not self.head.is_map or columns.is_open:
            return cells
        return {name: cell for name, cell in cells.items() if name in columns.known}


def full_name(heading: str, known: Sequence[str]) -> str:
    """The column that a heading means; a Shapefile has cut ``parent_code`` to ``parent_cod``."""
    meant = [one for one in known if one[:SHORT_NAME] == heading]
    return meant[0] if len(heading) == SHORT_NAME and len(meant) == 1 else heading


@contextmanager
def opened(
    path: Path, asked: Asked, name: str = "", check: Callable[[list[str]], None] | None = None
) -> Iterator[Sheet]:
    """The sheet of a file called ``name``; Refused with a sentence where it cannot be read.

    ``check`` may refuse the headings before a single row is read.
    """
    _check_size(path, name)
    with tempfile.TemporaryDirectory(prefix="govgrid-map-") as scratch:
        process = _started(path, Path(scratch), asked)
        timer = Timer(PATIENCE, process.kill)
        timer.start()
        try:
            told = _told(process, name or path.name)
            head = Head(**next(told)["head"])
            if check is not None:
                check(head.headings)
            if "crs_missing" in head.notes and not asked.crs:
                raise _refusal("crs_missing", {}, name)
            yield Sheet(head, told, asked)
        finally:
            timer.cancel()
            process.kill()
            process.communicate()


def _check_size(path: Path, name: str) -> None:
    try:
        size = path.stat().st_size
        path.open("rb").close()
    except OSError as error:
        raise Refused(
            "file_unreadable",
            _("%(file)s cannot be read: %(why)s") % {"file": path, "why": error.strerror},
        ) from error
    if size > MOST_BYTES:
        raise _refusal("file_too_large", {"most": MOST_BYTES // 1_000_000}, name)


def _started(path: Path, scratch: Path, asked: Asked) -> subprocess.Popen[bytes]:
    said = json.dumps({"encoding": asked.encoding, "layer": asked.layer})
    return subprocess.Popen(  # noqa: S603 our own program, and no shell
        [
            *(sys.executable, "-W", "ignore", "-m", "grids.spatial.reader"),
            *(str(path.resolve()), str(scratch), said),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=settings.BASE_DIR,
        env={key: os.environ[key] for key in ENVIRONMENT if key in os.environ},
    )


def _told(process: subprocess.Popen[bytes], name: str) -> Iterator[dict[str, Any]]:
    """What the reader says, to the end; one that falls silent before has been ended."""
    stdout: IO[bytes] = process.stdout  # type: ignore[assignment]
    for line in stdout:
        if not line.endswith(b"\n"):
            break
        told = json.loads(line)
        if "refused" in told:
            raise _refusal(told["refused"], told["words"], name)
        yield told
        if "end" in told:
            return
    raise _refusal("reader_ended", {}, name)


def _refusal(code: str, words: dict[str, Any], name: str) -> Refused:
    layers = words.get("layers", [])
    filled = {**words, "file": name, "layers": ", ".join(layers)}
    return Refused(code, str(SENTENCES[code]) % filled, missing=layers)
