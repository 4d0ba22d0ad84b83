"""Loading a table up here, where people may come into it."""

from __future__ import annotations

from collections.abc import Iterable

from govgrid.core import commands
from govgrid.privacy.absence import refuse_columns


class ImportCommand(commands.ImportCommand):
    """Refuses a column that must not exist before a single row of it is read."""

    def check_columns(self, headings: Iterable[str]) -> None:
        refuse_columns(headings)
