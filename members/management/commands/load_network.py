"""Load the network from a table: bodies, places, posts and who serves where. Safe to run again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tqdm import tqdm

from govgrid.core.sheets import Cells, Imported
from grids.management.sheet import ImportCommand
from members import actions
from members.rows_network import COLUMNS, REQUIRED, WHAT


class Command(ImportCommand):
    help = (
        "Load a CSV or Excel table of the organisation network. Updates by code, deletes nothing. "
        f"Its columns: {', '.join(COLUMNS)}. What a row is stands in `what`: "
        + "; ".join(f"{name} needs {', '.join(needs)}" for name, (_, needs) in WHAT.items())
        + ". `kind` is the kind of body, place or post, an association's sector, a service's role; "
        "`holder` a login name."
    )
    columns, required = COLUMNS, REQUIRED

    def load(self, found: Iterable[Cells], options: dict[str, Any]) -> Imported:
        bar = tqdm(found, unit=" rows", disable=options["verbosity"] < 1)
        return actions.import_network(bar, by=None)
