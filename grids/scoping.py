"""Who may reach what: lists ask :func:`reach`, single rows ask :func:`covers`.

Both read the same posts, once per user object and request; a test holds them equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from govgrid.core import clock
from govgrid.core.prepared import Prepared
from grids import roles
from grids.models import Area, Level

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

# A city's post counts as one for each of its districts: tickets freeze no city.
POSTS = Prepared(
    "posts",
    """
    SELECT p.role, p.department_id, a.id, a.level, a.name, d.short_name, office.id,
           CASE WHEN a.level = 1 THEN ARRAY(
               SELECT child.id FROM grids_area child WHERE child.parent_id = a.id)
           END,
           string_to_array(trim(both '.' from a.path), '.')::bigint[]
    FROM grids_post p
    LEFT JOIN grids_area a ON a.id = p.area_id
    LEFT JOIN grids_department d ON d.id = p.department_id
    LEFT JOIN grids_department office ON office.area_id = p.area_id AND office.kind = 'office'
    WHERE p.user_id = %(user)s AND p.period @> %(on)s
    ORDER BY p.id
    """,
    user="bigint",
    on="date",
)


@dataclass(frozen=True)
class Held:
    """A live post as scoping needs it."""

    role: str
    label: str
    department_id: int | None  # the post's department, or the office of its area
    area_id: int | None
    level: int | None
    grants: tuple[tuple[int, int], ...]  # (level, area id), never level 1
    path: tuple[int, ...]


@dataclass(frozen=True)
class Reach:
    """Areas by level and departments in which somebody holds one permission."""

    areas: dict[int, frozenset[int]]
    departments: frozenset[int]

    def __bool__(self) -> bool:
        return bool(self.areas or self.departments)


NOTHING = Reach({}, frozenset())


def held(user: User | AnonymousUser) -> tuple[Held, ...]:
    """The live posts of ``user``; read once per user object."""
    if not user.is_authenticated or not user.is_active:
        return ()
    cached = getattr(user, "_held_posts", None)
    if cached is None:
        with connection.cursor() as cursor:
            POSTS.execute(cursor, {"user": user.pk, "on": clock.today()})
            cached = tuple(_held(row) for row in cursor.fetchall())
        user._held_posts = cached  # type: ignore[attr-defined]
    return cached


def forget(user: User) -> None:
    """Posts of ``user`` have changed: the next question reads them again."""
    vars(user).pop("_held_posts", None)


def _held(row: tuple) -> Held:
    role, department_id, area_id, level, area_name, department_name, office_id, children, path = row
    if area_id is None:
        grants: tuple[tuple[int, int], ...] = ()
    elif level == Level.CITY:
        grants = tuple((int(Level.DISTRICT), child) for child in children)
    else:
        grants = ((level, area_id),)
    return Held(
        role=role,
        label=area_name or department_name,
        department_id=department_id or office_id,
        area_id=area_id,
        level=level,
        grants=grants,
        path=tuple(path or ()),
    )


def reach(user: User | AnonymousUser, permission: str) -> Reach:
    """Where ``user`` holds ``permission``: by area and by department."""
    areas: dict[int, set[int]] = {}
    departments: set[int] = set()
    for post in held(user):
        role = roles.ROLES[post.role]
        if permission in role.over_area:
            for level, area_id in post.grants:
                areas.setdefault(level, set()).add(area_id)
        if permission in role.in_department and post.department_id is not None:
            departments.add(post.department_id)
    if not areas and not departments:
        return NOTHING
    return Reach({k: frozenset(v) for k, v in areas.items()}, frozenset(departments))


def covers(user: User | AnonymousUser, permission: str, place: Mapping[int, int | None]) -> bool:
    """Whether ``user`` holds ``permission`` over a place given as ``{level: area id}``."""
    areas = reach(user, permission).areas
    return any(place.get(level) in ids for level, ids in areas.items())


def role_over(user: User | AnonymousUser, permission: str, place: Mapping[int, int | None]) -> str:
    """The role by which ``user`` holds ``permission`` over a place; empty where none does."""
    for post in held(user):
        grants = permission in roles.ROLES[post.role].over_area
        if grants and any(place.get(level) == area_id for level, area_id in post.grants):
            return post.role
    return ""


def works_in(user: User | AnonymousUser, permission: str, departments: Iterable[int]) -> bool:
    """Whether ``user`` holds ``permission`` in one of ``departments``."""
    return not reach(user, permission).departments.isdisjoint(departments)


def districts(user: User | AnonymousUser, permission: str) -> frozenset[int]:
    """Districts in which ``user`` holds ``permission`` somewhere."""
    found: set[int] = set()
    for post in held(user):
        if permission not in roles.ROLES[post.role].over_area:
            continue
        if post.level == Level.CITY:
            found.update(area_id for _level, area_id in post.grants)
        elif len(post.path) >= Level.DISTRICT:
            found.add(post.path[Level.DISTRICT - 1])
    return frozenset(found)


def prefixes(user: User | AnonymousUser, permission: str) -> list[str]:
    """The paths under which ``user`` holds ``permission``; asks nothing but the posts."""
    return [
        "".join(f"{part}." for part in post.path)
        for post in held(user)
        if post.path and permission in roles.ROLES[post.role].over_area
    ]


def lies_within(user: User | AnonymousUser, permission: str, area: Area) -> bool:
    """Whether ``area`` lies under one of :func:`prefixes`."""
    return any(area.path.startswith(prefix) for prefix in prefixes(user, permission))
