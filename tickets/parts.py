"""What may hang on a ticket, told with its row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, QuerySet

from govgrid.core.parts import carrying
from tickets.models import (
    Appeal,
    Card,
    ClockPause,
    Contact,
    Extension,
    Meeting,
    Note,
    Photo,
    Ruling,
    Score,
    SupervisionOrder,
    Suspension,
    Ticket,
    Whistle,
)

if TYPE_CHECKING:
    from tickets.models import TicketQuerySet

_HERE = OuterRef("pk")
# What a move is judged by.
OF_MOVES: dict[str, QuerySet[Any]] = {
    "appeals": Appeal.objects.filter(ticket=_HERE),
    "cards": Card.objects.filter(ticket=_HERE),
    "extensions": Extension.objects.filter(ticket=_HERE),
    "orders": SupervisionOrder.objects.filter(ticket=_HERE),
    "photos": Photo.objects.filter(ticket=_HERE),
    "rulings": Ruling.objects.filter(ticket=_HERE),
    "suspension": Suspension.objects.filter(ticket=_HERE),
}
OF_PAGE: dict[str, QuerySet[Any]] = {
    **OF_MOVES,
    "contact": Contact.objects.filter(ticket=_HERE, erased_at=None),
    "meetings": Meeting.objects.filter(ticket=_HERE),
    "merged": Ticket.objects.filter(merged_into=_HERE),
    "notes": Note.objects.filter(ticket=_HERE),
    "pauses": ClockPause.objects.filter(clock__ticket=_HERE),
    "repeats": Ticket.objects.filter(repeat_of=_HERE),
    "scores": Score.objects.filter(ticket=_HERE),
    "whistles": Whistle.objects.filter(ticket=_HERE),
}


def for_moves(tickets: TicketQuerySet) -> TicketQuerySet:
    """For whoever asks what can be done with one."""
    return carrying(tickets, OF_MOVES)


def for_page(tickets: TicketQuerySet) -> TicketQuerySet:
    """For one that is shown whole."""
    return carrying(tickets, OF_PAGE)
