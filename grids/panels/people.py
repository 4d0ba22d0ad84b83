"""The team of a grid and what its post asks, on the page of an area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govgrid.core import panels
from govgrid.core.panels import Panel
from grids import queries, roles, staffing
from grids.models import Area, Level

if TYPE_CHECKING:
    from django.http import HttpRequest


def register() -> None:
    """Called once at start-up."""
    panels.register("grids.area", team_here)


def team_here(request: HttpRequest, area: Area) -> Panel | None:
    """By function, with office phones only: anybody who is signed in reads it."""
    line = queries.line_of(area)
    role = staffing.MAIN.get(Level(area.level), "")
    asked = staffing.requirements(line).get(role)
    context = {
        "area": area,
        "seats": staffing.team(line),
        "asked": asked,
        "role": str(roles.ROLES[role].label) if role else "",
    }
    return Panel("grids/_panel_people.html", context)
