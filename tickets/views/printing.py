"""派单 on paper: one page for whoever drives out, with nothing on it about who reported."""

from __future__ import annotations

from math import cos, radians

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from govgrid.core import clock
from govgrid.privacy import guard
from grids.models import AreaShape
from tickets.models import Ticket
from tickets.views.reach import ticket_in_reach

WIDTH, HEIGHT, EDGE = 300, 200, 12
_FINEST = 5.0e-5  # degrees, some 5 m: no finer than the line of a printer


@require_safe
@never_cache
def slip(request: HttpRequest, number: str) -> HttpResponse:
    """For whoever may view the ticket. What a reporter wanted to stay in the text is covered here:
    paper is left lying about."""
    ticket = ticket_in_reach(request, number)
    assignments = list(ticket.assignments.live().select_related("department").order_by("pk"))
    running = list(ticket.clocks.running().order_by("due_at", "pk"))
    context = {
        "ticket": ticket,
        "words": guard.mask(ticket.description),
        "parts": [(one, [c for c in running if c.assignment_id == one.pk]) for one in assignments],
        "own": [one for one in running if one.assignment_id is None],
        "code": _code(ticket),
        "outline": _outline(ticket),
        "printed_at": clock.now(),
    }
    return render(request, "tickets/ticket_print.html", context)


def _code(ticket: Ticket) -> SafeString:
    address = f"{settings.SITE_URL.rstrip('/')}{ticket.get_absolute_url()}"
    drawn = segno.make(address, error="m", micro=False)
    # Drawn by us from an address of ours.
    return SafeString(drawn.svg_inline(border=1, scale=4, dark="#000", light="#fff", omitsize=True))


def _outline(ticket: Ticket) -> SafeString | None:
    """The grid as it was drawn, north up, with the pin: a map that needs no network."""
    shape = AreaShape.objects.filter(area=ticket.grid_id).order_by("pk").first()
    if shape is None:
        return None
    west, south, east, north = shape.boundary.extent
    narrow = cos(radians((south + north) / 2))
    scale = min(
        (WIDTH - 2 * EDGE) / max((east - west) * narrow, 1e-9),
        (HEIGHT - 2 * EDGE) / max(north - south, 1e-9),
    )
    left = (WIDTH - (east - west) * narrow * scale) / 2
    top = (HEIGHT - (north - south) * scale) / 2

    def place(lon: float, lat: float) -> str:
        return f"{left + (lon - west) * narrow * scale:.1f} {top + (north - lat) * scale:.1f}"

    drawn = shape.boundary.simplify(_FINEST, preserve_topology=True)
    polygons = drawn if drawn.geom_type == "MultiPolygon" else [drawn]
    rings = [ring for polygon in polygons for ring in polygon]
    path = " ".join("M" + " L".join(place(*pair[:2]) for pair in ring) + " Z" for ring in rings)
    pin = ""
    if ticket.point is not None:
        x, y = place(ticket.point.x, ticket.point.y).split()
        pin = format_html('<circle cx="{}" cy="{}" r="6" fill="#000"/>', x, y)
    return format_html(
        '<svg viewBox="0 0 {} {}" aria-hidden="true"><path d="{}" fill="none" stroke="#000"'
        ' stroke-width="1.5" fill-rule="evenodd"/>{}</svg>',
        WIDTH,
        HEIGHT,
        path,
        pin,
    )
