"""The stations and volunteer teams of an area, on the page of that area."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from govgrid.core import panels
from govgrid.core.panels import Figure, Panel
from grids.models import Area
from members import beside
from members.models import Station, Team

SHOWN = 5
PLACE = 70


def register() -> None:
    panels.register("grids.area", of_area)


def of_area(_request: HttpRequest, area: Area) -> Panel | None:
    """Three statements; an area without any has no panel."""
    if not beside.there(area) & {"stations", "teams"}:
        return None
    there = Station.objects.open().filter(area__path__startswith=area.path)
    many = there.count()
    teams = list(Team.objects.in_force().filter(answers_for=area).order_by("name")[:SHOWN])
    context = {
        "area": area,
        "many": many,
        "stations": list(there.order_by("kind", "code")[:SHOWN]),
        "teams": teams,
    }
    figures = (Figure(_("Stations"), many),) if many else ()
    return Panel("members/_stations_panel.html", context, figures, rank=PLACE)
