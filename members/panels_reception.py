"""Reception days and activities on the page of a station and on that of an area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govgrid.core import clock, panels
from govgrid.core.panels import Panel
from govgrid.privacy import stats
from grids.models import Area
from members import beside, receptions
from members.models import Activity, Station

if TYPE_CHECKING:
    from django.http import HttpRequest

FEW = 4


def register() -> None:
    """Called once at start-up."""
    panels.register("members.station", of_station)
    panels.register("grids.area", of_area)


def of_station(request: HttpRequest, station: Station) -> Panel | None:
    """When one is received there, how it was for others, and what the station invites to."""
    now = clock.now()
    slots = list(receptions.coming(now).filter(station=station)[: FEW * 12])
    context = {
        "station": station,
        "desks": receptions.grouped(slots)[:FEW],
        "rated": receptions.rating_of(station),
        "received": receptions.received_of(station, stats.quarter_begun(clock.today())),
        "activities": list(Activity.objects.upcoming(now).filter(station=station)[:FEW]),
        "receives": request.user.has_perm("members.receive", station),
        "runs": request.user.has_perm("members.run_activity", station),
    }
    return Panel("members/_station_reception.html", context, rank=20)


def of_area(request: HttpRequest, area: Area) -> Panel | None:
    """The next days on which one is received in the area, and what takes place there."""
    if not beside.there(area) & {"days", "activities"}:
        return None
    inside = {"station__area__path__startswith": area.path}
    now = clock.now()
    coming = Activity.objects.upcoming(now).filter(area__path__startswith=area.path)
    activities = list(coming[:FEW])
    slots = list(receptions.coming(now).filter(**inside)[: FEW * 12])
    context = {
        "area": area,
        "desks": receptions.grouped(slots)[:FEW],
        "activities": activities,
    }
    return Panel("members/_area_reception.html", context, rank=60)
