"""Load a register of places, classes of facilities or counts from a table. Safe to run again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management.base import CommandError, CommandParser
from tqdm import tqdm

from govgrid.core.sheets import Cells
from grids import actions
from grids.actions.imports import Imported
from grids.management.sheet import ImportCommand
from grids.rows import places


class Kind(NamedTuple):
    sheet: places.Sheet
    action: Callable[..., Imported]


KINDS = {
    "compounds": Kind(places.COMPOUNDS, actions.import_compounds),
    "facility-classes": Kind(places.CLASSES, actions.import_facility_classes),
    "facilities": Kind(places.FACILITIES, actions.import_facilities),
    "service-points": Kind(places.SERVICE_POINTS, actions.import_service_points),
    "organisations": Kind(places.ORGANISATIONS, actions.import_organisations),
    "counts": Kind(places.COUNTS, actions.import_counts),
}


def columns_of(kind: str) -> str:
    sheet = KINDS[kind].sheet
    others = [name for name in sheet.columns if name not in sheet.required]
    return f"{kind}: {', '.join(sheet.required)}" + (
        f"; {', '.join(others)} may be added" if others else ""
    )


class Command(ImportCommand):
    help = (
        "Load a CSV of places. Updates by code, deletes nothing. The columns are, of "
        + ". Of ".join(map(columns_of, KINDS))
        + ". Without a file, facility-classes loads the usual classes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=[*KINDS])
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="change nothing, say what would")
        parser.add_argument(
            "--errors", type=Path, help="where wrong rows are listed (default: beside the file)"
        )

    def handle(self, **options):
        kind, file = options.pop("kind"), options.pop("file")
        if file is None and kind != "facility-classes":
            raise CommandError(f"Say which file holds the {kind}.")
        sheet, self.action = KINDS[kind]
        self.columns, self.required = sheet.columns, sheet.required
        super().handle(file=file or places.USUAL_CLASSES, **options)

    def load(self, found: Iterable[Cells], options: dict[str, Any]) -> Imported:
        bar = tqdm(found, unit=" rows", disable=options["verbosity"] < 1)
        return self.action(bar, by=None)
