"""What tickets have to say on the pages of the apps beneath."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from govgrid.core import clock, panels
from govgrid.core.panels import Figure, Panel
from grids.models import Area, Facility, Patrol
from tickets import inbox, tallies
from tickets.models import Ticket

if TYPE_CHECKING:
    from django.http import HttpRequest

ROWS = 8
# On a phone in the street; the rest is on the desk.
TO_DO_ROWS = 10


def register() -> None:
    """Hang the panels into their places; called once at start-up."""
    panels.register("grids.area", open_here)
    panels.register("grids.facility", about_facility)
    panels.register("grids.field", to_do)
    panels.register_tally("tickets.filed", _("Reports"), tallies.filed)


def open_here(request: HttpRequest, area: Area) -> Panel:
    """The newest open tickets of an area that this person may see."""
    found = Ticket.objects.in_reach_of(request.user).beneath(area).open()
    rows = list(found.for_lists().order_by("-pk")[:ROWS])
    return Panel("tickets/_area_panel.html", {"area": area, "tickets": rows})


def about_facility(request: HttpRequest, facility: Facility) -> Panel:
    """What was reported about a facility, as far as this person may see, the newest first."""
    found = Ticket.objects.in_reach_of(request.user).filter(facility=facility)
    rows = list(found.for_lists().order_by("-pk")[: ROWS + 1])
    context = {"facility": facility, "tickets": rows[:ROWS], "is_more": len(rows) > ROWS}
    return Panel("tickets/_facility_panel.html", context)


def to_do(request: HttpRequest, patrol: Patrol | None) -> Panel:
    """What waits for a grid worker, as on the desk: the least time left first."""
    rows = inbox.in_order(inbox.waiting(request.user))
    context = {"rows": rows[:TO_DO_ROWS], "is_more": len(rows) > TO_DO_ROWS, "at": clock.now()}
    return Panel("tickets/_field_panel.html", context, (Figure(_("To do"), len(rows)),))
