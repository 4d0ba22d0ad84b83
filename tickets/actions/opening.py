"""A ticket that an upper app opens: whose it is was settled there, and by which day."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.privacy import guard
from govgrid.privacy.crypto import fingerprint
from tickets import clocks, notices, queries
from tickets.models import Assignment, Category, Ticket, TicketEvent, own_words
from tickets.queries import Spot
from tickets.workflow import State

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from grids.models import Department


@dataclass(frozen=True)
class Order:
    """What is to be done, where, by whom, and by which day."""

    client_id: UUID
    category: Category
    spot: Spot
    description: str
    department: Department
    due_on: date
    helpers: tuple[Department, ...] = ()

    def digest(self) -> str:
        """Equal content, equal digest."""
        content = {
            "category": self.category.code,
            "spot": [self.spot.lon, self.spot.lat, self.spot.grid],
            "description": self.description,
            "department": self.department.code,
            "due_on": self.due_on.isoformat(),
            "helpers": sorted(one.code for one in self.helpers),
        }
        return fingerprint(json.dumps(content, sort_keys=True, ensure_ascii=False).encode())


@transaction.atomic
def open_ticket(order: Order, *, by: User | None, origin: str) -> Ticket:
    """File it and give it to ``order.department`` at once; no rule is asked, and nothing waits.

    ``by`` may do so for the calling app, which asks; the ticket is the system's and has no filer, so
    that nobody sees it for having typed it. The same order sent again gives what it made. Refused:
    ``outside``, ``wrong_department``, ``client_id_reused``.
    """
    at = clock.now()
    text = guard.mask(order.description.strip())
    row = queries.Row(
        client_id=order.client_id,
        fingerprint=order.digest(),
        kind=Ticket.Kind.REPORT,
        origin=origin,
        category=order.category,
        spot=order.spot,
        description=text,
        words=own_words(text, order.category),
        by=None,
        at=at,
        day=clock.local(at).date(),
        observed_at=None,
        data=json.dumps({"opened": origin}),
        facility=None,
    )
    district, ticket = queries.file(row)
    if ticket is None:
        return _earlier(order, is_on_map=district is not None)
    return _give(Ticket.objects.with_places().get(pk=ticket.pk), order, at)


def _give(ticket: Ticket, order: Order, at: datetime) -> Ticket:
    """As routing does it, but for the rules."""
    if queries.not_serving(ticket, [order.department, *order.helpers]):
        raise Refused("wrong_department", _("Choose a department that serves the place."))
    lead = Assignment(ticket=ticket, department=order.department, offered_at=at)
    lead.role = Assignment.Role.LEAD
    lead.save()
    others = [one for one in order.helpers if one.pk != order.department.pk]
    assist = [
        Assignment.objects.create(
            ticket=ticket, department=one, role=Assignment.Role.ASSIST, offered_at=at
        )
        for one in others
    ]
    why: dict[str, object] = {
        "outcome": "promised",
        "department": order.department.short_name,
        "origin": ticket.origin,
    }
    ticket.state, ticket.routed_at, ticket.promised_on = State.DISPATCHED, at, order.due_on
    ticket.routing, ticket.lead_department = why, order.department
    lines = clocks.start_all([(ticket, [lead, *assist], at)])
    ticket.save(
        update_fields=["state", "routed_at", "promised_on", "routing", "lead_department", "due_at"]
    )
    story = why | {"helpers": [one.pk for one in others]} if others else dict(why)
    TicketEvent.objects.create(
        ticket=ticket,
        assignment=lead,
        verb="route",
        before=State.FILED,
        after=State.DISPATCHED,
        at=at,
        by=None,
        department=order.department,
        data=story | {"clocks": lines.get(ticket.pk, [])},
    )
    ticket.event_count = 2  # type: ignore[attr-defined]
    notices.routed([(ticket, [lead, *assist])])
    return ticket


def _earlier(order: Order, *, is_on_map: bool) -> Ticket:
    ticket = Ticket.objects.with_places().filter(filed_by=None, client_id=order.client_id).first()
    if ticket is None and not is_on_map:
        raise Refused("outside", _("This place lies in no grid."))
    if ticket is None or ticket.fingerprint != order.digest():
        raise Refused("client_id_reused", _("This client id was used before with other content."))
    return ticket
