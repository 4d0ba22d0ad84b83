"""Whom a message is for: who answers for a department, who holds a permission."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Q, QuerySet

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.prepared import Prepared
from govgrid.core.rows import columns_of, instance
from grids import roles
from grids.models import Department, Post

if TYPE_CHECKING:
    from tickets.models import Assignment


def of(departments: Iterable[int], permission: str = "tickets.work") -> QuerySet[User]:
    """Who answers for these departments today; for an office, the posts of its area."""
    ids = list(departments)
    working = roles.holding(permission)
    offices = Department.objects.filter(pk__in=ids, kind=Department.Kind.OFFICE)
    posts = Post.objects.held_on().filter(
        Q(department__in=ids) | Q(area__in=offices.values("area")), role__in=working
    )
    return User.objects.filter(pk__in=posts.values("user"), is_active=True)


def of_each(departments: Iterable[int]) -> QuerySet[User]:
    """Who answers for every one of these departments today; nobody where none is named."""
    ids = list(departments)
    found = of(ids)
    for department in ids:
        found = found.filter(pk__in=of([department]).values("pk"))
    return found.order_by("name", "pk")


def gone(assignments: Iterable[Assignment]) -> set[int]:
    """Of these parts, those whose handler does not answer for the department any more.

    Nothing is asked where nobody handles one.
    """
    handled = [one for one in assignments if one.handler_id]
    if not handled:
        return set()
    there = by_department({one.department_id for one in handled})
    return {
        one.pk
        for one in handled
        if one.handler_id not in {user.pk for user in there[one.department_id]}
    }


# As of(), department by department. IS TRUE as in tickets.firstlook: by the index of periods all
# posts of a city would be read.
STAFF = """
    WITH asked AS (SELECT d.id, d.area_id, d.kind FROM grids_department d WHERE d.id = ANY(%(ids)s)),
    held AS (
        SELECT p.id, p.user_id, p.role, p.period, asked.id AS department
        FROM asked JOIN grids_post p ON p.department_id = asked.id
        UNION ALL
        SELECT p.id, p.user_id, p.role, p.period, asked.id
        FROM asked JOIN grids_post p ON p.area_id = asked.area_id
        WHERE asked.kind = 'office'
    )
    SELECT held.department, held.role, {columns} FROM held JOIN accounts_user u ON u.id = held.user_id
    WHERE (held.period @> %(today)s) IS TRUE AND held.role = ANY(%(roles)s) AND u.is_active
    ORDER BY held.id
"""


HOLDERS = """
    SELECT DISTINCT ON (p.area_id, u.id) p.area_id, {columns}
    FROM grids_post p JOIN accounts_user u ON u.id = p.user_id
    WHERE p.area_id = ANY(%(areas)s) AND (p.period @> %(today)s) IS TRUE AND p.role = ANY(%(roles)s)
      AND u.is_active
    ORDER BY p.area_id, u.id
"""
# Who leads a department; everybody else who answers for it is its liaison.
HEADS = frozenset({"department_head", "street_head"})


def by_department(departments: Iterable[int]) -> dict[int, list[User]]:
    """:func:`of` for each of these, in one statement however many there are."""
    posts = with_roles(departments)
    return {one: [user for _role, user in held] for one, held in posts.items()}


def with_roles(departments: Iterable[int]) -> dict[int, list[tuple[str, User]]]:
    """The same with the role of each post."""
    found: dict[int, list[tuple[str, User]]] = {one: [] for one in departments}
    if not found:
        return found
    values: dict[str, Any] = {
        "ids": list(found),
        "today": clock.today(),
        "roles": sorted(roles.holding("tickets.work")),
    }
    with connection.cursor() as cursor:
        _staff().execute(cursor, values)
        for department, role, *user in cursor.fetchall():
            found[department].append((role, instance(User, user)))
    return found


@cache
def _staff() -> Prepared:
    sql = STAFF.format(columns=columns_of(User, "u"))
    return Prepared("staff", sql, ids="bigint[]", today="date", roles="text[]")


def holders_of_each(permission: str, area_ids: Iterable[int]) -> dict[int, list[User]]:
    """:func:`holders` of each of these areas, in one statement; none is asked where there is none."""
    found: dict[int, list[User]] = {one: [] for one in area_ids}
    if not found:
        return found
    values: dict[str, Any] = {
        "areas": list(found),
        "today": clock.today(),
        "roles": sorted(roles.holding(permission)),
    }
    with connection.cursor() as cursor:
        _holders().execute(cursor, values)
        for area, *user in cursor.fetchall():
            found[area].append(instance(User, user))
    return found


@cache
def _holders() -> Prepared:
    sql = HOLDERS.format(columns=columns_of(User, "u"))
    return Prepared("holders", sql, areas="bigint[]", today="date", roles="text[]")


def holders(permission: str, *area_ids: int | None) -> QuerySet[User]:
    """Who holds a permission by a post for one of these very areas, not above them."""
    posts = Post.objects.held_on().filter(
        area__in=[one for one in area_ids if one], role__in=roles.holding(permission)
    )
    return User.objects.filter(pk__in=posts.values("user"), is_active=True)
