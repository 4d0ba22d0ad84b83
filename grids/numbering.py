"""Codes of grids: the 12 digits of their community and 3 of their own.

001–899 are basic grids and hamlets, 901–999 special ones. Pure: no database.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _

from govgrid.core.sheets import RowError
from grids.models import Area

COMMUNITY_DIGITS, ORDER_DIGITS = 12, 3
BASIC, SPECIAL = range(1, 900), range(901, 1000)

Pair = tuple[float, float]


def orders_of(kind: str) -> range:
    """The numbers that a grid of this kind may bear."""
    return SPECIAL if kind == Area.Kind.SPECIAL else BASIC


def check_code(code: str, community: str, kind: str) -> None:
    """Raise RowError where a new grid of ``community`` may not bear ``code``."""
    if code[:COMMUNITY_DIGITS] != community:
        raise RowError(
            _("A grid's code begins with its community's, %(community)s.")
            % {"community": community}
        )
    if int(code[COMMUNITY_DIGITS:]) not in orders_of(kind):
        raise RowError(_("Basic grids are numbered 001 to 899, special ones 901 to 999."))


def suggest_codes(
    community: str, centroids: Sequence[Pair], taken: Collection[str], kind: str = ""
) -> list[str]:
    """A free code for each of ``centroids``, in their order; RowError where there are too few.

    Numbers run as lines are read: from west to east, and row by row from north to south.
    ``taken`` should hold past codes too, so that none means two places.
    """
    used = set(taken)
    numbered = (f"{community}{order:03d}" for order in orders_of(kind))
    codes = [code for code in numbered if code not in used]
    if len(codes) < len(centroids):
        raise RowError(
            _("%(community)s has no numbers left for %(count)s grids.")
            % {"community": community, "count": len(centroids)}
        )
    given = dict(zip(reading_order(centroids), codes, strict=False))
    return [given[place] for place in range(len(centroids))]


def reading_order(centroids: Sequence[Pair]) -> list[int]:
    """The places of ``centroids`` in the list, as somebody would count them on a map.

    As many rows as the square root of their number: two grids side by side are never quite
    level, and sorting by latitude alone would leap to and fro across the community.
    """
    if not centroids:
        return []
    north = max(lat for _lon, lat in centroids)
    height = north - min(lat for _lon, lat in centroids)
    rows = max(1, round(math.sqrt(len(centroids))))

    # The southernmost itself would begin a row of its own.
    def row(lat: float) -> int:
        return min(rows - 1, int((north - lat) / height * rows)) if height else 0

    def place(number: int) -> tuple[int, float, float]:
        lon, lat = centroids[number]
        return row(lat), lon, -lat

    return sorted(range(len(centroids)), key=place)
