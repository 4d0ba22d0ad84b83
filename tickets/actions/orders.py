"""Closing a supervision order: the end of what a move began."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from tickets import rules
from tickets.models import SupervisionOrder, Ticket, TicketEvent

if TYPE_CHECKING:
    from govgrid.accounts.models import User


@transaction.atomic
def close_order(order: SupervisionOrder, *, by: User) -> SupervisionOrder:
    """The office that issued it has read the answer, or the matter is settled without one."""
    ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=order.ticket_id)
    order = SupervisionOrder.objects.select_for_update(of=("self",)).with_parties().get(pk=order.pk)
    if not rules.can_close_order(by, order):
        raise PermissionDenied
    if order.is_closed:
        raise Refused("order_is_closed", _("This order has been closed already."))
    order.state, order.closed_at, order.closed_by = order.State.CLOSED, clock.now(), by
    order.save(update_fields=["state", "closed_at", "closed_by"])
    TicketEvent.objects.create(
        ticket=ticket,
        verb="close_order",
        before=ticket.state,
        after=ticket.state,
        at=order.closed_at,
        by=by,
        department_id=order.department_id,
        data={"order": order.number},
    )
    return order
