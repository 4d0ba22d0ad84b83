"""When a grid was last gone round: days alone, and nobody's way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from govgrid.core import clock, panels
from govgrid.core.panels import Panel
from grids import scoping
from grids.models import Area, Level, Patrol

if TYPE_CHECKING:
    from django.http import HttpRequest

DAYS = 30


def register() -> None:
    """Called once at start-up."""
    panels.register("grids.area", last_patrol)
    panels.register("grids.sheet", in_short)


def last_patrol(request: HttpRequest, area: Area) -> Panel | None:
    """On how many of the last 30 days somebody went round, for whoever answers for the grid.

    No hour, no minutes, no point and no name: those are the worker's own.
    """
    place = dict(enumerate(area.ancestor_ids, start=1))
    if area.level != Level.GRID or not scoping.covers(request.user, "tickets.view", place):
        return None
    since = clock.midnight(clock.today() - timedelta(days=DAYS - 1))
    started = Patrol.objects.filter(area=area, started_at__gte=since)
    days = {clock.local(at).date() for at in started.values_list("started_at", flat=True)}
    context = {"last": max(days, default=None), "count": len(days), "days": DAYS}
    return Panel("grids/_panel_patrols.html", context, rank=30)


def in_short(request: HttpRequest, area: Area) -> Panel | None:
    """The same in a line, for a finger on the map."""
    whole = last_patrol(request, area)
    return whole and whole._replace(template="grids/_sheet_patrol.html")
