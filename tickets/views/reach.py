"""What every page of one ticket asks first."""

from django.http import Http404, HttpRequest

from govgrid.core import panels
from tickets import parts
from tickets.models import Ticket


def ticket_in_reach(request: HttpRequest, number: str) -> Ticket:
    """The ticket, or 404 as well for whoever may not see it."""
    rows = panels.with_parts("tickets.ticket", parts.for_page(Ticket.objects.with_places()))
    ticket = rows.filter(number=number).first()
    if ticket is None or not request.user.has_perm("tickets.view", ticket):
        raise Http404
    return ticket
