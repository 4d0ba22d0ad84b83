"""Meetings as a page and a program read them: the lists of a street, and one with all its parts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q

from govgrid.core import clock
from grids import scoping
from grids.models import Level
from tickets.models import Meeting
from tickets.workflow import Rank

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User
    from tickets.models import AgendaItem, Decision, MeetingQuerySet, Seat

    Person = User | AnonymousUser

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
HEIGHT = {rank: height for height, rank in enumerate(Rank)}


class Taken(NamedTuple):
    """A seat, and whether the rank was high enough; None: nobody came yet."""

    seat: Seat
    is_met: bool | None


class Item(NamedTuple):
    """An item of the agenda with what was decided on it."""

    item: AgendaItem
    decisions: list[Decision]


def within_reach(user: Person) -> MeetingQuerySet:
    """Those about tickets of one's streets, and those to which one's departments are called."""
    reach = scoping.reach(user, "tickets.view")
    seen = Q(seats__department__in=sorted(reach.departments)) if reach.departments else Q(pk=None)
    columns = {Level.DISTRICT: "district", Level.STREET: "street"}
    below = {Level.COMMUNITY: "ticket__community", Level.GRID: "ticket__grid"}
    for level, ids in reach.areas.items():
        column = (columns | below).get(Level(level))
        if column:
            seen |= Q(**{f"{column}__in": sorted(ids)})
    found = Meeting.objects.filter(pk__in=Meeting.objects.filter(seen).values("pk"))
    return found.select_related("ticket__category", "ticket__community", "street")


def listed(user: Person, *, is_past: bool, after: str, most: int) -> list[Meeting]:
    """One page after the cursor ``after``; without one the first."""
    now, found = clock.now(), within_reach(user)
    rows = found.past(now) if is_past else found.upcoming(now)
    if after:
        moment, key = _read(after)
        side = "lt" if is_past else "gt"
        rows = rows.filter(
            Q(**{f"starts_at__{side}": moment}) | Q(starts_at=moment, **{f"pk__{side}": key})
        )
    return list(rows.prefetch_related("seats__department")[:most])


def cursor_of(one: Meeting) -> str:
    return f"{(one.starts_at - _EPOCH) // _MICROSECOND}-{one.pk}"


def _read(cursor: str) -> tuple[datetime, int]:
    micro, _dash, key = cursor.partition("-")
    return _EPOCH + int(micro) * _MICROSECOND, int(key)


def whole(ticket_id: int, key: int) -> Meeting | None:
    """One meeting of a ticket with everything that its page shows."""
    return (
        Meeting.objects.filter(ticket=ticket_id, pk=key)
        .select_related("called_by", "published_by", "cancelled_by")
        .prefetch_related(
            "agenda", "seats__department", "decisions__department", "decisions__milestone"
        )
        .first()
    )


def taken(meeting: Meeting) -> list[Taken]:
    return [Taken(one, _is_met(one)) for one in meeting.seats.all()]


def _is_met(one: Seat) -> bool | None:
    if one.came_at is None:
        return None
    return HEIGHT[Rank(one.rank)] >= HEIGHT[Rank(one.wanted_rank)]


def items(meeting: Meeting) -> list[Item]:
    decisions = list(meeting.decisions.all())
    return [
        Item(one, [said for said in decisions if said.item_id == one.pk])
        for one in meeting.agenda.all()
    ]


def are_doors_open(meeting: Meeting) -> bool:
    return meeting.is_open and meeting.opens_at <= clock.now() <= meeting.shuts_at


def own_seats(meeting: Meeting, user: Person) -> list[Seat]:
    """The seats that ``user`` may take."""
    departments = scoping.reach(user, "tickets.work").departments
    return [one for one in meeting.seats.all() if one.department_id in departments]
