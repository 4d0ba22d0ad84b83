"""Tables that people bring, what is wrong with them row by row, and what came of an import."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeVar

from django.utils.translation import gettext as _

from govgrid.core.errors import Refused

# Of a workbook no more is read: it does not say how long it is.
MOST_ROWS = 10_000
READER = Path(__file__).with_name("workbook.py")
# The clock on the wall; the reader has limits of its own on memory and processor time.
PATIENCE = 20
# Excel on a Chinese Windows writes GB18030 unless told otherwise.
ENCODINGS = ("utf-8-sig", "gb18030")
# Where a cell beyond the last heading is kept, to be complained about.
REST = "…"

Cells = tuple[int, Mapping[str, str]]
Row = TypeVar("Row")
Head = Callable[[list[str]], list[str]]


class RowError(ValueError):
    """One row or feature cannot be taken, with the reason in words."""


class Problem(NamedTuple):
    """What is wrong with a row; ``line`` is where it stands in the file."""

    line: int
    reason: str


class BadRows(Refused):
    """A file that was not imported, with every row that stood in the way."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__(
            "bad_rows",
            _("Nothing was imported: %(count)s rows are wrong.") % {"count": len(self.problems)},
        )


def read_rows(
    rows: Iterable[Cells], read: Callable[[int, Mapping[str, str]], Row], problems: list[Problem]
) -> Iterator[Row]:
    """Each row as ``read`` understands it; what it does not is noted in ``problems``."""
    for line, cells in rows:
        try:
            if REST in cells:
                raise RowError(_("The row has more cells than there are headings."))
            yield read(line, cells)
        except RowError as error:
            problems.append(Problem(line, str(error)))


@dataclass
class Imported:
    """What an import did. ``added`` and ``changed`` name the rows, ``warnings`` the odd ones."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    warnings: list[Problem] = field(default_factory=list)


def text(value: str, longest: int, missing: str = "") -> str:
    """A short text; ``missing`` is the reason where it may not be empty."""
    if not value and missing:
        raise RowError(missing)
    if len(value) > longest:
        raise RowError(_("“%(text)s…” is too long.") % {"text": value[:20]})
    if any(unicodedata.category(character) == "Cc" for character in value):
        raise RowError(_("A text contains a character that cannot be stored."))
    return value


def text_of(path: Path) -> str:
    """The text of a file in UTF-8, with or without a mark, or GB18030."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refused(
            "file_unreadable",
            _("%(file)s cannot be read: %(why)s") % {"file": path, "why": error.strerror},
        ) from error
    return decoded(content, path)


def decoded(content: bytes, name: Path | str) -> str:
    """The same of the content of a file called ``name``."""
    if b"\x00" in content:  # a workbook, a picture, UTF-16
        raise Refused(
            "file_is_no_text", _("%(file)s is no plain text: save it as CSV.") % {"file": name}
        )
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("file_encoding", _("%(file)s is neither UTF-8 nor GB18030.") % {"file": name})


def read(text: str, head: Head) -> list[Cells]:
    """The rows of a CSV with the line each begins in; ``head`` names the columns or refuses them."""
    return rows_of(_csv_lines(text), head)


def read_workbook(content: bytes, head: Head) -> list[Cells]:
    """The same of the first sheet of an Excel file."""
    try:
        done = subprocess.run(  # noqa: S603 our own program, and no shell
            [sys.executable, "-I", "-W", "ignore", str(READER), str(MOST_ROWS)],
            input=content,
            capture_output=True,
            timeout=PATIENCE,
            check=True,
        )
    except subprocess.SubprocessError as error:
        raise Refused("workbook_unreadable", _("The Excel file cannot be read.")) from error
    return rows_of(enumerate(json.loads(done.stdout), start=1), head)


def rows_of(lines: Iterable[tuple[int, list[str]]], head: Head) -> list[Cells]:
    """The rows that are not blank, by the names of their columns."""
    rest = iter(lines)
    headings = head([heading.strip() for heading in next(rest, (1, []))[1]])
    return [(line, named(headings, cells)) for line, cells in rest if any(map(str.strip, cells))]


def _csv_lines(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise Refused(
            "line_is_no_csv", _("Line %(line)s is no CSV: %(why)s") % {"line": begins, "why": error}
        ) from error


def check_headings(
    headings: Sequence[str], columns: Sequence[str], required: Sequence[str]
) -> None:
    """Refuse a table that lacks a required column or has one that nobody knows."""
    missing = [name for name in required if name not in headings]
    if missing:
        raise Refused(
            "column_missing",
            _("The first line must name the columns; missing: %s.") % ", ".join(missing),
        )
    unknown = [name for name in headings if name not in columns]
    if unknown or len(set(headings)) < len(headings):
        raise Refused(
            "column_unknown",
            _("Column “%(column)s” is not known. The columns are: %(columns)s.")
            % {"column": (unknown or headings)[0], "columns": ", ".join(columns)},
        )


def named(headings: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """The cells of a row by the names of their columns."""
    row = dict.fromkeys(headings, "")
    row.update((name, cell.strip()) for name, cell in zip(headings, cells, strict=False))
    if any(cells[len(headings) :]):
        row[REST] = ",".join(cells[len(headings) :])
    return row


def write_errors(path: Path, problems: Sequence[Problem], found: Sequence[Cells]) -> None:
    """The wrong rows as they came, each with its line and the reason in front."""
    rows = dict(found)
    names = list(dict.fromkeys(name for cells in rows.values() for name in cells))
    # With the mark, or Excel shows Chinese as noise.
    with path.open("w", encoding="utf-8-sig", newline="") as sheet:
        writer = csv.DictWriter(sheet, ["line", "reason", *names])
        writer.writeheader()
        for problem in problems:
            cells = rows.get(problem.line, {})
            writer.writerow({**cells, "line": problem.line, "reason": problem.reason})
