"""Who is told what: the messages that a change owes, written in its transaction."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from govgrid.accounts.models import User
from govgrid.outbox import kinds
from govgrid.outbox.actions import Debt, owe, owe_all
from tickets import queries
from tickets.models import Assignment, Ticket
from tickets.workflow import State

if TYPE_CHECKING:
    from django.db.models import QuerySet

KINDS = {
    "ticket_offered": (
        _("Sign for %(number)s"),
        _("%(category)s at %(grid)s was given to %(department)s."),
    ),
    "ticket_triage": (
        _("Assign %(number)s"),
        _("%(category)s at %(grid)s waits for a decision who shall handle it."),
    ),
    "ticket_to_verify": (
        _("Verify %(number)s"),
        _("%(category)s at %(grid)s was handled. Please look whether it is fixed."),
    ),
    "ticket_sent_back": (
        _("Not fixed: %(number)s"),
        _("%(category)s at %(grid)s came back to %(department)s."),
    ),
    "ticket_closed": (
        _("Closed: %(number)s"),
        _("%(category)s at %(grid)s, which you reported, is closed."),
    ),
    "ticket_declined": (
        _("Declined: %(number)s"),
        _("%(category)s at %(grid)s, which you reported, was declined. The reason is on its page."),
    ),
}


def register() -> None:
    """Bring the words to the outbox; called once at start-up."""
    for kind, (subject, body) in KINDS.items():
        kinds.register(kind, subject, body)


def routed(ticket_ids: Iterable[int]) -> None:
    """Tell the departments that got a ticket and the street desks that must decide."""
    tickets = Ticket.objects.select_related("category", "grid", "lead_department")
    tickets = tickets.filter(pk__in=list(ticket_ids)).annotate(event_count=Count("events"))
    # Each department and each street is asked once, however many tickets it gets.
    staff = cache(lambda department: list(queries.staff_of([department])))
    desk = cache(lambda street: list(queries.holders("tickets.triage", street)))
    owe_all(
        _debt(staff(one.lead_department_id), "ticket_offered", one, one.event_count)
        if one.lead_department_id
        else _debt(desk(one.street_id), "ticket_triage", one, one.event_count)
        for one in tickets.order_by("pk")
    )


def moved(ticket: Ticket, name: str, touched: Assignment | None) -> None:
    """Tell those whom a move concerns next."""
    if name == "assign" and touched is not None:
        _tell(queries.staff_of([touched.department_id]), "ticket_offered", ticket)
    elif name in {"reject", "reopen"} and touched is not None:
        _tell(queries.staff_of([touched.department_id]), "ticket_sent_back", ticket)
    elif ticket.state == State.TRIAGE:
        _tell(queries.holders("tickets.triage", ticket.street_id), "ticket_triage", ticket)
    elif ticket.state == State.HANDLED:
        places = (ticket.grid_id, ticket.community_id)
        _tell(queries.holders("tickets.verify", *places), "ticket_to_verify", ticket)
    elif ticket.state in {State.CLOSED, State.DECLINED} and ticket.filed_by_id:
        _tell(User.objects.filter(pk=ticket.filed_by_id), f"ticket_{ticket.state}", ticket)


def _tell(people: QuerySet[User], kind: str, ticket: Ticket) -> None:
    owe(**_debt(people, kind, ticket, ticket.events.count())._asdict())


def _debt(people: Iterable[User], kind: str, ticket: Ticket, event_count: int) -> Debt:
    department = ticket.lead_department
    return Debt(
        recipients=people,
        kind=kind,
        params={
            "number": ticket.number,
            "category": ticket.category.names,
            "grid": ticket.grid.name,
            "department": department.short_name if department else "",
        },
        url=ticket.get_absolute_url(),
        # One telling for each time the ticket came into this state.
        fact=f"{kind}:{ticket.pk}:{event_count}",
    )
