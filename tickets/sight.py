"""What somebody reads of what is said about a ticket between its departments and who oversees them:
cards, orders, meetings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q

from grids import scoping
from tickets.models import Meeting
from tickets.workflow import CardCause, Cause

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from govgrid.accounts.models import User
    from tickets.models import Assignment, Ticket, TicketEvent

    Person = User | AnonymousUser

# Entries of the history about cards and orders; others may name a card beside what they say.
SUPERVISION = frozenset({"card", "supervise", "answer", "close_order"})
_OF_CARD = frozenset({"card", "colour"})
_CARD_CAUSES = frozenset({*CardCause.values, Cause.RED.value}) - {Cause.UNSOLVED.value}


class Sight(NamedTuple):
    """``departments``: whose cards and orders somebody reads, None: everybody's. ``meetings``:
    whether he reads all that was talked over about the ticket."""

    departments: frozenset[int] | None
    meetings: bool

    @property
    def sees_supervision(self) -> bool:
        return self.departments is None or bool(self.departments)

    @property
    def of_department(self) -> Q:
        """Narrows cards, orders or entries of the history to the departments that are seen."""
        return Q() if self.departments is None else Q(department__in=sorted(self.departments))

    def covers(self, department_id: int | None) -> bool:
        return self.departments is None or department_id in self.departments

    def told(self, events: QuerySet[TicketEvent]) -> QuerySet[TicketEvent]:
        """The entries that are for him, as :meth:`is_told` says of each."""
        if self.departments is not None:
            events = events.filter(~Q(verb__in=sorted(SUPERVISION)) | self.of_department)
        return events if self.meetings else events.exclude(verb__in=Meeting.VERBS)

    def is_told(self, event: TicketEvent) -> bool:
        if event.verb in Meeting.VERBS:
            return self.meetings
        return event.verb not in SUPERVISION or self.covers(event.department_id)

    def said_by(self, event: TicketEvent) -> dict[str, Any]:
        """What an entry says, but for the card of another department that came with it."""
        return event.data if self.covers(event.department_id) else _without_card(event)


NOTHING = Sight(frozenset(), meetings=False)


def _without_card(event: TicketEvent) -> dict[str, Any]:
    """Neither the card itself, nor that a card made the ticket go up."""
    said = {name: value for name, value in event.data.items() if name not in _OF_CARD}
    if "card" in event.data or said.get("cause") in _CARD_CAUSES:
        said.pop("cause", None)
    return said


def sight_of(user: Person, ticket: Ticket, parts: Iterable[Assignment] | None = None) -> Sight:
    """All for who answers for the place and for the department that leads; a department with
    another part reads of itself alone, and who only reported it nothing.

    A page that has read the ``parts`` of the departments already gives them.
    """
    if scoping.covers(user, "tickets.view", ticket.place):
        return Sight(None, meetings=True)
    departments = scoping.reach(user, "tickets.view").departments
    if not departments:
        return NOTHING
    found = ticket.assignments.filter(department__in=departments) if parts is None else parts
    mine = [one for one in found if one.department_id in departments]
    if not mine:
        return NOTHING
    if any(one.is_lead and one.is_live for one in mine):
        return Sight(None, meetings=True)
    return Sight(frozenset(one.department_id for one in mine), meetings=True)


def can_see_meeting(user: Person, meeting: Meeting) -> bool:
    """Who answers for the place, the departments with a part in the ticket and those that are
    called without having one: who only reported it is at no table."""
    if sight_of(user, meeting.ticket).meetings:
        return True
    departments = scoping.reach(user, "tickets.view").departments
    return bool(departments) and meeting.seats.filter(department__in=departments).exists()
