"""How long a thing may take here, and when it turns which colour: a district's own word, else the
standard of the field.

The most specific wins: a named category before any, a named kind before any, a deeper area before
a shallower one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection

from govgrid.core.prepared import Prepared
from govgrid.core.rows import columns_of, instance
from govgrid.worktime.arithmetic import Limit
from tickets.models import TimeLimit
from tickets.workflow import STANDARD, STANDARD_COLOURS, Allowance, ClockKind, Colours

if TYPE_CHECKING:
    from tickets.models import Category, Ticket


# The terms of the colours are few and ride along: every routing and many a move asks for both.
IN_FORCE = """
    SELECT (SELECT json_object_agg(coalesce(c.area_id, 0), json_build_array({terms}))
            FROM tickets_colourterms c WHERE c.valid_to IS NULL),
           {columns}
    FROM (VALUES (1)) AS one LEFT JOIN tickets_timelimit l ON l.valid_to IS NULL ORDER BY l.id
"""


@cache
def _in_force() -> Prepared:
    terms = ", ".join(f"c.{name}" for name in Colours._fields)
    sql = IN_FORCE.format(columns=columns_of(TimeLimit, "l"), terms=terms)
    return Prepared("limits", sql)


class Allowed(NamedTuple):
    """A limit as a clock takes it, and where it comes from."""

    limit: str
    basis: str


# The category's own limits, as its table gives them.
_OWN = {ClockKind.MAKE_SAFE: "hazard_limit", ClockKind.RESOLVE: "resolve_limit"}


class Limits:
    """All limits in force, read once for however many tickets."""

    def __init__(
        self, rows: Iterable[TimeLimit], colours: Mapping[int, Colours] | None = None
    ) -> None:
        self._colours = colours or {}
        self._by_clock: dict[str, list[TimeLimit]] = {}
        for row in rows:
            self._by_clock.setdefault(row.clock, []).append(row)

    @classmethod
    def load(cls) -> Limits:
        """As ``TimeLimit.objects.in_force()``; every routing asks."""
        with connection.cursor() as cursor:
            _in_force().execute(cursor)
            rows = cursor.fetchall()
        colours = {int(area): Colours(*terms) for area, terms in (rows[0][0] or {}).items()}
        # Where there is no limit at all the row of the colours stands alone.
        return cls((instance(TimeLimit, row) for _, *row in rows if row[0] is not None), colours)

    def colours(self, ticket: Ticket) -> Colours:
        """When this ticket turns which colour: as its district says, or everywhere, or the field."""
        if not self._colours:
            return STANDARD_COLOURS
        own = self._colours.get(ticket.district_id) or self._colours.get(0)
        return own or STANDARD_COLOURS

    def of(self, kind: ClockKind, ticket: Ticket, *, is_again: bool = False) -> Allowed | None:
        """The limit for this clock of this ticket; None: it has none and no clock runs.

        ``is_again``: a reopened ticket, whose promised day counts no more.
        """
        if kind == ClockKind.RESOLVE and ticket.promised_on is not None and not is_again:
            return Allowed(str(Limit.on(ticket.promised_on)), "plan")
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


# Any number, the same everywhere: who sets a limit waits for who is setting one.
RULES_LOCK, LIMITS_LOCK, TERMS_LOCK = 720_310, 720_311, 720_316


def one_at_a_time(lock: int) -> None:
    """Two first words for the same would both find none in force: there is no row to lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])
