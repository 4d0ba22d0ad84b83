"""What a message says of a ticket, in the language of whoever reads it."""

from __future__ import annotations

from collections.abc import Iterable

from govgrid.accounts.models import User
from govgrid.outbox.actions import Debt
from tickets.models import Ticket


def debt_of(people: Iterable[User], kind: str, ticket: Ticket, event_count: int) -> Debt:
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


def debt_about(ticket: Ticket, people: Iterable[User], kind: str, fact: str) -> Debt:
    """Something about a ticket that is owed once, whatever happens to the ticket meanwhile."""
    return debt_of(people, kind, ticket, 0)._replace(fact=fact)
