"""Who may do what on which platform: by a seat there, or by a post over its area.

Lists ask :func:`platforms`, single rows ask :func:`holds`; a test holds them equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q, Value

from consultations.models import Platform, Seat
from consultations.roles import MAY
from grids import scoping
from grids.models import Level

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from govgrid.accounts.models import User

    Person = User | AnonymousUser


class Sat(NamedTuple):
    """A seat as it is asked for."""

    platform_id: int
    role: str


def held(user: Person) -> tuple[Sat, ...]:
    """The live seats of ``user``; read once per user object."""
    if not user.is_authenticated or not user.is_active:
        return ()
    cached = getattr(user, "_held_seats", None)
    if cached is None:
        cached = _remember(user, _rows(user))
    return cached


def _rows(user: User) -> QuerySet[Seat, tuple[int, int, str]]:
    return Seat.objects.of(user).held_on().order_by().values_list("pk", "platform", "role")


def _remember(user: User, rows: Iterable[tuple[int, int, str]]) -> tuple[Sat, ...]:
    found = tuple(Sat(platform, role) for _pk, platform, role in sorted(rows))
    user._held_seats = found  # type: ignore[attr-defined]
    return found


def keys_beside(user: Person, others: QuerySet[Any]) -> list[int]:
    """The keys of ``others``, read in one statement with the seats of ``user``, which are asked for
    next, where they are not known yet."""
    if not user.is_authenticated or not user.is_active or hasattr(user, "_held_seats"):
        return list(others.values_list("pk", flat=True))
    keys = others.order_by().values_list("pk", Value(0), Value(""))
    both = list(_rows(user).union(keys, all=True))
    _remember(user, (one for one in both if one[2]))
    return [pk for pk, _platform, role in both if not role]


def forget(user: User) -> None:
    """Seats of ``user`` have changed: the next question reads them again."""
    vars(user).pop("_held_seats", None)


def by_seat(user: Person, permission: str) -> frozenset[int]:
    """The platforms on which a seat lets ``user`` do it."""
    return frozenset(one.platform_id for one in held(user) if permission in MAY[one.role])


def role_on(user: Person, permission: str, platform: Platform) -> str:
    """As what ``user`` may do it there: the seat's role before the post's; empty where he may not."""
    for one in held(user):
        if one.platform_id == platform.pk and permission in MAY[one.role]:
            return one.role
    return scoping.role_over(user, permission, platform.place_ids)


def holds(
    user: Person, permission: str, platform: Platform, *, from_level: int = Level.GRID
) -> bool:
    """Whether ``user`` may do it there; ``from_level``: only by a post this high or higher."""
    if from_level >= Level.COMMUNITY and platform.pk in by_seat(user, permission):
        return True
    place = {level: area for level, area in platform.place_ids.items() if level <= from_level}
    return scoping.covers(user, permission, place)


def platforms(user: Person, permission: str) -> QuerySet[Platform]:
    """Those on which ``user`` may do it."""
    asked = Q(pk__in=by_seat(user, permission))
    for prefix in scoping.prefixes(user, permission):
        asked |= Q(area__path__startswith=prefix)
    return Platform.objects.filter(asked)
