"""May this person? One small function each, asked through ``has_perm``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from grids import scoping
from grids.models import Area, Facility, Patrol

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User


def can_appoint(user: User | AnonymousUser, area: Area) -> bool:
    """Posts are given by who administers the area they lie in, the first ones by a superuser."""
    if user.is_superuser:
        return True
    place = dict(enumerate(area.ancestor_ids, start=1))
    return scoping.covers(user, "grids.appoint", place)


def can_patrol(user: User | AnonymousUser, area: Area) -> bool:
    """Go round in an area: who holds its post, or one above it."""
    place = dict(enumerate(area.ancestor_ids, start=1))
    return scoping.covers(user, "grids.patrol", place)


def is_own_patrol(user: User | AnonymousUser, patrol: Patrol) -> bool:
    """Nobody reads or touches the patrol of another, whatever the posts; mirrors ``of(user)``."""
    return bool(user.is_authenticated and patrol.user_id == user.pk)


def can_keep_places(user: User | AnonymousUser, area: Area) -> bool:
    """Enter and change what stands in an area: who keeps its registers, or those above it."""
    place = dict(enumerate(area.ancestor_ids, start=1))
    return scoping.covers(user, "grids.keep_places", place)


def can_set_facility_state(user: User | AnonymousUser, facility: Facility) -> bool:
    """Who keeps the places there, and the department that owns it."""
    if facility.owner_id and scoping.works_in(user, "grids.keep_places", [facility.owner_id]):
        return True
    return facility.grid is not None and can_keep_places(user, facility.grid)


RULES: dict[str, Callable[..., bool]] = {
    "grids.appoint": can_appoint,
    "grids.patrol": can_patrol,
    "grids.own_patrol": is_own_patrol,
    "grids.keep_places": can_keep_places,
    "grids.set_facility_state": can_set_facility_state,
}
