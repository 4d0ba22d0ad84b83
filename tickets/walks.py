"""Lists of what somebody may see: some walks, each along one index in the list's own order, merged.

An OR over areas, departments and own filings has no order that an index could give: the planner
then reads all that is in reach. Each side by itself stops after a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Q
from django.db.models.expressions import RawSQL

from grids import scoping
from grids.models import Level
from grids.scoping import Reach
from tickets.models import COLUMN_OF_LEVEL, Assignment, Card, Ticket, TicketQuerySet
from tickets.workflow import OPEN

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

# Of one level more areas than this are asked for together: each walk is planned, and that costs.
MOST_APART = 20
# A statement and its values.
Page = tuple[str, list[Any]]
NOTHING = "SELECT NULL::bigint AS id WHERE false"


@dataclass(frozen=True)
class Walks:
    """Sets of tickets that may overlap, and one order for all of them.

    ``strewn`` are those that no index lists by time left: few, and sorted when that is asked.
    """

    parts: tuple[TicketQuerySet, ...]
    strewn: tuple[TicketQuerySet, ...] = ()
    ordering: tuple[str, ...] = ("-pk",)
    # Each part state by state: so its index lists what is open by the time that is due.
    is_by_state: bool = False

    def narrowed(self, narrow: Callable[[TicketQuerySet], TicketQuerySet]) -> Walks:
        parts, strewn = (tuple(map(narrow, some)) for some in (self.parts, self.strewn))
        return replace(self, parts=parts, strewn=strewn)

    def filter(self, *conditions: Q, **lookups: object) -> Walks:
        return self.narrowed(lambda part: part.filter(*conditions, **lookups))

    def order_by(self, *fields: str) -> Walks:
        return replace(self, ordering=fields)

    def by_state(self) -> Walks:
        """What is open, to be listed by the time that is due."""
        return replace(self.narrowed(lambda part: part.open()), is_by_state=True)

    def first(self, most: int) -> list[Ticket]:
        """The first ``most`` of all in the order, each once, with what a row of a list shows."""
        pages = [part.order_by(*self.ordering) for part in (*self.parts, *self.strewn)]
        if len(pages) == 1 and not self.is_by_state:
            return list(pages[0].for_lists()[:most])
        ids = RawSQL(*self._ids(most))  # noqa: S611 compiled by the ORM
        found = Ticket.objects.filter(pk__in=ids)
        return list(found.for_lists().order_by(*self.ordering)[:most])

    def _ids(self, most: int) -> tuple[str, list[Any]]:
        """A statement for the ids of the first page of each walk.

        The states are a list to join with and not sub-selects of their own: one plan for each part,
        where planning sixteen took longer than walking them.
        """
        strewn = self._pages(self.strewn, most)
        if not self.is_by_state:
            return _joined(self._pages(self.parts, most) + strewn)
        of_a_state = RawSQL("each.state", ())
        walked, values = _joined(
            self._pages((part.filter(state=of_a_state) for part in self.parts), most)
        )
        apart = (
            f"SELECT walked.id FROM unnest(%s::text[]) AS each(state), LATERAL ({walked}) AS walked"  # noqa: S608
        )
        return _joined([(apart, [sorted(OPEN), *values]), *strewn])

    def _pages(self, parts: Iterable[TicketQuerySet], most: int) -> list[Page]:
        found = []
        for part in parts:
            page = part.order_by(*self.ordering).values("id")[:most]
            # What cannot hold anything has no statement.
            with suppress(EmptyResultSet):
                sql, values = page.query.sql_with_params()
                found.append((sql, list(values)))
        return found


def _joined(pages: list[Page]) -> Page:
    """What is on any of the pages: ids that come twice are one."""
    statements = [f"({statement})" for statement, _values in pages] or [NOTHING]
    return " UNION ".join(statements), [value for _sql, values in pages for value in values]


def within_reach(user: User | AnonymousUser) -> Walks:
    """What ``Ticket.objects.in_reach_of(user)`` holds, as walks; a test holds the two equal."""
    reach = scoping.reach(user, "tickets.view")
    led, strewn = of_departments(reach)
    if user.is_authenticated:
        strewn.append(Ticket.objects.filter(filed_by=user.pk))
    return Walks((*over_areas(reach), *led), tuple(strewn))


def supervised(user: User | AnonymousUser, colours: Iterable[str]) -> Walks:
    """What has a living card of these colours that ``sight.sight_of`` lets him read: a department
    that only assists is found by its own, and nobody by what he only filed."""
    reach = scoping.reach(user, "tickets.view")
    led, _strewn = of_departments(reach)
    cards = Card.objects.live().filter(colour__in=list(colours))
    whole = [
        part.filter(pk__in=cards.values("ticket")) for part in (*over_areas(reach), *led)
    ]  # fmt: skip
    own = [
        _beside(one).filter(pk__in=cards.filter(department=one).values("ticket"))
        for one in sorted(reach.departments)
    ]
    return Walks(tuple(whole), tuple(own))


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
