"""Whom a message is for: who answers for a department, who holds a permission."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.prepared import Prepared
from govgrid.core.rows import columns_of, instance
from grids import roles
from grids.models import Department, Post


def of(departments: Iterable[int]) -> QuerySet[User]:
    """Who answers for these departments today; for an office, the posts of its area."""
    ids = list(departments)
    working = roles.holding("tickets.work")
    offices = Department.objects.filter(pk__in=ids, kind=Department.Kind.OFFICE)
    posts = Post.objects.held_on().filter(
        Q(department__in=ids) | Q(area__in=offices.values("area")), role__in=working
    )
    return User.objects.filter(pk__in=posts.values("user"), is_active=True)


# As of(), department by department.
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
    SELECT held.department, {columns} FROM held JOIN accounts_user u ON u.id = held.user_id
    WHERE held.period @> %(today)s AND held.role = ANY(%(roles)s) AND u.is_active
    ORDER BY held.id
"""


def by_department(departments: Iterable[int]) -> dict[int, list[User]]:
    """:func:`of` for each of these, in one statement however many there are."""
    found: dict[int, list[User]] = {one: [] for one in departments}
    if not found:
        return found
    values: dict[str, Any] = {
        "ids": list(found),
        "today": clock.today(),
        "roles": sorted(roles.holding("tickets.work")),
    }
    with connection.cursor() as cursor:
        _staff().execute(cursor, values)
        for department, *user in cursor.fetchall():
            found[department].append(instance(User, user))
    return found


@cache
def _staff() -> Prepared:
    sql = STAFF.format(columns=columns_of(User, "u"))
    return Prepared("staff", sql, ids="bigint[]", today="date", roles="text[]")


def holders(permission: str, *area_ids: int | None) -> QuerySet[User]:
    """Who holds a permission by a post for one of these very areas, not above them."""
    posts = Post.objects.held_on().filter(
        area__in=[one for one in area_ids if one], role__in=roles.holding(permission)
    )
    return User.objects.filter(pk__in=posts.values("user"), is_active=True)
