"""Load departments and offices from a table. Safe to run again."""

from __future__ import annotations

from typing import Any

from tqdm import tqdm

from govgrid.core.sheets import Cells
from grids import actions
from grids.actions.imports import Imported
from grids.management.sheet import ImportCommand
from grids.rows import DEPARTMENT_COLUMNS, DEPARTMENT_REQUIRED


class Command(ImportCommand):
    help = (
        "Load departments from a CSV (code, name, short_name, kind, area_code; parent_code,"
        " office_phone, office_address may be added). Updates by code, deletes nothing."
    )
    columns = DEPARTMENT_COLUMNS
    required = DEPARTMENT_REQUIRED

    def load(self, found: list[Cells], options: dict[str, Any]) -> Imported:
        bar = tqdm(found, unit=" rows", disable=options["verbosity"] < 1)
        return actions.import_departments(bar, by=None)
