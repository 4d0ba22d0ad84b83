"""Who may set what others go by: words, rules, limits and conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grids import roles, scoping
from grids.models import Area, Level

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User
    from grids.models import Department

    Person = User | AnonymousUser


def can_set_templates(user: Person, owner: Area | Department) -> bool:
    """For an area under one's post, or for one's own department."""
    if isinstance(owner, Area):
        return scoping.lies_within(user, "tickets.set_templates", owner)
    return scoping.works_in(user, "tickets.set_templates", [owner.pk])


def can_set_rules(user: Person, area: Area) -> bool:
    """Over an area under one's post: a street's head in the street, the district everywhere."""
    return any(
        "tickets.set_rules" in roles.ROLES[post.role].over_area
        and post.area_id in area.ancestor_ids
        for post in scoping.held(user)
    )


def can_set_limits(user: Person, area: Area | None) -> bool:
    return _may_set(user, "tickets.set_limits", area)


def can_set_terms(user: Person, area: Area | None) -> bool:
    return _may_set(user, "tickets.set_terms", area)


def _may_set(user: Person, permission: str, area: Area | None) -> bool:
    """For an area under one's post; everywhere (None) by a post for the city alone."""
    for post in scoping.held(user):
        if permission not in roles.ROLES[post.role].over_area:
            continue
        if area is None:
            if post.level == Level.CITY:
                return True
        elif post.area_id in area.ancestor_ids:
            return True
    return False
