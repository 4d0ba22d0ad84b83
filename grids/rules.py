"""May this person? One small function each, asked through ``has_perm``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from grids import scoping
from grids.models import Area, Duty, Facility, HandOver, Layer, Level, Patrol, Post

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User
    from grids.models import Department


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


def can_oversee(user: User | AnonymousUser, area: Area) -> bool:
    """Read who is here, the duties and the layers of an area, with the names of its staff."""
    return scoping.lies_within(user, "grids.oversee", area)


# A post of any other kind gives powers that its neighbours must not pass on.
HANDED_OVER_BY_NEIGHBOURS = {"grid_worker": Level.GRID, "community_officer": Level.COMMUNITY}


def can_hand_over(user: User | AnonymousUser, post: Post) -> bool:
    """Give, hand on and end a post: who appoints in its place, or stands just above it.

    Nobody passes on a post at his own level, or he could keep it in the family.
    """
    place = post.area or (post.department.area if post.department else None)
    if place is None:
        return False
    if can_appoint(user, place):
        return True
    if post.department_id is not None:
        # The head of a department those of its clerks, and nobody his own.
        is_below = post.role == "department_clerk"
        return is_below and scoping.works_in(user, "grids.hand_over", [post.department_id])
    if HANDED_OVER_BY_NEIGHBOURS.get(post.role) != place.level:
        return False
    above = scoping.prefixes(user, "grids.hand_over")
    return any(place.path.startswith(prefix) and place.path != prefix for prefix in above)


def can_see_hand_over(user: User | AnonymousUser, hand_over: HandOver) -> bool:
    """The two whom it is about, and who oversees the place."""
    if user.is_authenticated and hand_over.concerns(user):
        return True
    post = hand_over.incoming
    if post.department is not None and can_see_staff(user, post.department):
        return True
    place = post.area or (post.department.area if post.department else None)
    return place is not None and can_oversee(user, place)


def can_see_staff(user: User | AnonymousUser, department: Department) -> bool:
    """Read who works in a department: whoever oversees it, or the area it works for."""
    own = scoping.works_in(user, "grids.oversee", [department.pk])
    return own or can_oversee(user, department.area)


def can_keep_team(user: User | AnonymousUser, area: Area) -> bool:
    return scoping.lies_within(user, "grids.hand_over", area)


def can_propose_duty(user: User | AnonymousUser, duty: Duty) -> bool:
    """Over the area that it asks something of, or in the department that will own it."""
    own = scoping.works_in(user, "grids.propose_duty", [duty.department_id])
    return own or scoping.lies_within(user, "grids.propose_duty", duty.area)


def can_admit_duty(user: User | AnonymousUser, duty: Duty) -> bool:
    return scoping.lies_within(user, "grids.admit_duty", duty.area)


def can_see_duty(user: User | AnonymousUser, duty: Duty) -> bool:
    """Mirrors ``queries`` of the list: asked of a place within reach, or owned by one's office."""
    return (
        scoping.works_in(user, "grids.oversee", [duty.department_id])
        or _touches(user, "grids.oversee", duty.area)
        or _touches(user, "grids.do_duty", duty.area)
    )


def can_do_duty(user: User | AnonymousUser, area: Area) -> bool:
    return scoping.lies_within(user, "grids.do_duty", area)


def can_keep_layers(user: User | AnonymousUser, area: Area) -> bool:
    return scoping.lies_within(user, "grids.keep_layers", area)


def can_see_layer(user: User | AnonymousUser, layer: Layer) -> bool:
    own = scoping.works_in(user, "grids.oversee", [layer.department_id])
    return own or _touches(user, "grids.oversee", layer.area)


def _touches(user: User | AnonymousUser, permission: str, area: Area) -> bool:
    """Whether ``area`` lies under a post of ``user``, or holds the place of one."""
    held = scoping.prefixes(user, permission)
    return any(area.path.startswith(one) or one.startswith(area.path) for one in held)


def can_keep_places(user: User | AnonymousUser, area: Area) -> bool:
    """Enter and change what stands in an area: who keeps its registers, or those above it."""
    place = dict(enumerate(area.ancestor_ids, start=1))
    return scoping.covers(user, "grids.keep_places", place)


def can_set_facility_state(user: User | AnonymousUser, facility: Facility) -> bool:
    """Who keeps the places there, and the department that owns it."""
    if facility.owner_id and scoping.works_in(user, "grids.keep_places", [facility.owner_id]):
        return True
    return facility.grid is not None and can_keep_places(user, facility.grid)


def _anywhere(permission: str) -> Callable[..., bool]:
    """Of what is held about people there are no areas: one post is enough, wherever it is."""

    def may(user: User | AnonymousUser, _what: object) -> bool:
        return bool(scoping.reach(user, permission))

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
    "grids.oversee": can_oversee,
    "grids.hand_over": can_hand_over,
    "grids.view_staff": can_see_staff,
    "grids.view_hand_over": can_see_hand_over,
    "grids.keep_team": can_keep_team,
    "grids.propose_duty": can_propose_duty,
    "grids.admit_duty": can_admit_duty,
    "grids.view_duty": can_see_duty,
    "grids.do_duty": can_do_duty,
    "grids.keep_layers": can_keep_layers,
    "grids.view_layer": can_see_layer,
    "grids.keep_places": can_keep_places,
    "grids.set_facility_state": can_set_facility_state,
    # Asked of govgrid.privacy.queries.DESK: posts are not known down there.
    "privacy.watch": _anywhere("privacy.watch"),
    "privacy.answer": _anywhere("privacy.answer"),
    "privacy.audit": _anywhere("privacy.audit"),
}
