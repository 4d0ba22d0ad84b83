"""Loading a table up here, where people may come into it."""

from __future__ import annotations

from govgrid.core import commands
from govgrid.privacy.absence import refuse_columns


class ImportCommand(commands.ImportCommand):
    """Refuses a column that must not exist before a single row of it is read."""

    def headings(self, given: list[str]) -> list[str]:
        refuse_columns(given)
        return super().headings(given)
