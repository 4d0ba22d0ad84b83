"""What is red goes up a level by itself."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction

from govgrid.core import clock
from govgrid.core.errors import Refused
from tickets.actions.moves import move
from tickets.models import Card, Ticket
from tickets.workflow import Cause, Colour

BATCH = 50


def take_up_reds() -> int:
    """Take up to 50 tickets a level up that have a red card; how many were looked at.

    Each in a transaction of its own, and once: a second red card beside one that has done so takes
    the ticket no further. What somebody holds waits.
    """
    tickets = list(Card.objects.to_escalate().values_list("ticket", flat=True)[:BATCH])
    return sum(_take_up(one) for one in dict.fromkeys(tickets))


@transaction.atomic
def _take_up(ticket_id: int) -> bool:
    found = Ticket.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=ticket_id)
    ticket = found.first()
    if ticket is None:
        return False
    reds = Card.objects.live().filter(ticket=ticket, colour=Colour.RED)
    is_first = not reds.filter(escalated_at__isnull=False).exists()
    if not reds.filter(escalated_at=None).update(escalated_at=clock.now()):
        return False  # cured, or taken up, since the list was read
    if is_first:
        # With the district already, or where nothing goes up any more, it stays red there.
        with suppress(Refused):
            move(ticket, "escalate", by=None, cause=Cause.RED)
    return True
