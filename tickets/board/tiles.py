"""What a tile says of its ticket."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import NamedTuple

from django.db import connection
from django.utils.translation import pgettext_lazy

from govgrid.core import clock
from govgrid.core.prepared import Prepared
from govgrid.core.rows import columns_of, instance
from grids.models import Level
from tickets import queries
from tickets.board.scopes import Scope
from tickets.models import COLUMN_OF_LEVEL, Clock, in_language
from tickets.timeleft import TimeLeft, time_left_in_lists
from tickets.workflow import LIVE, OPEN, State, WhistleKind

# Departments beside the lead that a tile names; the rest are on the ticket's page.
HELPERS = 2
# The kind of whistle, where the word "whistle" is said by the picture.
_SHORT = {
    WhistleKind.ROUTINE: pgettext_lazy("whistle", "Routine"),
    WhistleKind.EMERGENCY: pgettext_lazy("whistle", "Emergency"),
    WhistleKind.ENFORCEMENT: pgettext_lazy("whistle", "Enforcement"),
    WhistleKind.HARD: pgettext_lazy("whistle", "Hard case"),
    WhistleKind.CONSULTATION: pgettext_lazy("whistle", "Consultation"),
}


class Tile(NamedTuple):
    """One ticket as a board shows it: plain words, so that a tile can be compared."""

    id: int
    number: str
    seen: int  # the last event, for moves from a page that is stale
    state: str
    icon: str
    title: str
    text: str
    place: str
    whistle: str
    whistle_word: str
    lead: str
    helpers: tuple[str, ...]
    more_helpers: int
    left: TimeLeft | None
    closed: str
    same: str  # how many others of this kind there are within 50 m, "10+" at the most
    returns: int
    is_border: bool

    @property
    def has_tags(self) -> bool:
        return bool(
            self.lead or self.helpers or self.same or self.returns or self.whistle
            or self.is_border or self.is_odd
        )  # fmt: skip

    @property
    def is_odd(self) -> bool:
        """Whether the head of its column says another state."""
        return self.state in {State.FILED, State.VERIFIED}

    @property
    def short(self) -> str:
        """The end of the number; the serial never repeats."""
        return self.number.rpartition("-")[0][-6:] + self.number[-2:]


# All that a tile says, in one statement and as plain values: as objects of five models 246 tiles
# took 60 ms. ``seen`` is the last event of each.
TILES = Prepared(
    "tiles",
    """
    SELECT t.id, t.number, t.state, t.whistle_kind, t.description, t.return_count, t.closed_at,
           t.due_at, t.routing->>'outcome' AS outcome, c.icon, c.name_zh, c.name_zh_hant, c.name_en,
           co.name AS community, g.name AS grid, lead.short_name AS lead,
           (SELECT max(e.id) FROM tickets_ticketevent e WHERE e.ticket_id = t.id) AS seen,
           parts.has_lead, parts.names
    FROM unnest(%(ids)s) wanted (id)
    JOIN tickets_ticket t ON t.id = wanted.id
    JOIN tickets_category c ON c.id = t.category_id
    JOIN grids_area g ON g.id = t.grid_id
    JOIN grids_area co ON co.id = t.community_id
    LEFT JOIN grids_department lead ON lead.id = t.lead_department_id
    LEFT JOIN LATERAL (
        SELECT bool_or(a.role = 'lead') AS has_lead,
               array_agg(d.short_name ORDER BY a.role DESC, a.id) AS names
        FROM tickets_assignment a JOIN grids_department d ON d.id = a.department_id
        WHERE a.ticket_id = t.id AND a.state = ANY(%(live)s)
    ) parts ON true
    """,
    ids="bigint[]",
    live="text[]",
)
# The next clock due of each; one that stands still comes after all that run.
CLOCKS = """
    SELECT DISTINCT ON (c.ticket_id) c.ticket_id, {columns}, d.code
    FROM tickets_clock c
    JOIN tickets_ticket t ON t.id = c.ticket_id JOIN grids_area d ON d.id = t.district_id
    WHERE c.ticket_id = ANY(%(ids)s) AND c.stopped_at IS NULL
    ORDER BY c.ticket_id, c.paused_at IS NOT NULL, c.due_at, c.id
"""
# Others of the same group within 50 m that this board shows as well, up to ten. The list of states
# is what lets the index over open points answer, and OFFSET 0 keeps that of the street from being
# walked once for each tile (9.6 ms against 1.5 for 40); metres on the sphere take a fifth of the
# ellipsoid's.
SAME = """
    SELECT a.id, others.many
    FROM tickets_ticket a
    JOIN tickets_category mine ON mine.id = a.category_id
    CROSS JOIN LATERAL (SELECT count(*) AS many FROM (
        SELECT FROM (
            SELECT b.id, b.category_id, b.{column} AS place, b.point FROM tickets_ticket b
            WHERE b.state IN ({open}) AND b.point && ST_Expand(
                    a.point, {degrees} / cos(radians(ST_Y(a.point))), {degrees})
            OFFSET 0
        ) b JOIN tickets_category other ON other.id = b.category_id
        WHERE b.id <> a.id AND b.place = %(scope)s AND other.group_code = mine.group_code
          AND ST_DistanceSphere(a.point, b.point) <= {metres}
        LIMIT {most}
    ) near) others
    WHERE a.id = ANY(%(ids)s) AND others.many > 0
"""
SAME_MOST = 10
_METRES_OF_DEGREE = 111_000


class Shown(NamedTuple):
    """One row of ``TILES``."""

    id: int
    number: str
    state: str
    whistle_kind: str
    description: str
    return_count: int
    closed_at: datetime | None
    due_at: datetime | None
    outcome: str | None
    icon: str
    name_zh: str
    name_zh_hant: str
    name_en: str
    community: str
    grid: str
    lead: str | None
    seen: int | None
    has_lead: bool | None
    names: list[str] | None


def shown(ids: list[int]) -> list[Shown]:
    with connection.cursor() as cursor:
        TILES.execute(cursor, {"ids": ids, "live": sorted(LIVE)})
        return [Shown(*row) for row in cursor.fetchall()]


def tiles_of(scope: Scope, rows: list[Shown], at: datetime) -> list[Tile]:
    clocks = _clocks([one.id for one in rows])
    same = _same(scope, [one.id for one in rows if one.state == State.TRIAGE])
    return [_tile(one, clocks.get(one.id), same.get(one.id, 0), at) for one in rows]


def _clocks(ids: list[int]) -> dict[int, Clock]:
    found: dict[int, Clock] = {}
    with connection.cursor() as cursor:
        _running().execute(cursor, {"ids": ids})
        for ticket_id, *values, code in cursor.fetchall():
            # The code says by whose calendar the words count.
            found[ticket_id] = one = instance(Clock, values)
            one.district_code = code  # type: ignore[attr-defined]
    return found


@cache
def _running() -> Prepared:
    return Prepared("tile_clocks", CLOCKS.format(columns=columns_of(Clock, "c")), ids="bigint[]")


def _same(scope: Scope, ids: list[int]) -> dict[int, int]:
    if not ids:
        return {}
    column = "lead_department_id" if scope.level is None else COLUMN_OF_LEVEL[Level(scope.level)]
    with connection.cursor() as cursor:
        _counting(column).execute(cursor, {"ids": ids, "scope": scope.id})
        return dict(cursor.fetchall())


@cache
def _counting(column: str) -> Prepared:
    sql = SAME.format(
        column=column,
        open=", ".join(f"'{state}'" for state in sorted(OPEN)),
        metres=queries.NEAR_METRES,
        degrees=queries.NEAR_METRES / _METRES_OF_DEGREE,
        most=SAME_MOST,
    )
    return Prepared(f"same_{column}", sql, ids="bigint[]", scope="bigint")


def _tile(one: Shown, clock_of: Clock | None, same: int, at: datetime) -> Tile:
    names = one.names or []
    helpers = names[1:] if one.has_lead else names
    return Tile(
        id=one.id,
        number=one.number,
        seen=one.seen or 0,
        state=one.state,
        icon=one.icon,
        title=in_language(one.name_zh, one.name_zh_hant, one.name_en),
        text=one.description.strip().partition("\n")[0][:80],
        place=f"{one.community} · {one.grid}",
        whistle=one.whistle_kind,
        whistle_word=str(_SHORT[WhistleKind(one.whistle_kind)]) if one.whistle_kind else "",
        lead=names[0] if one.has_lead else one.lead or "",
        helpers=tuple(helpers[:HELPERS]),
        more_helpers=max(0, len(helpers) - HELPERS),
        left=time_left_in_lists(clock_of, at),
        closed=f"{clock.local(one.closed_at):%H:%M}" if one.closed_at else "",
        same=f"{same}+" if same == SAME_MOST else str(same or ""),
        returns=one.return_count,
        is_border=one.outcome == "border" and one.state == State.TRIAGE,
    )
