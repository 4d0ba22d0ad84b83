"""What tickets have to say on the pages of the apps beneath."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govgrid.core import panels
from govgrid.core.panels import Panel
from grids.models import Area
from tickets.models import Ticket

if TYPE_CHECKING:
    from django.http import HttpRequest

ROWS = 8


def register() -> None:
    """Hang the panels into their places; called once at start-up."""
    panels.register("grids.area", open_here)


def open_here(request: HttpRequest, area: Area) -> Panel:
    """The newest open tickets of an area that this person may see."""
    found = Ticket.objects.in_reach_of(request.user).beneath(area).open()
    rows = list(found.for_lists().order_by("-pk")[:ROWS])
    return Panel("tickets/_area_panel.html", {"area": area, "tickets": rows})
