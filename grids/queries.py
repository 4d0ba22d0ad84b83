"""Reads over several models: where a point lies, and what a map draws."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.db.models import F, OuterRef, QuerySet
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.parts import carrying
from grids import roles
from grids.models import Area, AreaCode, AreaName, Department, Level, Post, Upload

if TYPE_CHECKING:
    from django.contrib.gis.geos import Point

    from govgrid.accounts.models import User

BORDER_METRES = 15
# 0.0004 degrees are at least 22 m anywhere in China. Degrees come first, by the index: a geography
# cast alone reads every polygon (401 ms against 0.3 ms).
BOX_DEGREES = 0.0004

# The basic grid beneath a special one is no neighbour of a point well inside the special one.
LOCATE = """
    WITH p AS (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS at),
    g AS (
        SELECT a.id, a.code, a.name, a.path, s.is_special, s.boundary
        FROM grids_areashape s JOIN grids_area a ON a.id = s.area_id, p
        WHERE s.level = 5 AND ST_Covers(s.boundary, p.at)
          AND a.valid_from <= %(on)s AND (a.valid_to IS NULL OR a.valid_to > %(on)s)
        ORDER BY s.is_special DESC, a.id LIMIT 1
    )
    SELECT g.id, g.code, g.name, c.id, c.code, c.name, st.id, st.code, st.name,
           d.id, d.code, d.name,
           EXISTS (
               SELECT 1 FROM grids_areashape n JOIN grids_area na ON na.id = n.area_id, p
               WHERE n.level = 5 AND n.area_id <> g.id
                 AND na.valid_from <= %(on)s AND (na.valid_to IS NULL OR na.valid_to > %(on)s)
                 AND ST_DWithin(n.boundary, p.at, %(box)s)
                 AND ST_DWithin(n.boundary::geography, p.at::geography, %(metres)s)
                 AND (NOT g.is_special OR n.is_special OR ST_DWithin(
                     ST_Boundary(g.boundary)::geography, p.at::geography, %(metres)s)))
    FROM g
    JOIN grids_area c ON c.id = split_part(g.path, '.', 4)::bigint
    JOIN grids_area st ON st.id = split_part(g.path, '.', 3)::bigint
    JOIN grids_area d ON d.id = split_part(g.path, '.', 2)::bigint
"""

HOW_FAR = """
    SELECT a.name, ST_Distance(
        s.boundary::geography, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography)
    FROM grids_areashape s JOIN grids_area a ON a.id = s.area_id
    WHERE s.level = 2 AND a.valid_to IS NULL
    ORDER BY s.boundary <-> ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) LIMIT 1
"""

BOUNDS = """
    SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)
    FROM (SELECT ST_Extent(boundary) AS box FROM grids_areashape WHERE area_id = ANY(%s)) found
"""


@dataclass(frozen=True)
class Named:
    id: int
    code: str
    name: str


@dataclass(frozen=True)
class Place:
    """The grid a point lies in and the areas above it; ``border`` when another grid is near."""

    grid: Named
    community: Named
    street: Named
    district: Named
    border: bool


def locate(lon: float, lat: float) -> Place | None:
    """The grid that covers a WGS-84 point, or None outside the map. One indexed query.

    A special grid wins over the basic one beneath it; on a border the lower id wins, always.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            LOCATE,
            {
                "lon": lon,
                "lat": lat,
                "on": clock.today(),
                "box": BOX_DEGREES,
                "metres": BORDER_METRES,
            },
        )
        row = cursor.fetchone()
    if row is None:
        return None
    grid, community, street, district = (Named(*row[i : i + 3]) for i in (0, 3, 6, 9))
    return Place(grid, community, street, district, row[12])


def metres_outside(lon: float, lat: float) -> tuple[str, int] | None:
    """The nearest district and how far the point lies from it, for a helpful refusal."""
    with connection.cursor() as cursor:
        cursor.execute(HOW_FAR, {"lon": lon, "lat": lat})
        row = cursor.fetchone()
    return (row[0], math.ceil(row[1])) if row else None


def outside_message(lon: float, lat: float) -> str:
    """“This point is 120 m outside Yiling District. Please move the pin.”"""
    far = metres_outside(lon, lat)
    if far is None or far[1] == 0:
        return _("This point lies in no grid. Please move the pin.")
    name, metres = far
    return _("This point is %(metres)s m outside %(name)s. Please move the pin.") % {
        "metres": metres,
        "name": name,
    }


# Who answers for a place, by the level of their post; a name is nobody's business here.
FUNCTIONS = {
    Level.GRID: ("grid_worker",),
    Level.COMMUNITY: ("community_officer",),
    Level.STREET: ("street_desk", "street_head"),
    Level.DISTRICT: ("district_command",),
}


@dataclass(frozen=True)
class Function:
    """A post seen from outside: what it does, where, and the office's telephone."""

    role: str
    area: Area
    is_held: bool
    phone: str


# What an area may have of its past: its page asks for it only where there is any.
PAST: dict[str, QuerySet[Any]] = {
    "codes": AreaCode.objects.filter(area=OuterRef("pk")),
    "names": AreaName.objects.filter(area=OuterRef("pk")),
    "predecessors": Area.objects.filter(successor=OuterRef("pk")),
}


def area_of(code: str, on: date | None = None) -> Area | None:
    """The area in force (on a day) that bears ``code``, in either system, or bore it before."""
    areas = carrying(Area.objects.in_force(on).select_related("parent"), PAST)
    own = areas.filter(code=code).order_by("pk").first()
    if own is not None:
        return own
    latest = F("valid_to").desc(nulls_first=True)
    other = AreaCode.objects.filter(code=code).order_by(latest, "pk").first()
    return areas.filter(pk=other.area_id).first() if other is not None else None


def line_of(area: Area) -> list[Area]:
    """From the city down to ``area`` itself."""
    return list(Area.objects.filter(pk__in=area.ancestor_ids).order_by("level"))


def two_levels_beneath(area: Area) -> list[tuple[Area, list[Area]]]:
    """The children of ``area`` in force, each with its own, by code."""
    beneath = Area.objects.in_force().beneath(area).order_by("code")
    found = list(beneath.filter(level__gt=area.level, level__lte=area.level + 2))
    children: dict[int, list[Area]] = {}
    for one in found:
        children.setdefault(one.parent_id or 0, []).append(one)
    return [(child, children.get(child.pk, [])) for child in children.get(area.pk, [])]


def functions(line: Sequence[Area]) -> list[Function]:
    """Who answers for the last area of ``line``, the nearest first; vacancies are told."""
    held = set(
        Post.objects.held_on()
        .filter(area__in=line, user__is_active=True)
        .values_list("area_id", "role")
    )
    offices = Department.objects.active().filter(
        area__in=line, kind__in=(Department.Kind.OFFICE, Department.Kind.COMMAND)
    )
    phones = {office.area_id: office.office_phone for office in offices if office.office_phone}
    found: list[Function] = []
    phone = ""
    # From the top: a grid has no telephone of its own, so its community's is given.
    for area in line:
        phone = phones.get(area.pk, phone)
        here = [
            Function(str(roles.ROLES[role].label), area, (area.pk, role) in held, phone)
            for role in FUNCTIONS.get(Level(area.level), ())
        ]
        found = here + found
    return found


class Box(NamedTuple):
    """A piece of the map in degrees."""

    west: float
    south: float
    east: float
    north: float


def bounds(areas: Iterable[Area]) -> Box | None:
    """The box round the outlines of ``areas``; None where none has one."""
    with connection.cursor() as cursor:
        cursor.execute(BOUNDS, [[area.pk for area in areas]])
        row = cursor.fetchone()
    return None if row[0] is None else Box(*row)


def own_grids(user: User) -> list[Area]:
    """Where ``user`` goes round, by post; the grid he is the main worker of comes first."""
    posts = Post.objects.held_on().of(user).filter(role__in=roles.holding("grids.patrol"))
    held = posts.select_related("area").order_by("-is_main", "pk")
    return [post.area for post in held if post.area is not None]


# ── files that wait for a yes ─────────────────────────────────────────────────────────────────

MOST_ABSENT = 200
MOST_DRAWN = 300
# What a page carries; finer lines would not be seen on a small map.
DRAWN_DEGREES = 0.0002

# Areas whose parent the file names, and which it does not name themselves.
ABSENT = """
    SELECT a.id FROM grids_area a JOIN grids_area p ON p.id = a.parent_id
    WHERE a.valid_to IS NULL AND p.valid_to IS NULL
      AND p.code IN (SELECT cells ->> 'parent_code' FROM grids_uploadrow WHERE upload_id = %(id)s)
      AND a.code NOT IN (SELECT cells ->> 'code' FROM grids_uploadrow
                         WHERE upload_id = %(id)s AND cells ? 'code')
      AND a.code NOT IN (SELECT cells ->> 'former_code' FROM grids_uploadrow
                         WHERE upload_id = %(id)s AND cells ? 'former_code')
    ORDER BY a.code LIMIT %(most)s
"""

DRAWN = """
    WITH given AS (
        SELECT coalesce(cells ->> 'name', '') AS name, ST_Simplify(ST_MakeValid(ST_Force2D(
            ST_GeomFromText(cells ->> 'wkt', 4326))), %(degrees)s, true) AS shape
        FROM grids_uploadrow
        WHERE upload_id = %(id)s AND cells ->> 'wkt' <> '' ORDER BY line LIMIT %(most)s)
    SELECT json_build_object('type', 'FeatureCollection', 'features', json_agg(
               json_build_object('type', 'Feature', 'properties', json_build_object('name', name),
                                 'geometry', ST_AsGeoJSON(shape, 5)::json))),
           ST_XMin(ST_Extent(shape)), ST_YMin(ST_Extent(shape)),
           ST_XMax(ST_Extent(shape)), ST_YMax(ST_Extent(shape))
    FROM given
"""


def absent(upload: Upload) -> list[Area]:
    """Areas in force beside those of a file, which somebody may have meant to leave out."""
    with connection.cursor() as cursor:
        cursor.execute(ABSENT, {"id": upload.pk, "most": MOST_ABSENT})
        ids = [row[0] for row in cursor.fetchall()]
    return list(Area.objects.filter(pk__in=ids).select_related("parent").order_by("code"))


def drawn(upload: Upload) -> tuple[dict, Box] | None:
    """The outlines of a file, coarsely, and the box round them. Only what was read without fault."""
    with connection.cursor() as cursor:
        cursor.execute(DRAWN, {"id": upload.pk, "most": MOST_DRAWN, "degrees": DRAWN_DEGREES})
        shape, *edges = cursor.fetchone()
    return None if edges[0] is None else (shape, Box(*edges))


# Successors in a row: more would be a circle.
MOST_SUCCESSORS = 10

# Whether a grid ended or got another outline since a day, or a new one began beside or over it. The
# day itself counts: in its first seconds the map is still the old one.
REDRAWN = """
    SELECT a.valid_to <= %(today)s
        OR EXISTS (SELECT 1 FROM grids_formershape f
                   WHERE f.area_id = a.id AND upper(f.period) >= %(since)s)
        OR EXISTS (SELECT 1 FROM grids_area n
                   WHERE n.parent_id = a.parent_id AND n.valid_from >= %(since)s AND n.id <> a.id)
    FROM grids_area a WHERE a.id = %(grid)s
"""


def grid_now(grid: Area, point: Point | None, since: date) -> Named | None:
    """Which grid a place of ``since`` lies in now, where that is another one; else None.

    By the point; where there is none, by who followed the grid that ended.
    """
    with connection.cursor() as cursor:
        cursor.execute(REDRAWN, {"today": clock.today(), "since": since, "grid": grid.pk})
        row = cursor.fetchone()
    if not row or not row[0]:
        return None
    if point is not None:
        place = locate(point.x, point.y)
        found = place.grid if place else None
    else:
        found = _heir_of(grid)
    return found if found is not None and found.id != grid.pk else None


def _heir_of(grid: Area) -> Named | None:
    heir, today = grid, clock.today()
    for _step in range(MOST_SUCCESSORS):
        if heir.successor is None or heir.valid_to is None or heir.valid_to > today:
            break
        heir = heir.successor
    return Named(heir.pk, heir.code, heir.name)
