"""Whose board: the areas and departments of a person's posts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from grids import scoping
from grids.models import Area, Department

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User


@dataclass(frozen=True)
class Scope:
    """Whose board: one area or one department of a person's posts."""

    key: str  # as the address says it: area:420506001, department:zjj
    name: str
    id: int
    level: int | None = None  # None: a department
    code: str = ""
    path: str = ""

    @property
    def is_area(self) -> bool:
        return self.level is not None


def scopes(user: User | AnonymousUser) -> list[Scope]:
    """The boards that ``user`` may look at, in the order of the posts; a city's are its districts."""
    posts = scoping.held(user)
    reach = scoping.reach(user, "tickets.view")
    areas = _areas({one for ids in reach.areas.values() for one in ids})
    own = {post.department_id for post in posts if post.area_id is None} & reach.departments
    departments = Department.objects.in_bulk(own) if own else {}
    found: dict[str, Scope] = {}
    for post in posts:
        for _level, area_id in post.grants:
            if area_id in areas:
                one = areas[area_id]
                found.setdefault(f"area:{one.code}", _of_area(one))
        if post.area_id is None and post.department_id in departments:
            department = departments[post.department_id]
            key = f"department:{department.code}"
            found.setdefault(key, Scope(key, department.short_name, department.pk))
    return list(found.values())


def _areas(ids: set[int]) -> dict[int, Area]:
    return Area.objects.in_bulk(ids) if ids else {}


def _of_area(area: Area) -> Scope:
    return Scope(f"area:{area.code}", area.name, area.pk, area.level, area.code, area.path)


def parts_of(scope: Scope) -> QuerySet[Area]:
    """The areas right beneath, to narrow the board to."""
    if not scope.is_area:
        return Area.objects.none()
    return Area.objects.in_force().filter(parent=scope.id).order_by("code")
