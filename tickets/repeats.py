"""A matter that comes back: tickets closed at this very place not long ago."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D

from govgrid.core import clock
from grids.models import WGS84, AreaShape, Level
from tickets import queries
from tickets.models import Ticket
from tickets.workflow import State

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tickets.models import Category

YEAR = timedelta(days=365)
MOST = 3


def closed_near(lon: float, lat: float, category: Category) -> QuerySet[Ticket]:
    """What was closed of this category within 50 m in the last 12 months, the latest first."""
    point = Point(lon, lat, srid=WGS84)
    # There is no index over the points of closed tickets; the communities hereabouts narrow.
    grids = AreaShape.objects.filter(
        level=Level.GRID, boundary__bboverlaps=queries.box_around(point)
    )
    communities = list(grids.values_list("area__parent", flat=True).distinct())
    closed = Ticket.objects.filter(
        community__in=communities,
        category=category,
        state=State.CLOSED,
        closed_at__gte=clock.now() - YEAR,
    )
    return queries.around(point, closed).order_by("-closed_at")[:MOST]


def is_at_the_place_of(ticket: Ticket, earlier: Ticket) -> bool:
    """Whether ``earlier`` lies within 50 m; in the same grid where one of them has no point."""
    if ticket.point is None or earlier.point is None:
        return ticket.grid_id == earlier.grid_id
    within = (ticket.point, D(m=queries.NEAR_METRES))
    return Ticket.objects.filter(pk=earlier.pk, point__distance_lte=within).exists()
