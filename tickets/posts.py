"""Whom a message about a ticket is for: by the post and not by the person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from govgrid.accounts.models import User
from tickets import staff
from tickets.models import Check, Clock, Ticket
from tickets.workflow import ClockKind, Tier


def deciding(ticket: Ticket) -> tuple[int, ...]:
    """Whose desk decides who handles it: the street's; the district's too once it was taken up."""
    if ticket.level == Tier.DISTRICT:
        return ticket.street_id, ticket.district_id
    return (ticket.street_id,)


class Posts:
    """Who holds what: all departments in one question, each place once, however many rows there
    are."""

    def __init__(self, departments: Iterable[int]) -> None:
        self.posts = staff.with_roles(departments)
        self.holders = cache(lambda right, *areas: list(staff.holders(right, *areas)))

    def staff(self, department: int) -> list[User]:
        return [user for _role, user in self.posts[department]]

    def liaison(self, department: int) -> list[User]:
        """Whom a reminder is for; where there is nobody else, the head."""
        those = [user for role, user in self.posts[department] if role not in staff.HEADS]
        return those or self.staff(department)

    def heads(self, department: int) -> list[User]:
        return [user for role, user in self.posts[department] if role in staff.HEADS]

    def near(self, ticket: Ticket) -> list[User]:
        return self.holders("tickets.verify", ticket.grid_id, ticket.community_id)

    def must_look(self, ticket: Ticket) -> list[User]:
        """Whoever is nearest: the grid's own worker, else the community."""
        ask = self.holders
        return ask("tickets.check", ticket.grid_id) or ask("tickets.check", ticket.community_id)

    def must_act(self, one: Clock) -> list[User]:
        if one.assignment is not None:
            # Its head is told by a card, of what is late and not of what may be.
            return self.liaison(one.assignment.department_id)
        if one.kind == ClockKind.VERIFY:
            return self.near(one.ticket)
        if one.kind == ClockKind.RULING:
            return self.holders("tickets.rule", *deciding(one.ticket))
        if one.kind == ClockKind.CHECK and not one.over_told_at:
            return self.must_look(one.ticket)
        desk = self.holders("tickets.triage", *deciding(one.ticket))
        if one.kind == ClockKind.CHECK:
            return [*self.must_look(one.ticket), *desk]
        if one.over_told_at:
            return desk
        # The street's head holds the same right and hears of it when the desk was too late.
        heads = {user.pk for user in self.holders("tickets.approve_hard", one.ticket.street_id)}
        return [user for user in desk if user.pk not in heads]


class Look(NamedTuple):
    """Who looks at one ticket, and what they are to it."""

    asks: Check.Asks
    people: list[User]


def near_to(tickets: Sequence[Ticket]) -> dict[int, Look]:
    """Whoever is nearest to each: the grid's own worker, else the community. One statement."""
    near = staff.holders_of_each(
        "tickets.check", {area for one in tickets for area in (one.grid_id, one.community_id)}
    )
    return {
        one.pk: Look(Check.Asks.GRID, near[one.grid_id])
        if near[one.grid_id]
        else Look(Check.Asks.COMMUNITY, near[one.community_id])
        for one in tickets
    }
