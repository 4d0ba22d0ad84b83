"""Divisions as they are read: in whose reach, over which ground, and what ends with them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Upper

from govgrid.core import clock
from grids import scoping
from grids.models import Area, Division, Ending, Level, Piece, Post

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

# A division names its community; what lies above follows from there.
ABOVE = {
    Level.DISTRICT: "community__parent__parent",
    Level.STREET: "community__parent",
    Level.COMMUNITY: "community",
}

# What the community was given as its outline, or what its grids cover.
GROUND = """
    SELECT ST_AsEWKB(ST_Multi(ST_CollectionExtract(ST_ReducePrecision(
        ST_MakeValid(coalesce(
            (SELECT boundary FROM grids_areashape WHERE area_id = %(community)s
               AND NOT is_derived),
            (SELECT ST_Union(s.boundary)
             FROM grids_areashape s JOIN grids_area a ON a.id = s.area_id
             WHERE a.parent_id = %(community)s AND a.level = 5 AND NOT s.is_special
               AND a.valid_to IS NULL)
        )), 1e-8), 3)))
"""

# Which piece takes how much of a grid: the heir, where nobody names another. A special grid is
# followed by a special one, a basic one by a basic one, and only else by what lies there.
HEIRS = """
    SELECT DISTINCT ON (a.id) a.id, p.number,
           ST_Area(ST_Intersection(p.outline, s.boundary)) / nullif(ST_Area(s.boundary), 0)
    FROM grids_area a JOIN grids_areashape s ON s.area_id = a.id
    JOIN grids_piece p ON p.id = ANY(%(pieces)s) AND ST_Intersects(p.outline, s.boundary)
    WHERE a.id = ANY(%(areas)s)
    ORDER BY a.id, (p.kind = 'special') <> s.is_special,
             ST_Area(ST_Intersection(p.outline, s.boundary)) DESC, p.number
"""


# One digest for all outlines in force: they are compared, and never read back from it.
OUTLINES = """
    SELECT coalesce(md5(string_agg(a.id || ':' || md5(ST_AsEWKB(s.boundary)), ',' ORDER BY a.id)),
                    'none')
    FROM grids_areashape s JOIN grids_area a ON a.id = s.area_id
    WHERE a.parent_id = %s AND a.level = 5 AND a.valid_to IS NULL
"""

# So much of a grid in one piece, and nobody has to be asked who follows it.
SURE_SHARE = 0.75


def in_reach_of(
    user: User | AnonymousUser, permission: str = "grids.view_division"
) -> QuerySet[Division]:
    """The divisions that ``user`` may read; mirrors the rules of the same names."""
    found = Division.objects.select_related("community")
    sides = [
        Q(**{f"{ABOVE[Level(level)]}__in": sorted(ids)})
        for level, ids in scoping.reach(user, permission).areas.items()
        if level in ABOVE
    ]
    return found.filter(reduce(or_, sides)) if sides else found.none()


def ground_of(community: Area) -> MultiPolygon | None:
    """What the pieces must cover; None where nothing is known of the place."""
    with connection.cursor() as cursor:
        cursor.execute(GROUND, {"community": community.pk})
        wkb = cursor.fetchone()[0]
    return GEOSGeometry(memoryview(wkb)) if wkb else None  # type: ignore[return-value]


def grids_in_force(community: Area) -> QuerySet[Area]:
    return Area.objects.filter(parent=community, level=Level.GRID, valid_to=None).order_by("code")


def outlines_in_force(community: Area) -> str:
    """A digest of the outlines of the grids in force: another one, and one of them was redrawn."""
    with connection.cursor() as cursor:
        cursor.execute(OUTLINES, [community.pk])
        return cursor.fetchone()[0]


@dataclass(frozen=True)
class Ended:
    """A grid that ends, who follows it, and how many posts are held there then.

    ``is_sure``: somebody said who follows, or one piece takes nearly all of it.
    """

    area: Area
    heir: int | None
    carries_posts: bool
    posts: int
    is_sure: bool = False


def ends_with(division: Division, pieces: list[Piece]) -> list[Ended]:
    """The grids that no piece keeps, by code."""
    kept = {piece.keeps_id for piece in pieces}
    areas = [one for one in Area.objects.filter(pk__in=division.base) if one.pk not in kept]
    said = {one.area_id: one for one in Ending.objects.filter(division=division)}
    follow = _heirs(areas, pieces)
    numbers = {piece.number for piece in pieces}
    held = _posts_in(areas)
    found = []
    for area in sorted(areas, key=lambda one: one.code):
        ending = said.get(area.pk)
        named = ending.heir if ending and ending.heir in numbers else None
        carries = bool(ending and ending.carries_posts)
        heir, share = follow.get(area.pk, (None, 0.0))
        is_sure = named is not None or share >= SURE_SHARE
        found.append(Ended(area, named or heir, carries, held.get(area.pk, 0), is_sure))
    return found


def _heirs(areas: list[Area], pieces: list[Piece]) -> dict[int, tuple[int, float]]:
    """The piece that takes most of each, and which part of it that is."""
    given = {"areas": [one.pk for one in areas], "pieces": [one.pk for one in pieces]}
    with connection.cursor() as cursor:
        cursor.execute(HEIRS, given)
        return {area_id: (number, share or 0.0) for area_id, number, share in cursor.fetchall()}


def _posts_in(areas: list[Area]) -> dict[int, int]:
    """Posts that are held today or later."""
    found: dict[int, int] = {}
    posts = Post.objects.filter(area__in=areas, period__isempty=False).annotate(end=Upper("period"))
    for area_id in posts.filter(Q(end=None) | Q(end__gt=clock.today())).values_list(
        "area_id", flat=True
    ):
        found[area_id] = found.get(area_id, 0) + 1
    return found


def vacancies(division: Division) -> list[Area]:
    """Grids of the community in force that have no main worker today."""
    grids = grids_in_force(division.community)
    held = Post.objects.held_on().filter(
        area__in=grids, role="grid_worker", is_main=True, user__is_active=True
    )
    taken = set(held.values_list("area_id", flat=True))
    return [one for one in grids if one.pk not in taken]
