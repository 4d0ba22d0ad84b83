"""A matter that comes back: tickets closed at this very place not long ago."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D
from django.db.models import F

from govgrid.core import clock
from grids.models import WGS84, AreaShape, Level
from tickets import queries, rules
from tickets.models import Ticket
from tickets.workflow import State

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from govgrid.accounts.models import User
    from tickets.models import Category

YEAR = timedelta(days=365)
MOST = 3
# Nobody counts on from there.
MOST_COUNTED = 200


def closed_near(lon: float, lat: float, category: Category) -> QuerySet[Ticket]:
    """What was closed of this category within 50 m in the last 12 months, the latest first."""
    point = Point(lon, lat, srid=WGS84)
    closed = Ticket.objects.filter(
        community__in=_communities(point),
        category=category,
        state=State.CLOSED,
        closed_at__gte=clock.now() - YEAR,
    )
    return queries.around(point, closed).order_by("-closed_at")[:MOST]


def _communities(point: Point) -> list[int | None]:
    """There is no index over the points of closed tickets; the communities hereabouts narrow."""
    grids = AreaShape.objects.filter(
        level=Level.GRID, boundary__bboverlaps=queries.box_around(point)
    )
    return list(grids.values_list("area__parent", flat=True).distinct())


class History(NamedTuple):
    """How often the same kind of matter was reported at a place, and how it ended the last time."""

    many: int
    closed_at: datetime | None
    department: str


def history(
    user: User | AnonymousUser,
    lon: float | None,
    lat: float | None,
    category: Category,
    *,
    besides: int | None = None,
) -> History:
    """What was reported of this category within 50 m in the last 12 months, as far as ``user`` may
    read it.

    What was merged is counted where it went, and what was declined was none. The few rows come
    first and are judged then: a department's whole reach is not read for them.
    """
    if lon is None or lat is None:
        return History(0, None, "")
    point = Point(lon, lat, srid=WGS84)
    filed = Ticket.objects.filter(
        community__in=_communities(point), category=category, filed_at__gte=clock.now() - YEAR
    ).exclude(state__in=[State.MERGED, State.DECLINED])
    near = queries.around(point, filed).order_by(F("closed_at").desc(nulls_last=True), "-pk")
    found = [one for one in near[:MOST_COUNTED] if one.pk != besides]
    seen = rules.reachable(user, found)
    mine = [one for one in found if one.pk in seen]
    if not mine or mine[0].closed_at is None:
        return History(len(mine), None, "")
    led = mine[0].lead_department
    return History(len(mine), mine[0].closed_at, led.short_name if led else "")


def is_at_the_place_of(ticket: Ticket, earlier: Ticket) -> bool:
    """Whether ``earlier`` lies within 50 m; in the same grid where one of them has no point."""
    if ticket.point is None or earlier.point is None:
        return ticket.grid_id == earlier.grid_id
    within = (ticket.point, D(m=queries.NEAR_METRES))
    return Ticket.objects.filter(pk=earlier.pk, point__distance_lte=within).exists()
