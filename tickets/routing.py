"""Who must respond: decided in one query, for one ticket or five hundred, with the reason kept.

A drawn polygon beats a whole area, a named category beats "any", a deeper area beats a shallower
one, and the oldest rule breaks a tie. A point within 15 m of a border is decided on both sides of
it; when the two sides name different departments, a person decides (``triage``).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Model

from govgrid.core.prepared import Prepared
from grids.models import Area, Department
from grids.queries import BORDER_METRES, BOX_DEGREES
from tickets.models import Category, Ticket
from tickets.workflow import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

BATCH = 500
# To a department; to a person, since two sides of a border differ; or since no rule says whom.
OUTCOMES = [(one, one) for one in ("dispatched", "border", "unresolved")]

# alts: each ticket as it lies (alt 0), as if it lay in a grid next door (alt = that grid), and as
# if it lay on the other side of a drawn edge nearby (alt = minus that rule). What is asked of the
# ticket comes along: c joined once more at the end is a loop of 500 × 500 to a planner that expects
# few.
# The index lists what waits in this very order: a backlog of 20,000 is walked and not sorted.
CLAIM = """
    SELECT id, number, category_id, whistle_kind, point, grid_id, community_id, street_id,
           district_id
    FROM tickets_ticket
    WHERE state = 'filed' AND routed_at IS NULL
    ORDER BY whistle_kind <> 'emergency', id LIMIT {batch} FOR UPDATE SKIP LOCKED
"""
SUPPOSE = """
    SELECT 0::bigint AS id, '' AS number, %(category)s AS category_id,
           %(whistle_kind)s AS whistle_kind,
           ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS point,
           %(grid)s AS grid_id, %(community)s AS community_id, %(street)s AS street_id,
           %(district)s AS district_id
"""
MATCHING = """
WITH {supposed}c AS MATERIALIZED ({c}),
drawn AS MATERIALIZED (
    SELECT c.id, r.id AS rule, ST_Covers(r.shape, c.point) AS inside,
           ST_DWithin(ST_Boundary(r.shape)::geography, c.point::geography, {metres}) AS edge
    FROM c JOIN {rules} r
      ON r.valid_to IS NULL AND r.shape && ST_Expand(c.point, {box})
     AND (r.category_id = c.category_id OR r.category_id IS NULL)
),
alts AS (
    SELECT c.id, 0 AS alt, c.grid_id, c.community_id, c.street_id, c.district_id,
           c.category_id, c.number, c.whistle_kind, NULL::bigint AS toggled
    FROM c
    UNION ALL
    SELECT c.id, n.area_id, n.area_id, split_part(na.path, '.', 4)::bigint,
           split_part(na.path, '.', 3)::bigint, split_part(na.path, '.', 2)::bigint,
           c.category_id, c.number, c.whistle_kind, NULL
    FROM c
    JOIN grids_areashape own ON own.area_id = c.grid_id
    JOIN grids_areashape n ON n.level = 5 AND n.area_id <> c.grid_id
     -- In degrees first: of ten neighbours whose box is near, the metres are measured to few.
     AND ST_DWithin(n.boundary, c.point, {box})
     AND ST_DWithin(n.boundary::geography, c.point::geography, {metres})
     AND (NOT own.is_special OR n.is_special OR ST_DWithin(
         ST_Boundary(own.boundary)::geography, c.point::geography, {metres}))
    JOIN grids_area na ON na.id = n.area_id AND na.valid_to IS NULL
    UNION ALL
    SELECT c.id, -d.rule, c.grid_id, c.community_id, c.street_id, c.district_id,
           c.category_id, c.number, c.whistle_kind, d.rule
    FROM c JOIN drawn d ON d.id = c.id AND d.edge
),
placed AS (
    SELECT alts.*, district.parent_id AS city_id
    FROM alts JOIN grids_area district ON district.id = alts.district_id
),
matching AS (
    SELECT p.id, p.alt, r.id AS rule, lv.level, 0 AS drawn, r.category_id IS NULL AS anything
    FROM placed p
    CROSS JOIN LATERAL (VALUES (p.grid_id, 5), (p.community_id, 4), (p.street_id, 3),
                               (p.district_id, 2), (p.city_id, 1)) lv (area_id, level)
    JOIN {rules} r
      ON r.valid_to IS NULL AND r.shape IS NULL AND r.area_id = lv.area_id
     AND (r.category_id = p.category_id OR r.category_id IS NULL)
    UNION ALL
    SELECT p.id, p.alt, r.id, 9, 1, r.category_id IS NULL
    FROM placed p JOIN drawn d ON d.id = p.id AND d.inside <> (d.rule IS NOT DISTINCT FROM p.toggled)
    JOIN {rules} r ON r.id = d.rule
),
"""
# The most specific first; the oldest breaks a tie.
ORDER = "drawn DESC, anything, level DESC, rule"
# Whom a rule means: a department, the office of the place, or who holds the function there.
TARGET = """
    LEFT JOIN grids_department office ON office.kind = 'office' AND office.area_id = CASE r.function
        WHEN 'community_office' THEN p.community_id WHEN 'street_office' THEN p.street_id END
    LEFT JOIN LATERAL (
        SELECT h.department_id FROM tickets_functionholder h JOIN grids_area ha ON ha.id = h.area_id
        WHERE h.function = r.function
          AND h.area_id IN (p.grid_id, p.community_id, p.street_id, p.district_id, p.city_id)
          AND (h.category_id = p.category_id OR h.category_id IS NULL)
        ORDER BY h.category_id IS NULL, ha.level DESC, h.id LIMIT 1
    ) holder ON r.function <> ''
"""
DECIDE = """{matching}
winner AS (
    SELECT DISTINCT ON (id, alt) * FROM matching ORDER BY id, alt, {order}
),
decided AS (
    SELECT p.*, w.rule, w.drawn, r.function,
           COALESCE(r.department_id, office.id, holder.department_id) AS target
    FROM placed p
    LEFT JOIN winner w ON w.id = p.id AND w.alt = p.alt
    LEFT JOIN {rules} r ON r.id = w.rule
{target}),
beside AS (
    SELECT there.id, jsonb_agg(
        jsonb_build_object('grid', g.name, 'department', other.short_name) ORDER BY there.alt
    ) AS others
    FROM decided there
    JOIN decided here ON here.id = there.id AND here.alt = 0
    LEFT JOIN grids_department d ON d.id = here.target AND d.is_active
    LEFT JOIN grids_department other ON other.id = there.target AND other.is_active
    LEFT JOIN grids_area g ON g.id = there.grid_id
    WHERE there.alt <> 0 AND other.id IS DISTINCT FROM d.id
    GROUP BY there.id
)
SELECT here.id, here.number, d.id, d.short_name, here.rule, cat.code, ra.code, ra.name,
       here.drawn = 1, rr.category_id IS NULL, COALESCE(here.function, ''), beside.others,
       here.whistle_kind <> '' AND (d.id IS NULL OR d.kind = 'office'), named.id, named.short_name,
       (SELECT t.number FROM tickets_ruling g JOIN tickets_ticket t ON t.id = g.ticket_id
        WHERE g.rule_id = here.rule ORDER BY g.id LIMIT 1)
FROM decided here
JOIN tickets_category cat ON cat.id = here.category_id
LEFT JOIN beside ON beside.id = here.id
LEFT JOIN grids_department d ON d.id = here.target AND d.is_active
LEFT JOIN {rules} rr ON rr.id = here.rule
LEFT JOIN grids_area ra ON ra.id = rr.area_id
LEFT JOIN LATERAL (
    SELECT n.id, n.short_name
    FROM regexp_split_to_table(cat.lead || ',' || cat.helpers, ' *[,，、;；] *')
        WITH ORDINALITY duty (name, place)
    JOIN grids_department n ON n.short_name = duty.name
    JOIN grids_area na ON na.id = n.area_id
    WHERE here.whistle_kind <> '' AND n.is_active AND n.kind NOT IN ('office', 'command')
      AND (n.area_id IN (here.community_id, here.street_id, here.district_id)
           OR n.area_id = (SELECT parent_id FROM grids_area WHERE id = here.district_id))
    ORDER BY duty.place, na.level DESC, n.id LIMIT 1
) named ON true
WHERE here.alt = 0
ORDER BY here.id
"""


@dataclass(frozen=True)
class Decision:
    """Where one ticket goes. ``department_id`` is None when a person must decide."""

    ticket_id: int
    number: str
    department_id: int | None
    # Kept on the ticket and shown: outcome, rule, area, category, and the sides of a border.
    why: dict[str, Any]


def claim_and_decide(limit: int = BATCH) -> list[Decision]:
    """Lock up to ``limit`` unrouted tickets and say where each goes. Call inside a transaction.

    Rows that another worker holds, or has routed since, are simply not there.
    """
    return _decide(_claiming(limit), {})


@dataclass(frozen=True)
class Supposed:
    """A ticket as routing asks for it, filed or only imagined: what it is about, and where."""

    category: int
    whistle_kind: str
    lon: float | None
    lat: float | None
    grid: int
    community: int
    street: int
    district: int

    @classmethod
    def of(cls, ticket: Ticket) -> Supposed:
        point = ticket.point
        return cls(
            category=ticket.category_id,
            whistle_kind=ticket.whistle_kind,
            lon=point.x if point else None,
            lat=point.y if point else None,
            grid=ticket.grid_id,
            community=ticket.community_id,
            street=ticket.street_id,
            district=ticket.district_id,
        )


def suppose(ticket: Supposed) -> Decision:
    """Where this would go if it were filed now, by the very statement that routes."""
    (decision,) = _decide(_supposing(), asdict(ticket))
    return decision


@cache
def _claiming(limit: int) -> Prepared:
    return Prepared(f"claim_{limit}", deciding(CLAIM.format(batch=limit)))


@cache
def _supposing() -> Prepared:
    kinds = dict.fromkeys(("category", "grid", "community", "street", "district"), "bigint")
    kinds |= {"whistle_kind": "text", "lon": "float8", "lat": "float8"}
    return Prepared("suppose", deciding(SUPPOSE), **kinds)


def deciding(
    source: str, statement: str = DECIDE, *, supposed: str = "", rules: str = "tickets_routingrule"
) -> str:
    """The statement over these tickets; ``rules`` may be a table that is only supposed."""
    return statement.replace("{matching}", MATCHING).format(
        c=source,
        box=BOX_DEGREES,
        metres=BORDER_METRES,
        target=TARGET,
        order=ORDER,
        supposed=supposed,
        rules=rules,
    )


def _decide(statement: Prepared, values: dict[str, Any]) -> list[Decision]:
    with connection.cursor() as cursor:
        statement.execute(cursor, values)
        return [decision(row) for row in cursor.fetchall()]


def decision(row: tuple) -> Decision:
    (ticket_id, number, department_id, department, rule, category, area_code, area, drawn,
     anything, function, others, wants_department, named_id, named, ruling) = row  # fmt: skip
    if wants_department and named_id is not None:
        department_id, department = named_id, named
    elif wants_department:
        department_id = None
    why: dict[str, Any] = {"outcome": _outcome(department_id, others), "category": category}
    if rule is not None:
        why |= {
            "rule": f"R-{rule:04d}",
            "area": {"code": area_code, "name": area},
            "drawn": drawn,
            "any_category": anything,
            "function": function,
            "department": department,
        }
    if ruling is not None:
        why["ruling"] = ruling
    if wants_department:
        # A rule may leave a report with an office; a whistle calls a department: the first one
        # of the duty list that is here.
        why |= {"named": True, "department": named}
    if others:
        # Django keeps psycopg2 from reading jsonb, so that JSONField may.
        why["beside"] = json.loads(others)
    sent = department_id if why["outcome"] == "dispatched" else None
    return Decision(ticket_id, number, sent, why)


def _outcome(department_id: int | None, others: str | None) -> str:
    if others:
        return "border"
    return "dispatched" if department_id is not None else "unresolved"


# ── what becomes of them ──────────────────────────────────────────────────────────────────────

# What clocks and messages need of a ticket; building this by Django took longer than routing it.
BEING_ROUTED = Prepared(
    "being_routed",
    """
    SELECT t.id, t.number, t.whistle_kind, t.category_id, t.grid_id, t.community_id, t.street_id,
           t.district_id, t.filed_at, wanted.lead, t.promised_on,
           c.name_zh, c.name_zh_hant, c.name_en, c.hazard_limit, c.resolve_limit,
           g.name, d.code, l.short_name,
           (SELECT count(*) FROM tickets_ticketevent e WHERE e.ticket_id = t.id),
           greatest(
               (SELECT w.out_at FROM tickets_whistle w
                WHERE w.ticket_id = t.id AND w.refused_at IS NULL),
               (SELECT max(k.answered_at) FROM tickets_check k WHERE k.ticket_id = t.id))
    FROM unnest(%(ids)s, %(leads)s) WITH ORDINALITY wanted (id, lead, place)
    JOIN tickets_ticket t ON t.id = wanted.id
    JOIN tickets_category c ON c.id = t.category_id
    JOIN grids_area g ON g.id = t.grid_id JOIN grids_area d ON d.id = t.district_id
    LEFT JOIN grids_department l ON l.id = wanted.lead
    ORDER BY wanted.place
    """,
    ids="bigint[]",
    leads="bigint[]",
)
# In the order of the models' fields, as from_db() wants them.
OF_TICKET = [
    "id", "number", "whistle_kind", "category_id", "grid_id", "community_id", "street_id",
    "district_id", "filed_at", "lead_department_id", "promised_on",
]  # fmt: skip
OF_CATEGORY = ["name_zh", "name_zh_hant", "name_en", "hazard_limit", "resolve_limit"]
# One statement for all that routing changes of a ticket: no such update is HOT, so a second one
# would write some twenty index entries again.
MARK_ROUTED = Prepared(
    "mark_routed",
    """
    UPDATE tickets_ticket t
    SET state = d.state, lead_department_id = d.department, routed_at = %(at)s, routing = d.why,
        due_at = d.due
    FROM unnest(%(ids)s, %(states)s, %(departments)s, %(why)s, %(due)s)
        d (id, state, department, why, due)
    WHERE t.id = d.id
    """,
    at="timestamptz",
    ids="bigint[]",
    states="text[]",
    departments="bigint[]",
    why="jsonb[]",
    due="timestamptz[]",
)


def being_routed(decisions: Sequence[Decision]) -> list[Ticket]:
    """The locked tickets as they will be, with what clocks and messages need; in that order.

    Also when the whistle went out or somebody had looked first (``out_at``), and how many events there are (``event_count``).
    """
    ids = [one.ticket_id for one in decisions]
    with connection.cursor() as cursor:
        BEING_ROUTED.execute(
            cursor, {"ids": ids, "leads": [one.department_id for one in decisions]}
        )
        rows = cursor.fetchall()
    known: dict[tuple[type, int], Any] = {}
    return [_being_routed(row, one, known) for row, one in zip(rows, decisions, strict=True)]


def _being_routed(row: tuple, why: Decision, known: dict[tuple[type, int], Any]) -> Ticket:
    own, category, (grid, district, lead, events, out_at) = row[:11], row[11:16], row[16:]
    ticket = Ticket.from_db(connection.alias, OF_TICKET, own)

    def shared(model: type[Model], pk: int, names: list[str], values: Sequence[Any]) -> Any:
        """Each place and category once, and not a copy for each of 500 rows."""
        if (model, pk) not in known:
            known[model, pk] = model.from_db(connection.alias, ["id", *names], [pk, *values])
        return known[model, pk]

    ticket.category = shared(Category, ticket.category_id, OF_CATEGORY, category)
    ticket.grid = shared(Area, ticket.grid_id, ["name"], [grid])
    ticket.district = shared(Area, ticket.district_id, ["code"], [district])
    if why.department_id:
        ticket.lead_department = shared(Department, why.department_id, ["short_name"], [lead])
    ticket.state = State.DISPATCHED if why.department_id else State.TRIAGE
    ticket.routing = why.why
    ticket.event_count, ticket.out_at = events, out_at  # type: ignore[attr-defined]
    return ticket


def mark_routed(tickets: Iterable[Ticket], at: datetime) -> None:
    """Write where each locked ticket goes and when it is due (``bulk_update`` is 2.7 times slower)."""
    rows = list(tickets)
    with connection.cursor() as cursor:
        MARK_ROUTED.execute(
            cursor,
            {
                "at": at,
                "ids": [one.pk for one in rows],
                "states": [str(one.state) for one in rows],
                "departments": [one.lead_department_id for one in rows],
                "why": [json.dumps(one.routing, ensure_ascii=False) for one in rows],
                "due": [one.due_at for one in rows],
            },
        )
