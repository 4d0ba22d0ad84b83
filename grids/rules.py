"""May this person? One small function each, asked through ``has_perm``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from grids import scoping
from grids.models import Area, Patrol

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User


def can_appoint(user: User | AnonymousUser, area: Area) -> bool:
    """Posts are given by who administers the area they lie in, the first ones by a superuser."""
    if user.is_superuser:
        return True
    place = dict(enumerate(area.ancestor_ids, start=1))
    return scoping.covers(user, "grids.appoint", place)


def can_bring(user: User | AnonymousUser, area: Area) -> bool:
    """Load areas, outlines and departments into an area, and end them there."""
    if user.is_superuser:
        return True
    place = dict(enumerate(area.ancestor_ids, start=1))
    return scoping.covers(user, "grids.bring", place)


def can_patrol(user: User | AnonymousUser, area: Area) -> bool:
    """Go round in an area: who holds its post, or one above it."""
    place = dict(enumerate(area.ancestor_ids, start=1))
    return scoping.covers(user, "grids.patrol", place)


def is_own_patrol(user: User | AnonymousUser, patrol: Patrol) -> bool:
    """Nobody reads or touches the patrol of another, whatever the posts; mirrors ``of(user)``."""
    return bool(user.is_authenticated and patrol.user_id == user.pk)


def _over(permission: str) -> Callable[..., bool]:
    """Who holds ``permission`` over an area; for a division its community is meant."""

    def may(user: User | AnonymousUser, area: Area) -> bool:
        return scoping.covers(user, permission, dict(enumerate(area.ancestor_ids, start=1)))

    return may


RULES: dict[str, Callable[..., bool]] = {
    "grids.appoint": can_appoint,
    "grids.bring": can_bring,
    "grids.patrol": can_patrol,
    "grids.own_patrol": is_own_patrol,
    # Asked of the community. Mirrored by ``division.reading.in_reach_of``.
    "grids.view_division": _over("grids.view_division"),
    "grids.draw": _over("grids.draw"),
    "grids.approve_division": _over("grids.approve_division"),
}
