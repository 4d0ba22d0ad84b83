"""Load the tree of areas from a table, or outlines from a map. Safe to run again."""

from __future__ import annotations

from datetime import date
from typing import Any

from tqdm import tqdm

from govgrid.core.sheets import Cells
from grids.actions.imports import Imported
from grids.actions.kinds import KINDS, Told
from grids.management.sheet import ImportCommand
from grids.models import CodeSystem
from grids.rows import AREA_COLUMNS, AREA_REQUIRED
from grids.spatial.reading import Columns, Head


class Command(ImportCommand):
    help = (
        "Load areas from a table or map (CSV, Excel, GeoJSON, Shapefile in a zip, GeoPackage) with"
        " level, code, name, parent_code (kind, households, letters, former_code, civil_code,"
        " valid_from, valid_to, successor_code and an outline may be added), or only outlines that"
        " name their area by code or name. Updates by code; a row with valid_to ends its area,"
        " and nothing is deleted."
    )
    columns = AREA_COLUMNS
    required = AREA_REQUIRED

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--valid-from", type=date.fromisoformat, help="first day of what is new (2026-01-01)"
        )
        parser.add_argument(
            "--outlines-key", default="", help="column of a map that holds the code"
        )
        parser.add_argument(
            "--code-system",
            choices=CodeSystem.values,
            default=CodeSystem.STATISTICS,
            help="whose codes the file has",
        )

    def columns_of(self, head: Head) -> Columns:
        self.way = KINDS["areas"].way_of(head.headings)
        return self.way.columns

    def load(self, found: list[Cells], options: dict[str, Any]) -> Imported:
        bar = tqdm(found, unit=" rows", disable=options["verbosity"] < 1)
        told = Told(options["valid_from"], options["code_system"], options["outlines_key"])
        return self.way.load(bar, None, told)
