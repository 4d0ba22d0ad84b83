"""Reads and the one raw write that span several tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.gis.db.models import Extent
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point, Polygon
from django.contrib.gis.measure import D
from django.db import connection
from django.db.models import F, Q, QuerySet

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.prepared import Prepared
from govgrid.core.rows import columns_of, instance
from grids import roles, scoping
from grids.models import WGS84, Area, AreaShape, Department, Level
from tickets.models import Assignment, Category, Clock, Meeting, Ticket, TicketEvent
from tickets.workflow import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.contrib.auth.models import AnonymousUser

    from grids.models import Facility
    from tickets.models import TicketQuerySet

NEAR_METRES = 50
NEAR_MOST = 5

# Locate, ticket, search words and event in one statement: 1.5 ms of web time against 2.8 for the
# same in four. The serial comes from a sequence, so numbers may have gaps.
FILE = """
WITH g AS (
    SELECT a.id, split_part(a.path, '.', 4)::bigint AS community_id,
           split_part(a.path, '.', 3)::bigint AS street_id,
           split_part(a.path, '.', 2)::bigint AS district_id
    FROM {source}
    LIMIT 1
),
t AS (
    INSERT INTO tickets_ticket (
        number, client_id, fingerprint, kind, origin, category_id, grid_id, community_id,
        street_id, district_id, point, raw_lon, raw_lat, raw_crs, description, state,
        filed_by_id, filed_at, observed_at, routing, return_count, whistle_kind, held_state,
        facility_id)
    SELECT tickets_number(d.letters, %(day)s), %(client_id)s, %(fingerprint)s, %(kind)s,
           %(origin)s, %(category)s, g.id, g.community_id, g.street_id, g.district_id,
           ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326), %(raw_lon)s, %(raw_lat)s,
           %(raw_crs)s, %(description)s, 'filed', %(by)s, %(at)s, %(observed_at)s, '{{}}', 0, '', '',
           %(facility)s
    FROM g JOIN grids_area d ON d.id = g.district_id
    ON CONFLICT (filed_by_id, client_id) DO NOTHING
    RETURNING id, number
),
w AS (
    INSERT INTO tickets_ticketwords (ticket_id, words)
    SELECT t.id, array_to_tsvector(%(words)s || tickets_place_words(
        g.id, g.community_id, g.street_id, %(facility)s,
        ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)))
    FROM t CROSS JOIN g
),
e AS (
    INSERT INTO tickets_ticketevent (ticket_id, verb, before, after, at, by_id, note, data)
    SELECT id, 'file', '', 'filed', %(at)s, %(by)s, '', %(data)s FROM t
)
SELECT t.id, t.number, gr.id, gr.code, gr.name, co.id, co.code, co.name, st.id, st.code, st.name,
       di.id, di.code, di.name
FROM g JOIN grids_area gr ON gr.id = g.id JOIN grids_area co ON co.id = g.community_id
JOIN grids_area st ON st.id = g.street_id JOIN grids_area di ON di.id = g.district_id
LEFT JOIN t ON true
"""
IN_FORCE = "a.valid_from <= %(day)s AND (a.valid_to IS NULL OR a.valid_to > %(day)s)"
BY_POINT = f"""grids_areashape s JOIN grids_area a ON a.id = s.area_id
    WHERE s.level = 5 AND {IN_FORCE}
      AND ST_Covers(s.boundary, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326))
    ORDER BY s.is_special DESC, a.id"""
BY_CODE = f"grids_area a WHERE a.code = %(grid)s AND a.level = 5 AND {IN_FORCE}"
TYPES = {
    "day": "date", "client_id": "uuid", "fingerprint": "text", "kind": "text", "origin": "text",
    "category": "bigint", "lon": "float8", "lat": "float8", "raw_lon": "float8",
    "raw_lat": "float8", "raw_crs": "text", "grid": "text", "description": "text",
    "words": "text[]", "by": "bigint", "at": "timestamptz", "observed_at": "timestamptz",
    "data": "jsonb", "facility": "bigint",
}  # fmt: skip
FILE_BY_POINT = Prepared("file_by_point", FILE.format(source=BY_POINT), **TYPES)
FILE_BY_CODE = Prepared("file_by_code", FILE.format(source=BY_CODE), **TYPES)

BY_CODES = "SELECT {columns} FROM tickets_category c WHERE c.code = ANY(%(codes)s)"

# The places of a ticket, in the order in which FILE gives them.
PLACES = {
    "grid": Level.GRID,
    "community": Level.COMMUNITY,
    "street": Level.STREET,
    "district": Level.DISTRICT,
}


# Said in the log, and no step of the ticket.
UNMOVED = ("near", "over", "recompute", "photo", "reply", "card", "urge", "close_order")


@dataclass(frozen=True)
class Spot:
    """Where it is: a WGS-84 point with the pair as it came, or a grid's code alone."""

    lon: float | None = None
    lat: float | None = None
    raw_lon: float | None = None
    raw_lat: float | None = None
    raw_crs: str = ""
    grid: str | None = None


@dataclass(frozen=True)
class Row:
    """What becomes a ticket, validated."""

    client_id: UUID
    fingerprint: str
    kind: str
    origin: str
    category: Category
    spot: Spot
    description: str
    words: list[str]
    by: User | None
    at: datetime
    day: date
    observed_at: datetime | None
    data: str
    facility: Facility | None = None


def file(row: Row) -> tuple[int | None, Ticket | None]:
    """Insert ticket, words and event; give ``(district id, ticket)``.

    No district: the place is off the map. No ticket: this caller used the client id before; a
    rival still in flight is waited for, so twenty at once end as one.
    """
    spot = row.spot
    values: dict[str, Any] = {
        "day": row.day,
        "client_id": str(row.client_id),
        "fingerprint": row.fingerprint,
        "kind": row.kind,
        "origin": row.origin,
        "category": row.category.pk,
        "lon": spot.lon,
        "lat": spot.lat,
        "raw_lon": spot.raw_lon,
        "raw_lat": spot.raw_lat,
        "raw_crs": spot.raw_crs,
        "grid": spot.grid,
        "description": row.description,
        "words": row.words,
        "by": row.by.pk if row.by else None,
        "at": row.at,
        "observed_at": row.observed_at,
        "data": row.data,
        "facility": row.facility.pk if row.facility else None,
    }
    statement = FILE_BY_CODE if spot.grid is not None else FILE_BY_POINT
    with connection.cursor() as cursor:
        statement.execute(cursor, values)
        found = cursor.fetchone()
    if found is None:
        return None, None
    ticket_id, number, *places = found
    areas = {
        name: _area(level, places[3 * i : 3 * i + 3])
        for i, (name, level) in enumerate(PLACES.items())
    }
    ticket = _written(row, ticket_id, number, areas) if ticket_id else None
    return areas["district"].pk, ticket


def _area(level: Level, values: Sequence[Any]) -> Area:
    """An area of which the rest is read when it is asked for."""
    area_id, code, name = values
    known = {"id": area_id, "code": code, "name": name, "level": level}
    names = [field.attname for field in Area._meta.concrete_fields if field.attname in known]
    return Area.from_db(connection.alias, names, [known[name] for name in names])


def _written(row: Row, ticket_id: int, number: str, areas: dict[str, Area]) -> Ticket:
    """The row as it was just written. Reading it again, with its areas, took a third of a filing."""
    spot = row.spot
    point = Point(spot.lon, spot.lat, srid=WGS84) if spot.lon is not None else None
    ticket = Ticket(
        id=ticket_id,
        number=number,
        client_id=row.client_id,
        fingerprint=row.fingerprint,
        kind=row.kind,
        origin=row.origin,
        category=row.category,
        point=point,
        raw_lon=spot.raw_lon,
        raw_lat=spot.raw_lat,
        raw_crs=spot.raw_crs,
        description=row.description,
        filed_by=row.by,
        filed_at=row.at,
        observed_at=row.observed_at,
        facility=row.facility,
        **areas,
    )
    ticket._state.adding = False
    ticket._state.db = connection.alias
    return ticket


def categories_by_code(codes: Iterable[str]) -> dict[str, Category]:
    """Open and closed ones, by code; every filing asks for one."""
    with connection.cursor() as cursor:
        _by_codes().execute(cursor, {"codes": list(codes)})
        found = [instance(Category, row) for row in cursor.fetchall()]
    return {one.code: one for one in found}


@cache
def _by_codes() -> Prepared:
    sql = BY_CODES.format(columns=columns_of(Category, "c"))
    return Prepared("categories", sql, codes="text[]")


def similar(lon: float, lat: float, category: Category | None = None) -> QuerySet[Ticket]:
    """Open tickets within 50 m of a WGS-84 point, of the same group if told; the newest five."""
    near = Ticket.objects.open()
    if category is not None:
        near = near.filter(category__group_code=category.group_code)
    return around(Point(lon, lat, srid=WGS84), near).order_by("-pk")[:NEAR_MOST]


def open_around(ticket: Ticket, among: TicketQuerySet) -> QuerySet[Ticket]:
    """Other open tickets within 50 m, whatever they are about: what may be the same matter."""
    if ticket.point is None:
        return among.none()
    near = around(ticket.point, among.open().exclude(pk=ticket.pk))
    return near.order_by("-pk")[:NEAR_MOST]


def around(point: Point, among: TicketQuerySet) -> TicketQuerySet:
    """What lies within 50 m of a point, as rows of a list, each with its ``metres``."""
    # The box lets an index on points answer; the metres are measured after it.
    within = (point, D(m=NEAR_METRES))
    near = among.filter(point__bboverlaps=box_around(point), point__distance_lte=within)
    return near.for_lists().annotate(metres=Distance("point", point))


def box_around(point: Point) -> Polygon:
    """A box in degrees that holds everything within 50 m."""
    lon, lat = point.coords
    box = Polygon.from_bbox((lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001))
    box.srid = WGS84
    return box


def name_leading(tickets: Iterable[Ticket], user: User) -> None:
    """Give the merged ones among these the number of the ticket that leads on, where ``user`` may
    see it. Nothing is asked where none was merged."""
    merged = {one.pk: one for one in tickets if one.state == State.MERGED}
    if not merged:
        return
    into = dict(Ticket.objects.filter(pk__in=merged).values_list("pk", "merged_into"))
    seen = Ticket.objects.in_reach_of(user).filter(pk__in=set(into.values()))
    numbers = dict(seen.values_list("pk", "number"))
    for pk, leading in into.items():
        number = numbers.get(leading or 0, "")
        merged[pk].into_number = number  # type: ignore[attr-defined]


def departments_for(ticket: Ticket) -> QuerySet[Department]:
    """Who may be given a ticket: what works for its city, district, street or community."""
    areas = [ticket.district_id, ticket.street_id, ticket.community_id]
    above = Area.objects.filter(pk=ticket.district_id).values("parent")
    return (
        Department.objects.active()
        .filter(Q(area__in=areas) | Q(area__in=above))
        .exclude(kind=Department.Kind.COMMAND)
        .order_by("area__level", "code")
    )


def departments_for_all(tickets: Sequence[Ticket]) -> QuerySet[Department]:
    """Who may be given every one of these tickets, wherever they lie."""
    found = departments_for(tickets[0])
    places = {(one.district_id, one.street_id, one.community_id): one for one in tickets[1:]}
    for one in places.values():
        found = found.filter(pk__in=departments_for(one).order_by().values("pk"))
    return found


def not_serving(ticket: Ticket, departments: Iterable[Department]) -> set[int]:
    """Which of these do not work for the place of the ticket, or do not work any more."""
    ids = {one.pk for one in departments}
    if not ids:
        return set()
    return ids - set(departments_for(ticket).filter(pk__in=ids).values_list("pk", flat=True))


def changes_since(ticket: Ticket, seen: int) -> TicketEvent | None:
    """The last change of state after the event with this id, for a page that is stale."""
    newer = ticket.events.filter(pk__gt=seen).exclude(verb__in=[*UNMOVED, *Meeting.VERBS])
    return newer.select_related("department", "by").order_by("-pk").first()


def assignment_of(ticket: Ticket, user: User) -> Assignment | None:
    """The live part that a department of ``user`` has in the ticket, the lead's first."""
    departments = scoping.reach(user, "tickets.work").departments
    mine = ticket.assignments.live().filter(department__in=departments)
    return mine.select_related("department").order_by("-role", "pk").first()


EARLIEST_DUE = """
    UPDATE tickets_ticket t SET due_at = (
        SELECT min(c.due_at) FROM tickets_clock c
        WHERE c.ticket_id = t.id AND c.stopped_at IS NULL AND c.paused_at IS NULL)
    WHERE t.id = ANY(%s)
"""


def mark_earliest_due(ticket_ids: Iterable[int]) -> None:
    """Read the next deadline of these tickets off their clocks, after some have moved."""
    with connection.cursor() as cursor:
        cursor.execute(EARLIEST_DUE, [sorted(ticket_ids)])


def clocks_of(tickets: Iterable[Ticket | int]) -> dict[int, list[Clock]]:
    """What runs for each of these tickets, or ids of tickets, the next due first. One statement."""
    ids = {one if isinstance(one, int) else one.pk for one in tickets}
    found: dict[int, list[Clock]] = {ticket_id: [] for ticket_id in ids}
    # The code says by whose calendar the words count.
    running = Clock.objects.running().annotate(district_code=F("ticket__district__code"))
    for one in running.filter(ticket__in=ids).order_by("due_at", "pk"):
        found[one.ticket_id].append(one)
    return found


def most_urgent(clocks: Iterable[Clock]) -> Clock | None:
    """The next one due; one that stands still comes after all that run."""
    return min(
        (one for one in clocks if one.is_running),
        key=lambda one: (one.paused_at is not None, one.due_at),
        default=None,
    )


def at_this_place(ticket: Ticket, among: TicketQuerySet) -> QuerySet[Ticket]:
    """Other tickets of this community within 50 m in the last 12 months, the newest five."""
    if ticket.point is None:
        return among.none()
    # The index of the community narrows; there is none over the points of closed tickets.
    others = among.filter(
        community=ticket.community_id, filed_at__gte=clock.now() - timedelta(days=365)
    ).exclude(pk=ticket.pk)
    return around(ticket.point, others).order_by("-pk")[:NEAR_MOST]


def extent_of(ticket: Ticket) -> tuple[float, float, float, float] | None:
    """What to show of the map where there is no pin: its grid."""
    if ticket.point is not None:
        return None
    return AreaShape.objects.filter(area=ticket.grid_id).aggregate(box=Extent("boundary"))["box"]


def own_extent(user: User) -> tuple[float, float, float, float] | None:
    """West, south, east, north of where ``user`` holds posts: what a map shows first."""
    areas = {post.area_id for post in scoping.held(user) if post.area_id}
    departments = {post.department_id for post in scoping.held(user) if not post.area_id}
    shapes = AreaShape.objects.filter(
        Q(area__in=areas) | Q(area__departments__in=departments - {None})
    )
    return shapes.aggregate(box=Extent("boundary"))["box"]


def districts_of(user: User | AnonymousUser) -> set[str]:
    """The paths of the districts of one's posts about tickets; a post for the city sees all beneath
    it."""
    about_tickets = roles.holding("tickets.view")
    posts = [post for post in scoping.held(user) if post.role in about_tickets]
    paths = {post.path for post in posts if post.path}
    departments = {post.department_id for post in posts if post.department_id and not post.path}
    if departments:
        found = Department.objects.filter(pk__in=departments).select_related("area")
        paths |= {tuple(one.area.ancestor_ids) for one in found}
    return {"".join(f"{step}." for step in path[: Level.DISTRICT]) for path in paths}
