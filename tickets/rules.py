"""May this person? One small function each, asked through ``user.has_perm(name, obj)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from grids import scoping
from tickets.models import Assignment, Ticket

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

    Person = User | AnonymousUser


def can_view(user: Person, ticket: Ticket) -> bool:
    """Mirrors ``TicketQuerySet.in_reach_of``; tests/tickets/test_rules.py holds them equal."""
    if user.is_authenticated and ticket.filed_by_id == user.pk:
        return True
    if scoping.covers(user, "tickets.view", ticket.place):
        return True
    departments = scoping.reach(user, "tickets.view").departments
    return bool(departments) and ticket.assignments.filter(department__in=departments).exists()


def can_work(user: Person, assignment: Assignment) -> bool:
    """Act for the department that was given the ticket."""
    return scoping.works_in(user, "tickets.work", [assignment.department_id])


def can_file(user: Person, district_id: int) -> bool:
    """File anywhere in the districts where one holds a post: a street's end is no wall."""
    return district_id in scoping.districts(user, "tickets.file")


def over_area(permission: str) -> Callable[[Person, Ticket], bool]:
    """The rule "holds it over the place where the ticket was filed"."""

    def rule(user: Person, ticket: Ticket) -> bool:
        return scoping.covers(user, permission, ticket.place)

    return rule


RULES: dict[str, Callable] = {
    "tickets.view": can_view,
    "tickets.file": can_file,
    "tickets.work": can_work,
    **{
        name: over_area(name)
        for name in (
            "tickets.triage",
            "tickets.settle",
            "tickets.verify",
            "tickets.close",
            "tickets.reopen",
            "tickets.reveal_contact",
        )
    },
}
