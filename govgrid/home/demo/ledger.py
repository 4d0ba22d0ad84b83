"""Stories get their places, their numbers and their ids; ``rows`` writes them by COPY."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

from django.contrib.gis.geos import MultiPolygon
from django.db import connection
from django.utils import timezone
from tqdm import tqdm

from govgrid.core.copying import reserve
from govgrid.home.demo.deciding import Place
from govgrid.home.demo.rows import Scribe, Told
from govgrid.home.demo.stories import Story, Teller
from grids.models import Area
from tickets import clocks, routing
from tickets.models import Assignment, Ticket, TicketEvent
from tickets.workflow import State

BATCH = 5000
One = TypeVar("One")
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
    stories = tell(teller, count, quiet=quiet)
    ids = reserve(Ticket, count)
    given = numbers(teller.ground.district, [s.life.ticket.filed_at for s in stories])
    told = [Told(*row) for row in zip(ids, given, stories, strict=True)]
    return keep(told, teller.seed, quiet=quiet)


def tell(teller: Teller, count: int, *, quiet: bool) -> list[Story]:
    """So many lives in full, in the order of their filing."""
    wants = teller.wants(count)
    grids = list(teller.spread(wants))
    places = _places(teller, [w.turn == "border" for w in wants], grids)
    pairs = zip(wants, places, strict=True)
    stories = teller.tell_all(shown(pairs, "stories", count, quiet=quiet))
    return sorted(stories, key=lambda story: story.life.ticket.filed_at)


def keep(told: list[Told], seed: int, *, quiet: bool) -> int:
    """Write those that were told in full."""
    left, events = iter(shown(told, "tickets", len(told), quiet=quiet)), 0
    scribe = Scribe({id(one.story): one for one in told}, seed)
    while batch := list(islice(left, BATCH)):
        events += scribe.write(batch)
    _route_the_rest({one.pk for one in told if one.story.is_open})
    return events


def shown(given: Iterable[One], what: str, total: int, *, quiet: bool) -> Iterable[One]:
    return tqdm(given, desc=what, total=total, unit="", disable=quiet or None)


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


def numbers(district: Area, filed: Iterable[datetime]) -> list[str]:
    """A number for each, by the day on which it was filed."""
    days = [timezone.localdate(at, timezone.get_default_timezone()) for at in filed]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tickets_number(%s, day) FROM unnest(%s::date[]) AS day",
            [district.letters, days],
        )
        return [row[0] for row in cursor.fetchall()]


# ── what only the real thing can decide ───────────────────────────────────────────────────────


def _route_the_rest(mine: set[int]) -> None:
    """Those on an edge wait as filed; routing itself decides them, at their own time."""
    decisions = [one for one in routing.claim_and_decide() if one.ticket_id in mine] if mine else []
    for one, ticket in zip(decisions, routing.being_routed(decisions), strict=True):
        at = ticket.filed_at + timedelta(seconds=2)
        parts = []
        if one.department_id is not None:
            parts.append(Assignment.objects.create(
                ticket_id=one.ticket_id, department_id=one.department_id,
                role=Assignment.Role.LEAD, offered_at=at,
            ))  # fmt: skip
        lines = clocks.start_all([(ticket, parts, ticket.filed_at if parts else at)])
        routing.mark_routed([ticket], at)
        TicketEvent.objects.create(
            ticket_id=one.ticket_id, assignment=next(iter(parts), None), verb="route",
            before=State.FILED, after=ticket.state, at=at, department_id=one.department_id,
            data=one.why | {"clocks": lines.get(ticket.pk, [])},
        )  # fmt: skip
