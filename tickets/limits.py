"""How long a thing may take here: a district's own limit, else the standard of the field.

The most specific wins: a named category before any, a named kind before any, a deeper area before
a shallower one.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection

from govgrid.core.prepared import Prepared
from govgrid.core.rows import columns_of, instance
from tickets.models import TimeLimit
from tickets.workflow import STANDARD, Allowance, ClockKind

if TYPE_CHECKING:
    from tickets.models import Category, Ticket


IN_FORCE = "SELECT {columns} FROM tickets_timelimit l WHERE l.valid_to IS NULL ORDER BY l.id"


@cache
def _in_force() -> Prepared:
    return Prepared("limits", IN_FORCE.format(columns=columns_of(TimeLimit, "l")))


class Allowed(NamedTuple):
    """A limit as a clock takes it, and where it comes from."""

    limit: str
    basis: str


# The category's own limits, as its table gives them.
_OWN = {ClockKind.MAKE_SAFE: "hazard_limit", ClockKind.RESOLVE: "resolve_limit"}


class Limits:
    """All limits in force, read once for however many tickets."""

    def __init__(self, rows: Iterable[TimeLimit]) -> None:
        self._by_clock: dict[str, list[TimeLimit]] = {}
        for row in rows:
            self._by_clock.setdefault(row.clock, []).append(row)

    @classmethod
    def load(cls) -> Limits:
        """As ``TimeLimit.objects.in_force()``; every routing asks."""
        with connection.cursor() as cursor:
            _in_force().execute(cursor)
            return cls(instance(TimeLimit, row) for row in cursor.fetchall())

    def of(self, kind: ClockKind, ticket: Ticket) -> Allowed | None:
        """The limit for this clock of this ticket; None: it has none and no clock runs."""
        scope = ticket.whistle_kind or "report"
        row = self._own(kind, ticket, scope)
        if row is not None:
            return _allowed(Allowance(row.limit, row.own_first), row.code, kind, ticket.category)
        standard = STANDARD.get((scope, kind)) or STANDARD.get(("any", kind))
        return _allowed(standard, "standard", kind, ticket.category) if standard else None

    def _own(self, kind: ClockKind, ticket: Ticket, scope: str) -> TimeLimit | None:
        rows = self._by_clock.get(kind)
        if not rows:
            return None
        level = {area: level for level, area in ticket.place.items()}
        fit = [
            row
            for row in rows
            if row.scope in {"any", scope}
            and (row.category_id is None or row.category_id == ticket.category_id)
            and (row.area_id is None or row.area_id in level)
        ]
        return max(
            fit,
            key=lambda row: (row.category_id is not None, row.scope != "any",
                             level.get(row.area_id or 0, 0)),
            default=None,
        )  # fmt: skip


def _allowed(given: Allowance, basis: str, kind: ClockKind, category: Category) -> Allowed | None:
    own = getattr(category, _OWN[kind]) if given.own_first and kind in _OWN else ""
    if own:
        return Allowed(own, "category")
    return Allowed(given.limit, basis) if given.limit else None
