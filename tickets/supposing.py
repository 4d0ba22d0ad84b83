"""What a rule would do before it does it: who would get a thing, and what would have gone elsewhere.

Asked by the very statement that routes, over rules that are only supposed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from grids.models import Level
from tickets.drawn import lies_within
from tickets.models import COLUMN_OF_LEVEL, RoutingRule, Ticket
from tickets.routing import DECIDE, SUPPOSE, Decision, deciding, decision

if TYPE_CHECKING:
    from django.contrib.gis.geos import MultiPolygon

    from grids.models import Area, Department
    from tickets.models import Category
    from tickets.routing import Supposed

SPAN = timedelta(days=30)
# The newest of the month: a street has some hundreds, a district some thousands.
MOST_LOOKED_AT = 20_000
MOST_SHOWN = 50
# Whoever changes a rule waits no longer than this to hear what it does.
PATIENCE = "5s"
# Later than any other: the oldest breaks a tie.
_NEW = 2**63 - 1


# ── what would have gone elsewhere ────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Change:
    """``gone`` ends; a rule with this target comes, or none where there is neither."""

    category: Category | None
    area: Area
    shape: MultiPolygon | None = None
    gone: RoutingRule | None = None
    department: Department | None = None
    function: str = ""

    @property
    def is_new(self) -> bool:
        return self.department is not None or bool(self.function)


class Moved(NamedTuple):
    """A ticket of the last month with who would get it by the rules of now, and after the change."""

    ticket: Ticket
    before: str
    after: str


class WhatIf(NamedTuple):
    """``many`` of the ``looked_at`` tickets would have gone elsewhere; the newest are shown.

    ``is_cut``: there were more than were looked at. ``in_time`` False: nobody waited for the end.
    Tickets of ``area`` alone are looked at: ``is_outside``, a part of the drawn piece lies elsewhere,
    and there it decides too; ``is_over``, there is no such area any more.
    """

    looked_at: int = 0
    many: int = 0
    moved: tuple[Moved, ...] = ()
    is_cut: bool = False
    in_time: bool = True
    area: Area | None = None
    is_drawn: bool = False
    is_outside: bool = False
    is_over: bool = False


_RULES = """supposed AS (
    SELECT id, category_id, area_id, shape, department_id, function, valid_to
    FROM tickets_routingrule WHERE valid_to IS NULL AND id <> %(gone)s
    UNION ALL
    SELECT %(new)s::bigint, %(category)s::bigint, %(area)s::bigint,
           ST_GeomFromEWKB(%(shape)s::bytea), %(department)s::bigint, %(function)s::text,
           NULL::timestamptz
    WHERE %(is_new)s
),
"""
_LAST_MONTH = """
    SELECT id, number, category_id, whistle_kind, point, grid_id, community_id, street_id,
           district_id
    FROM tickets_ticket
    WHERE filed_at >= %(since)s AND {column} = ANY(%(areas)s)
      AND (%(category)s::bigint IS NULL OR category_id = %(category)s)
      AND (%(shape)s::bytea IS NULL OR point && ST_GeomFromEWKB(%(shape)s::bytea))
    ORDER BY id DESC LIMIT %(most)s
"""


def what_if(change: Change) -> WhatIf:
    """Which of the last month's tickets would have gone elsewhere, in two statements; of a drawn
    piece a third asks whether it lies in its area."""
    area, shape = change.area, change.shape
    nothing = WhatIf(
        area=area,
        is_drawn=shape is not None,
        is_outside=shape is not None and not lies_within(shape, area),
        is_over=area.valid_to is not None,
    )
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{PATIENCE}'")
            before = _decided(cursor, change, rules="tickets_routingrule")
            after = _decided(cursor, change, rules="supposed", supposed=_RULES)
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    except OperationalError:
        return nothing._replace(in_time=False)
    elsewhere = sorted(
        (one for one, was in before.items() if was.department_id != after[one].department_id),
        reverse=True,
    )
    return nothing._replace(
        looked_at=len(before),
        many=len(elsewhere),
        moved=_shown(elsewhere[:MOST_SHOWN], before, after),
        is_cut=len(before) == MOST_LOOKED_AT,
    )


def _decided(cursor: Any, change: Change, **rules: str) -> dict[int, Decision]:
    area = change.area
    is_city = area.level == Level.CITY
    column = "district_id" if is_city else COLUMN_OF_LEVEL[Level(area.level)]
    source = _LAST_MONTH.format(column=column)
    values = {
        "since": clock.now() - SPAN,
        "areas": area.child_ids if is_city else [area.pk],
        "most": MOST_LOOKED_AT,
        "category": change.category.pk if change.category else None,
        "area": area.pk,
        "shape": change.shape.ewkb if change.shape else None,
        "gone": change.gone.pk if change.gone else 0,
        "new": _NEW,
        "department": change.department.pk if change.department else None,
        "function": change.function,
        "is_new": change.is_new,
    }
    cursor.execute(deciding(source, DECIDE, **rules), values)
    return {one.ticket_id: one for one in map(decision, cursor.fetchall())}


def _shown(
    ids: list[int], before: dict[int, Decision], after: dict[int, Decision]
) -> tuple[Moved, ...]:
    rows = Ticket.objects.for_lists().filter(pk__in=ids).order_by("-pk")
    return tuple(Moved(one, _who(before[one.pk]), _who(after[one.pk])) for one in rows)


def _who(one: Decision) -> str:
    return one.why["department"] if one.department_id else _("a person decides")


# ── who would get it ──────────────────────────────────────────────────────────────────────────


class Candidate(NamedTuple):
    """A rule that fits, with whom it means here; the first one wins."""

    rule: RoutingRule
    department: str
    is_active: bool


_CANDIDATES = """{matching}
ranked AS (
    SELECT m.rule, m.drawn, m.anything, m.level,
           COALESCE(r.department_id, office.id, holder.department_id) AS target
    FROM matching m JOIN placed p ON p.id = m.id AND p.alt = 0
    JOIN {rules} r ON r.id = m.rule
{target}    WHERE m.alt = 0
)
SELECT ranked.rule, d.short_name, d.is_active FROM ranked
LEFT JOIN grids_department d ON d.id = ranked.target
ORDER BY {order}
"""


def candidates(ticket: Supposed) -> list[Candidate]:
    """Every rule that fits, in the order in which they are taken."""
    with connection.cursor() as cursor:
        cursor.execute(deciding(SUPPOSE, _CANDIDATES), vars(ticket))
        found = cursor.fetchall()
    rules = RoutingRule.objects.for_lists().in_bulk([rule for rule, _name, _active in found])
    return [Candidate(rules[rule], name or "", bool(is_active)) for rule, name, is_active in found]
