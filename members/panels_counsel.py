"""What became of counsels on the pages beneath."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from govgrid.core import panels
from govgrid.core.panels import Panel
from members import beside, counsels
from members.models import Grant

if TYPE_CHECKING:
    from django.http import HttpRequest

    from consultations.models import Topic
    from grids.models import Area
    from tickets.models import Ticket

SHOWN = 5


def register() -> None:
    """Called once at start-up."""
    panels.register("tickets.ticket", of_ticket)
    panels.register("consultations.topic", of_topic)
    panels.register("grids.area", of_area)


def of_ticket(request: HttpRequest, ticket: Ticket) -> Panel | None:
    """The counsel that a ticket was opened for; its author is named nowhere here."""
    return _counsels(request, ticket=ticket) if beside.has(ticket, "counsels") else None


def of_topic(request: HttpRequest, topic: Topic) -> Panel | None:
    return _counsels(request, topic=topic) if beside.has(topic, "counsels") else None


def _counsels(request: HttpRequest, **of: Any) -> Panel | None:
    rows = list(counsels.visible(request.user).filter(**of).order_by("-pk")[:SHOWN])
    return Panel("members/_counsel_panel.html", {"rows": rows}, rank=70) if rows else None


def of_area(request: HttpRequest, area: Area) -> Panel | None:
    """Who may mediate, hear or advise here, by a grant that is in force."""
    if "grants" not in beside.there(area):
        return None
    rows = list(Grant.objects.in_force().filter(area__in=area.ancestor_ids).for_lists()[:SHOWN])
    return Panel("members/_grant_panel.html", {"rows": rows}, rank=80) if rows else None
