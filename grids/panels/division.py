"""How an area is divided, and how it was: on the page of the area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govgrid.core import clock, panels
from govgrid.core.panels import Panel
from grids.models import Area, Division, Level
from grids.workflow import State

if TYPE_CHECKING:
    from django.http import HttpRequest

# Drafts that somebody still works on or waits for.
OPEN = (State.DRAFTED, State.SUBMITTED, State.APPROVED)


def register() -> None:
    """Called once at start-up."""
    panels.register("grids.area", division_here)


def division_here(request: HttpRequest, area: Area) -> Panel:
    """The map on a day, for anybody; the drafts, for who may read them."""
    community = area.parent if area.level == Level.GRID and area.parent else area
    may_read = community.level == Level.COMMUNITY and request.user.has_perm(
        "grids.view_division", community
    )
    open_ones = (
        list(Division.objects.filter(community=community, state__in=OPEN).order_by("-pk")[:5])
        if may_read
        else []
    )
    context = {
        "area": area,
        "community": community,
        "may_read": may_read,
        "open": open_ones,
        "today": clock.today(),
    }
    return Panel("grids/_panel_division.html", context)
