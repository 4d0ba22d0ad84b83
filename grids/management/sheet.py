"""Loading a table up here, where people may come into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from govgrid.core import commands
from grids.refusals import refuse_personal


class ImportCommand(commands.ImportCommand):
    """Refuses a column that must not exist before a single row of it is read."""

    refuse: Callable[[Iterable[str]], None] = staticmethod(refuse_personal)

    def headings(self, given: list[str]) -> list[str]:
        self.refuse(given)
        return super().headings(given)
