"""Tables that people bring as CSV, and the sheet that says which rows were wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from govgrid.core.errors import Refused
from govgrid.privacy.absence import refuse_columns
from grids.actions.imports import Imported
from grids.rows import REST, BadRows, Cells, Problem

# Excel on a Chinese Windows writes GB18030 unless told otherwise.
ENCODINGS = ("utf-8-sig", "gb18030")
SHOWN = 10


def text_of(path: Path) -> str:
    """The text of a file in UTF-8, with or without a mark, or GB18030."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CommandError(
            _("%(file)s cannot be read: %(why)s") % {"file": path, "why": error.strerror}
        ) from error
    if b"\x00" in content:  # a workbook, a picture, UTF-16
        raise CommandError(_("%(file)s is no plain text: save it as CSV.") % {"file": path})
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CommandError(_("%(file)s is neither UTF-8 nor GB18030.") % {"file": path})


def read(path: Path, columns: Sequence[str], required: Sequence[str]) -> list[Cells]:
    """The rows of a CSV with the line each begins in; refused if a heading has no business here."""
    reader = csv.reader(io.StringIO(text_of(path), newline=""), strict=True)
    found: list[Cells] = []
    begins = 1
    try:
        headings = [heading.strip() for heading in next(reader, [])]
        _check_headings(headings, columns, required)
        begins = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((begins, _named(headings, cells)))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise CommandError(
            _("Line %(line)s is no CSV: %(why)s") % {"line": begins, "why": error}
        ) from error
    return found


def _check_headings(headings: list[str], columns: Sequence[str], required: Sequence[str]) -> None:
    refuse_columns(headings)
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


def _named(headings: list[str], cells: list[str]) -> dict[str, str]:
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


class ImportCommand(BaseCommand):
    """Reads a file, hands it to one action, says what came of it. All or nothing."""

    columns: Sequence[str] = ()
    required: Sequence[str] = ()

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="change nothing, say what would")
        parser.add_argument(
            "--errors", type=Path, help="where wrong rows are listed (default: beside the file)"
        )

    def rows(self, file: Path, options: dict[str, Any]) -> list[Cells]:
        return read(file, self.columns, self.required)

    def load(self, found: list[Cells], options: dict[str, Any]) -> Imported:
        raise NotImplementedError

    def handle(self, *, file, dry_run, errors, verbosity, **options):
        found: list[Cells] = []
        options |= {"dry_run": dry_run, "verbosity": verbosity}
        try:
            found = self.rows(file, options)
            with transaction.atomic():
                done = self.load(found, options)
                transaction.set_rollback(dry_run)
        except BadRows as refused:
            errors = errors or file.with_suffix(".errors.csv")
            write_errors(errors, refused.problems, found)
            raise CommandError(_said(refused, errors)) from refused
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.report(done, is_dry=dry_run, verbosity=verbosity)

    def report(self, done: Imported, *, is_dry: bool, verbosity: int) -> None:
        for problem in done.warnings[:SHOWN] if verbosity else []:
            self.stderr.write(self.style.WARNING(_line(problem)))
        lines = [f"+ {said}" for said in done.added] + [f"~ {said}" for said in done.changed]
        shown = lines if verbosity > 1 else lines[:SHOWN]
        if is_dry:
            self.stdout.write(_("Nothing was changed. This would be:"))
            for line in shown:
                self.stdout.write(line)
            if len(shown) < len(lines):
                self.stdout.write(_("… and %s more (all with -v 2)") % (len(lines) - len(shown)))
        words = {
            "added": len(done.added),
            "changed": len(done.changed),
            "unchanged": done.unchanged,
            "warnings": len(done.warnings),
        }
        self.stdout.write(
            _(
                "%(added)s added, %(changed)s changed, %(unchanged)s as before, %(warnings)s warnings."
            )
            % words
        )


def _line(problem: Problem) -> str:
    return _("line %(line)s: %(reason)s") % problem._asdict()


def _said(refused: BadRows, errors: Path) -> str:
    count = len(refused.problems)
    head = ngettext(
        "Nothing was imported: %(count)s row is wrong, listed in %(file)s.",
        "Nothing was imported: %(count)s rows are wrong, listed in %(file)s.",
        count,
    ) % {"count": count, "file": errors}
    lines = [_line(problem) for problem in refused.problems[:SHOWN]]
    if count > SHOWN:
        lines.append("…")
    return "\n".join([head, *lines])
