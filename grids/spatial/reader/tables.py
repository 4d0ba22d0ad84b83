"""Tables: CSV in the encodings people have, and the first sheet of a workbook."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime, time
from itertools import chain
from pathlib import Path

from python_calamine import CalamineError, load_workbook

from grids.spatial.reader.counter import counted
from grids.spatial.reader.sheet import Line, Sheet
from grids.spatial.reader.spoilt import MOST_ROWS, Spoilt

# Excel on a Chinese Windows writes GB18030 unless told otherwise.
ENCODINGS = ("utf-8-sig", "gb18030")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Outlines are long cells; Python's own limit is 131,072 characters.
LONGEST_CELL = 50_000_000


def read_csv(path: Path, encoding: str) -> Sheet:
    text, found = _decoded(path.read_bytes(), encoding)
    csv.field_size_limit(LONGEST_CELL)
    lines = _csv_lines(text)
    headings = next(lines, (1, []))[1]
    return Sheet("csv", _headings(headings), counted(lines), encoding=found)


def _headings(given: list[str]) -> list[str]:
    return [heading.strip() for heading in given]


def _decoded(content: bytes, encoding: str) -> tuple[str, str]:
    if b"\x00" in content:  # a picture, a program, UTF-16
        raise Spoilt("file_is_no_text")
    for one in (encoding,) if encoding else ENCODINGS:
        try:
            return content.decode(one), one
        except UnicodeDecodeError:
            continue
    raise Spoilt("file_encoding")


def _csv_lines(text: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for cells in reader:
            yield begins, [_plain(cell) for cell in cells]
            begins = reader.line_num + 1
    except csv.Error as error:
        raise Spoilt("line_is_no_csv", line=begins, why=str(error)) from error


def _plain(cell: str) -> str:
    """Without the mark that keeps a spreadsheet from computing what begins like a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA else cell


def read_workbook(path: Path) -> Sheet:
    try:
        with load_workbook(io.BytesIO(path.read_bytes())) as book:
            sheet = book.get_sheet_by_index(0)
            rows = sheet.to_python(skip_empty_area=False, nrows=MOST_ROWS + 2)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise Spoilt("workbook_unreadable") from error
    lines = ((number, [_written(cell) for cell in row]) for number, row in enumerate(rows, start=1))
    first = next(lines, (1, []))
    headings = _headings(first[1])
    while headings and not headings[-1]:
        headings.pop()
    return Sheet("excel", headings, counted(chain(lines)), total=max(0, len(rows) - 1))


def _written(cell: object) -> str:
    """A cell as somebody would have typed it into a CSV."""
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
