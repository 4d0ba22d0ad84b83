"""Stories become rows, by COPY: 20,000 tickets in seconds where ``save()`` takes an hour."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import MultiPolygon
from django.db import connection
from django.utils import timezone
from tqdm import tqdm

from govgrid.core import clock
from govgrid.home.demo.deciding import Place
from govgrid.home.demo.ground import Ground, reserve
from govgrid.home.demo.lives import Event, Part
from govgrid.home.demo.stories import Story, Teller
from grids.models import Area
from tickets import queries, routing
from tickets.models import Assignment, Contact, Ticket, TicketEvent
from tickets.workflow import State

BATCH = 5000
# Two thirds more than the 15 m within which routing asks a person.
CLEAR = 0.00026

# Points inside their grid, clear of every border; a basic grid leaves out the special ones over it.
POINTS = """
    WITH piece AS (
        SELECT ST_GeomFromEWKT(p) AS shape FROM unnest(%(pieces)s::text[]) AS p
    ),
    w AS (
        SELECT s.area_id, n, u.seed, ST_Buffer(s.boundary, -%(clear)s) AS inside, s.is_special, s.boundary
        FROM unnest(%(grids)s::bigint[], %(counts)s::int[], %(seeds)s::int[]) AS u (area_id, n, seed)
        JOIN grids_areashape s USING (area_id)
    ),
    free AS (
        SELECT w.area_id, w.n, w.seed, w.boundary, COALESCE(ST_Difference(w.inside, (
            SELECT ST_Union(ST_Buffer(ST_Boundary(shape), %(clear)s))
            FROM piece WHERE shape && w.boundary)), w.inside) AS inside
        FROM w
    ),
    clear AS (
        SELECT f.area_id, f.n, f.seed, f.boundary, COALESCE(ST_Difference(f.inside, (
            SELECT ST_Union(o.boundary) FROM grids_areashape o, w
            WHERE w.area_id = f.area_id AND NOT w.is_special
              AND o.level = 5 AND o.is_special AND o.boundary && f.boundary)), f.inside) AS inside
        FROM free f
    )
    SELECT c.area_id, ST_X(d.geom), ST_Y(d.geom),
           ARRAY(SELECT i FROM unnest(%(pieces)s::text[]) WITH ORDINALITY AS p (p, i)
                 WHERE ST_Covers(ST_GeomFromEWKT(p), d.geom))
    FROM clear c, LATERAL ST_Dump(ST_GeneratePoints(
        CASE WHEN ST_IsEmpty(c.inside) THEN c.boundary ELSE c.inside END,
        c.n, c.seed)) d
"""
# Just inside the edge of a drawn piece: two departments, and a person who decides.
EDGE = """
    SELECT ST_X(p), ST_Y(p) FROM (
        SELECT ST_LineInterpolatePoint(ST_ExteriorRing(ST_GeometryN(ST_Multi(
            ST_Buffer(ST_GeomFromEWKT(%s), -0.00004)), 1)), (i + 0.5) / %s::float8) AS p
        FROM generate_series(0, %s - 1) AS i) q
"""


def write(teller: Teller, count: int, *, quiet: bool) -> int:
    """Tell ``count`` stories, oldest first into the tables; gives how many events they have."""
    wants = teller.wants(count)
    grids = list(teller.spread(wants))
    places = _places(teller, [w.turn == "border" for w in wants], grids)
    bar = tqdm(
        zip(wants, places, strict=True), desc="stories", total=count, unit="", disable=quiet or None
    )
    stories = [teller.tell(n, want, place) for n, (want, place) in enumerate(bar)]
    stories.sort(key=lambda story: story.life.filed_at)
    ids, events = reserve(Ticket, len(stories)), 0
    numbers = _numbers(teller.ground.district, stories)
    rows = tqdm(
        zip(ids, numbers, stories, strict=True),
        desc="tickets",
        total=count,
        unit="",
        disable=quiet or None,
    )
    while batch := list(islice(rows, BATCH)):
        events += _write_batch(teller.ground, batch, teller.seed)
    _route_the_rest({pk for pk, story in zip(ids, stories, strict=True) if story.is_open})
    return events


# ── places ────────────────────────────────────────────────────────────────────────────────────


def _places(teller: Teller, at_edge: list[bool], grids: list[Area]) -> list[Place]:
    counts: dict[int, int] = {}
    for grid, edge in zip(grids, at_edge, strict=True):
        if not edge:
            counts[grid.pk] = counts.get(grid.pk, 0) + 1
    names = list(teller.ground.pieces)
    points: dict[int, list[tuple[float, float, frozenset[str]]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(POINTS, {
            "pieces": [_ewkt(teller.ground.pieces[name]) for name in names],
            "grids": list(counts), "counts": list(counts.values()),
            "seeds": [_seed(teller.seed, n) for n in range(len(counts))],
            "clear": CLEAR,
        })  # fmt: skip
        for grid, lon, lat, inside in cursor.fetchall():
            pieces = frozenset(names[n - 1] for n in inside)
            points.setdefault(grid, []).append((round(lon, 7), round(lat, 7), pieces))
        edges = sum(at_edge)
        cursor.execute(EDGE, [_ewkt(teller.ground.pieces["park"]), max(edges, 1), edges])
        border = cursor.fetchall()
    found = []
    for grid, edge in zip(grids, at_edge, strict=True):
        lon, lat, pieces = (*border.pop(), frozenset()) if edge else points[grid.pk].pop()
        city, district, street, community, own = grid.ancestor_ids
        found.append(Place(lon, lat, (own, community, street, district, city), pieces))
    return found


def _seed(seed: int, number: int) -> int:
    """Neither an id nor zero, by which GEOS would draw anew each time."""
    return (seed * 1_000_003 + number * 7919) % 2_000_000_000 + 1


def _ewkt(shape: MultiPolygon) -> str:
    return shape.ewkt


def _numbers(district: Area, stories: Sequence[Story]) -> list[str]:
    days = [story.life.filed_at.date() for story in stories]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tickets_number(%s, day) FROM unnest(%s::date[]) AS day",
            [district.letters, days],
        )
        return [row[0] for row in cursor.fetchall()]


# ── rows ──────────────────────────────────────────────────────────────────────────────────────

TICKET = [
    "id",
    "number",
    "client_id",
    "fingerprint",
    "kind",
    "origin",
    "category_id",
    "grid_id",
    "community_id",
    "street_id",
    "district_id",
    "point",
    "raw_lon",
    "raw_lat",
    "raw_crs",
    "description",
    "state",
    "filed_by_id",
    "filed_at",
    "observed_at",
    "routed_at",
    "routing",
    "lead_department_id",
    "return_count",
    "closed_at",
]
STEPS = ("signed", "reported_in", "made_safe", "done", "returned")
ASSIGNMENT = [
    "id",
    "ticket_id",
    "department_id",
    "role",
    "state",
    "offered_at",
    "offered_by_id",
] + [f"{step}_{what}" for step in STEPS for what in ("at", "by_id")]
EVENT = [
    "ticket_id",
    "assignment_id",
    "verb",
    "before",
    "after",
    "at",
    "by_id",
    "department_id",
    "note",
    "data",
]


def _write_batch(ground: Ground, batch: list[tuple[int, str, Story]], seed: int) -> int:
    parts = [(pk, part) for pk, _, story in batch for part in story.life.parts]
    part_ids = {
        id(part): own for (_, part), own in zip(parts, reserve(Assignment, len(parts)), strict=True)
    }
    events = [(pk, event) for pk, _, story in batch for event in story.life.events]
    _copy("tickets_ticket", TICKET, (_ticket(ground, *row, seed=seed) for row in batch))
    _copy(
        "tickets_ticketwords",
        ["ticket_id", "words"],
        ([pk, _vector(story.words)] for pk, _, story in batch),
    )
    _copy("tickets_assignment", ASSIGNMENT, (_part(pk, p, part_ids[id(p)]) for pk, p in parts))
    _copy("tickets_ticketevent", EVENT, (_event(pk, event, part_ids) for pk, event in events))
    Contact.objects.bulk_create(
        Contact(ticket_id=pk, name=story.contact[0], phone=story.contact[1])
        for pk, _, story in batch
        if story.contact
    )
    return len(events)


def _ticket(ground: Ground, pk: int, number: str, story: Story, *, seed: int) -> list[Any]:
    life, place = story.life, story.place
    client_id = UUID(int=Random(f"{seed} {number} {pk}").getrandbits(128), version=4)  # noqa: S311
    grid, community, street, district, _city = place.areas
    return [
        pk, number, client_id,
        # Nobody sends these again: any digest will do.
        client_id.hex * 2,
        Ticket.Kind.REPORT, "page", story.category.pk, grid, community, street, district,
        f"SRID=4326;POINT({place.lon} {place.lat})", place.lon, place.lat, "wgs84", story.text,
        life.state, life.filed_by, life.filed_at, story.observed_at, life.routed_at,
        json.dumps(life.routing, ensure_ascii=False), life.lead.department if life.lead else None,
        life.returns, life.closed_at,
    ]  # fmt: skip


def _part(ticket: int, part: Part, own: int) -> list[Any]:
    stamps = [value for step in STEPS for value in part.stamps.get(step, (None, None))]
    return [
        own, ticket, part.department, Assignment.Role.LEAD, part.state,
        part.offered_at, part.offered_by, *stamps,
    ]  # fmt: skip


def _event(ticket: int, event: Event, part_ids: dict[int, int]) -> list[Any]:
    return [
        ticket, part_ids[id(event.part)] if event.part else None, event.verb, event.before,
        event.after, event.at, event.by, event.department, event.note,
        json.dumps(event.data, ensure_ascii=False),
    ]  # fmt: skip


def _vector(words: Iterable[str]) -> str:
    return " ".join("'" + word.replace("'", "''") + "'" for word in words)


def _copy(table: str, columns: list[str], rows: Iterable[list[Any]]) -> None:
    zone = f"{timezone.localtime(clock.now(), timezone.get_default_timezone()):%z}"
    text = io.StringIO()
    for row in rows:
        text.write("\t".join(_cell(value, zone) for value in row))
        text.write("\n")
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", text)


def _cell(value: Any, zone: str) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}{zone}"
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


# ── what only the real thing can decide ───────────────────────────────────────────────────────


def _route_the_rest(mine: set[int]) -> None:
    """Those on an edge wait as filed; routing itself decides them, at their own time."""
    decisions = [one for one in routing.claim_and_decide() if one.ticket_id in mine] if mine else []
    filed_at = dict(Ticket.objects.filter(pk__in=mine).values_list("pk", "filed_at"))
    for one in decisions:
        at = filed_at[one.ticket_id] + timedelta(seconds=2)
        queries.mark_routed([one], at)
        part = None
        if one.department_id is not None:
            part = Assignment.objects.create(
                ticket_id=one.ticket_id, department_id=one.department_id,
                role=Assignment.Role.LEAD, offered_at=at,
            )  # fmt: skip
        TicketEvent.objects.create(
            ticket_id=one.ticket_id, assignment=part, verb="route", before=State.FILED,
            after=State.DISPATCHED if part else State.TRIAGE, at=at,
            department_id=one.department_id, data=one.why,
        )  # fmt: skip
