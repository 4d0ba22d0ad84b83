"""Lists of what somebody may see: some walks, each along one index in the list's own order, merged.

An OR over areas, departments and own filings has no order that an index could give: the planner
then reads all that is in reach. Each side by itself stops after a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models import Q

from grids import scoping
from grids.models import Level
from grids.scoping import Reach
from tickets.models import COLUMN_OF_LEVEL, Assignment, Ticket, TicketQuerySet
from tickets.workflow import OPEN

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

# Of one level more areas than this are asked for together: each walk is planned, and that costs.
MOST_APART = 20
MOST_BY_STATE = 6


@dataclass(frozen=True)
class Walks:
    """Sets of tickets that may overlap, and one order for all of them.

    ``strewn`` are those that no index lists by time left: few, and sorted when that is asked.
    """

    parts: tuple[TicketQuerySet, ...]
    strewn: tuple[TicketQuerySet, ...] = ()
    ordering: tuple[str, ...] = ("-pk",)

    def narrowed(self, narrow: Callable[[TicketQuerySet], TicketQuerySet]) -> Walks:
        parts, strewn = (tuple(map(narrow, some)) for some in (self.parts, self.strewn))
        return replace(self, parts=parts, strewn=strewn)

    def filter(self, *conditions: Q, **lookups: object) -> Walks:
        return self.narrowed(lambda part: part.filter(*conditions, **lookups))

    def order_by(self, *fields: str) -> Walks:
        return replace(self, ordering=fields)

    def by_state(self) -> Walks:
        """What is open, each state by itself: its index lists it by the time that is due.

        With many parts that would be a hundred walks to plan: then all that is open is sorted.
        """
        if len(self.parts) > MOST_BY_STATE:
            return self.narrowed(lambda part: part.open())
        apart = tuple(part.filter(state=state) for part in self.parts for state in sorted(OPEN))
        return replace(self, parts=apart, strewn=tuple(part.open() for part in self.strewn))

    def first(self, most: int) -> list[Ticket]:
        """The first ``most`` of all in the order, each once, with what a row of a list shows."""
        pages = [part.order_by(*self.ordering) for part in (*self.parts, *self.strewn)]
        if len(pages) == 1:
            return list(pages[0].for_lists()[:most])
        firsts = [page.values("pk")[:most] for page in pages]
        if not firsts:
            return []
        found = Ticket.objects.filter(pk__in=firsts[0].union(*firsts[1:]))
        return list(found.for_lists().order_by(*self.ordering)[:most])


def within_reach(user: User | AnonymousUser) -> Walks:
    """What ``Ticket.objects.in_reach_of(user)`` holds, as walks; a test holds the two equal."""
    reach = scoping.reach(user, "tickets.view")
    led, strewn = of_departments(reach)
    if user.is_authenticated:
        strewn.append(Ticket.objects.filter(filed_by=user.pk))
    return Walks((*over_areas(reach), *led), tuple(strewn))


def over_areas(reach: Reach) -> list[TicketQuerySet]:
    """What was filed in the areas of a reach."""
    return [part for level, ids in reach.areas.items() for part in _over(Level(level), ids)]


def of_departments(reach: Reach) -> tuple[list[TicketQuerySet], list[TicketQuerySet]]:
    """What the departments of a reach lead, and what they had another part in."""
    departments = sorted(reach.departments)
    led = [Ticket.objects.filter(lead_department=one) for one in departments]
    return led, [_beside(one) for one in departments]


def _over(level: Level, ids: Iterable[int]) -> list[TicketQuerySet]:
    column, found = COLUMN_OF_LEVEL[level], sorted(ids)
    if len(found) > MOST_APART:
        return [Ticket.objects.filter(**{f"{column}__in": found})]
    return [Ticket.objects.filter(**{column: one}) for one in found]


def _beside(department: int) -> TicketQuerySet:
    """What it does not lead, by the columns of the ticket, and ever had a part in."""
    given = Assignment.objects.filter(department=department).beside()
    return Ticket.objects.filter(pk__in=given.values("ticket"))
