"""The team of a grid and what its post asks, on the page of an area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from govgrid.core import backlog, panels
from govgrid.core.panels import Panel
from grids import queries, roles, staffing
from grids.models import Area, Level, Patrol, Post

if TYPE_CHECKING:
    from django.http import HttpRequest


def register() -> None:
    """Called once at start-up."""
    panels.register("grids.area", team_here)
    backlog.register("grids.patrols", _("Patrols not ended"), open_patrols)


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


def open_patrols(area: Area, post: Post) -> list[backlog.Item]:
    """That a round was not ended: the day alone, since its points are the walker's own."""
    found = Patrol.objects.open().filter(area=area).order_by("pk")
    return [backlog.Item(str(one.pk), str(one.day)) for one in found]
