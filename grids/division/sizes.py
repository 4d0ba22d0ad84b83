"""How many households a grid is to have, here and today."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from govgrid.core import clock
from grids.models import Area, GridSize


class Range(NamedTuple):
    least: int
    most: int

    @property
    def middle(self) -> float:
        return (self.least + self.most) / 2

    def __contains__(self, count: object) -> bool:
        return isinstance(count, int) and self.least <= count <= self.most


# A grid in town has 200–300 households; a hamlet (村落) is about 50.
DEFAULTS = {
    Area.Kind.BASIC.value: Range(200, 300),
    Area.Kind.HAMLET.value: Range(35, 65),
}


def ranges(area: Area, on: date | None = None) -> dict[str, Range]:
    """By kind: what the nearest area above says, the newest word of it that holds on the day."""
    rows = GridSize.objects.filter(area__in=area.ancestor_ids, since__lte=on or clock.today())
    found = dict(DEFAULTS)
    for row in rows.order_by("area__level", "since"):
        found[row.kind] = Range(row.least, row.most)
    return found
