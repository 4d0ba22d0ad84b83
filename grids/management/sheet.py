"""Loading a file up here, where people may come into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from govgrid.core import commands
from govgrid.core.sheets import Cells
from grids.refusals import refuse_personal
from grids.spatial import reading
from grids.spatial.reading import Asked, Columns, Head


class ImportCommand(commands.ImportCommand):
    """Reads tables and maps by the program that reads all files of strangers.

    A column that must not exist is refused before a single row of it is read.
    """

    refuse: Callable[[Iterable[str]], None] = staticmethod(refuse_personal)

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--crs",
            choices=[crs for crs, _label in reading.CRS_CHOICES if crs],
            default="",
            help="what the coordinates are, where the file does not say it or says it wrongly",
        )
        parser.add_argument("--encoding", default="", help="of a table, where the guess is wrong")
        parser.add_argument("--layer", default="", help="of a file that holds several maps")

    def columns_of(self, head: Head) -> Columns:
        return Columns(tuple(self.columns), tuple(self.required))

    def rows(self, file: Path, options: dict[str, Any]) -> list[Cells]:
        # A command without places asks nothing about coordinates.
        asked = Asked(*(options.get(name, "") for name in Asked._fields))
        with reading.opened(file, asked, check=self.refuse) as sheet:
            found = list(sheet.rows(self.columns_of(sheet.head)))
        for warning in sheet.warnings if options["verbosity"] else []:
            self.stderr.write(self.style.WARNING(warning))
        return found
