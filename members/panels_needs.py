"""Parts of lower pages: what the roster is asked for on a ticket, a topic and an area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from consultations.models import Topic
from govgrid.core import panels
from govgrid.core.panels import Panel
from grids.models import Area, Level
from members import beside, needs
from members.models import Need
from tickets.models import Ticket

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

ROWS = 10
ENTER = "members.enter_need"


def register() -> None:
    """Called once at start-up."""
    panels.register("tickets.ticket", of_ticket)
    panels.register("consultations.topic", of_topic)
    panels.register("grids.area", of_area)


def _shown(request: HttpRequest, found: QuerySet[Need]) -> list[Need]:
    """Of those that one may see at all."""
    seen = needs.visible(request.user).filter(pk__in=found.values("pk"))
    return list(seen.for_lists().order_by("-pk")[:ROWS])


def of_ticket(request: HttpRequest, ticket: Ticket) -> Panel | None:
    """What was asked for of it, and the way to ask."""
    may_ask = request.user.has_perm(ENTER, ticket.grid)
    came_from = Need.objects.filter(ticket=ticket)
    asked = Need.objects.filter(from_ticket=ticket) | came_from
    found = _shown(request, asked) if beside.has(ticket, "needs") else []
    if not may_ask and not found:
        return None
    context = {"name": "ticket", "number": ticket.number, "needs": found, "may_ask": may_ask}
    return Panel("members/_need_panel.html", context, rank=70)


def of_topic(request: HttpRequest, topic: Topic) -> Panel | None:
    if not topic.is_public:
        return None
    may_ask = request.user.has_perm(ENTER, topic.area)
    came_from = Need.objects.filter(topic=topic)
    asked = Need.objects.filter(from_topic=topic) | came_from
    found = _shown(request, asked) if beside.has(topic, "needs") else []
    if not may_ask and not found:
        return None
    context = {"name": "topic", "number": topic.number, "needs": found, "may_ask": may_ask}
    return Panel("members/_need_panel.html", context, rank=75)


def of_area(request: HttpRequest, area: Area) -> Panel | None:
    """What is looked for there; of a city it would be everything."""
    if area.level < Level.DISTRICT:
        return None
    is_asked = "needs" in beside.there(area)
    found = list(needs.of_area(area).order_by("-pk")[:ROWS]) if is_asked else []
    may_ask = request.user.has_perm(ENTER, area)
    if not found and not may_ask:
        return None
    context = {"name": "area", "number": area.code, "needs": found, "may_ask": may_ask}
    return Panel("members/_need_panel.html", context, rank=75)
