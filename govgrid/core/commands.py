"""The form of every command that loads a table: all or nothing, and it says what was wrong where."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from govgrid.core.errors import Refused
from govgrid.core.sheets import (
    BadRows,
    Cells,
    Imported,
    Problem,
    check_headings,
    read,
    text_of,
    write_errors,
)

SHOWN = 10


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
        return read(text_of(file), self.headings)

    def headings(self, given: list[str]) -> list[str]:
        """The columns of a file by our names for them; refused where they are not those asked."""
        check_headings(given, self.columns, self.required)
        return given

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
    if not problem.line:  # of the file as a whole
        return problem.reason
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
