"""Who may do what for the roster where: by serving at a station, or by a post over an area.

Lists ask :func:`stations` and :func:`areas`, single rows ask the others; a test holds them equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q

from govgrid.core.parts import may_have
from grids import scoping
from members.models import Liaison, Station
from members.roles import MAY

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from govgrid.accounts.models import User
    from grids.models import Area

    Person = User | AnonymousUser


class Serving(NamedTuple):
    """A liaison's place as it is asked for."""

    station_id: int
    role: str


def held(user: Person) -> tuple[Serving, ...]:
    """Where ``user`` serves now; read once per user object."""
    if not user.is_authenticated or not user.is_active:
        return ()
    cached = getattr(user, "_held_stations", None)
    if cached is None:
        rows = Liaison.objects.none()
        if may_have(user, "roster_service"):
            rows = Liaison.objects.of(user).held_on().order_by("pk")
        cached = tuple(Serving(*one) for one in rows.values_list("station", "role"))
        user._held_stations = cached  # type: ignore[attr-defined]
    return cached


def forget(user: User) -> None:
    """Where ``user`` serves has changed: the next question reads it again."""
    vars(user).pop("_held_stations", None)


def by_station(user: Person, permission: str) -> frozenset[int]:
    """The stations at which ``user`` may do it by serving there."""
    return frozenset(one.station_id for one in held(user) if permission in MAY[one.role])


def over(user: Person, permission: str, area: Area) -> bool:
    """By a post over ``area``."""
    return scoping.lies_within(user, permission, area)


def at(user: Person, permission: str, station: Station) -> bool:
    """By serving at ``station``, or by a post over its area."""
    return station.pk in by_station(user, permission) or over(user, permission, station.area)


def may(user: Person, permission: str, area: Area, station_id: int | None) -> bool:
    """For a row that has an area and perhaps a station."""
    return station_id in by_station(user, permission) or over(user, permission, area)


def may_anywhere(user: Person, permission: str) -> bool:
    """By serving at some station, or by a post over some area."""
    return bool(by_station(user, permission) or scoping.prefixes(user, permission))


def scope(user: Person, permission: str, area: str = "area", station: str = "station") -> Q:
    """The same for lists: the condition on rows whose columns are named so; none: nothing."""
    asked = Q(**{f"{station}__in": by_station(user, permission)}) if station else Q(pk__in=())
    for prefix in scoping.prefixes(user, permission):
        asked |= Q(**{f"{area}__path__startswith": prefix})
    return asked


def stations(user: Person, permission: str) -> QuerySet[Station]:
    """Those at which ``user`` may do it."""
    return Station.objects.filter(scope(user, permission, station="pk"))


def role_at(user: Person, permission: str, area: Area, station_id: int | None = None) -> str:
    """As what ``user`` may do it: for the record."""
    for one in held(user):
        if one.station_id == station_id and permission in MAY[one.role]:
            return one.role
    place = dict(enumerate(area.ancestor_ids, start=1))
    return scoping.role_over(user, permission, place)
