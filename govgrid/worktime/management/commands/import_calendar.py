"""Bring in the holidays and make-up workdays of a year, from the notice or from a package."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from govgrid.core.commands import ImportCommand
from govgrid.core.errors import Refused
from govgrid.core.sheets import Cells
from govgrid.worktime import actions, sources
from govgrid.worktime.rows import FIRST_YEAR, LAST_YEAR, DayRow, days_of, read_file


def years(text: str) -> range:
    """``2027`` or ``2027-2028``."""
    match = re.fullmatch(r"(\d{4})(?:-(\d{4}))?", text, re.ASCII)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not FIRST_YEAR <= first <= last <= LAST_YEAR:
        raise argparse.ArgumentTypeError(f"{text!r} is no year and no span like 2027-2028")
    return range(first, last + 1)


class Command(ImportCommand):
    help = (
        "Load special days from a CSV or Excel file (date, kind, name; weekday may be added), or"
        " what the package “holidays” knows of some years. What a published list does not name is"
        " no longer guessed. All or nothing; the same again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="change nothing, say what would")
        parser.add_argument(
            "--errors", type=Path, help="where wrong rows are listed (default: beside the file)"
        )
        parser.add_argument("--years", type=years, help="instead of a file: 2027 or 2027-2028")
        status = parser.add_mutually_exclusive_group()
        status.add_argument(
            "--provisional", action="store_true", help="a guess until the notice comes"
        )
        status.add_argument(
            "--published", action="store_true", help="with --years: the package has the notice"
        )
        parser.add_argument("--source", default="", help="where the list comes from")

    def rows(self, file: Path | None, options: dict[str, Any]) -> list[Cells]:
        if (file is None) == (options["years"] is None):
            raise CommandError(_("Give a file or --years, one of them."))
        if file is None:
            return []
        options["source"] = options["source"] or file.name
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(
                _("%(file)s cannot be read: %(why)s") % {"file": file, "why": error.strerror}
            ) from error
        return read_file(content, file.name)

    def load(self, found: list[Cells], options: dict[str, Any]) -> actions.Imported:
        is_provisional = options["provisional"]
        if options["years"] is None:
            days = days_of(found)
        else:
            is_provisional = not options["published"]
            days = [day for year in options["years"] for day in _known(year, is_provisional)]
            options["source"] = options["source"] or "holidays"
        return actions.import_days(
            days, by=None, source=options["source"], is_provisional=is_provisional
        )


def _known(year: int, is_provisional: bool) -> list[DayRow]:  # noqa: FBT001 -- private, one caller
    days = sources.announced(year)
    if not is_provisional and not any(day.kind.is_working for day in days.values()):
        raise Refused(
            "year_not_announced",
            _("The package has read no notice for %(year)s: leave --published out.")
            % {"year": year},
        )
    return [DayRow(on, str(day.kind), day.name) for on, day in days.items()]
