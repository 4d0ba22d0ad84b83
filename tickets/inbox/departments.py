"""What departments were given: to sign for, and what comes next of what they have in hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import (
    Case,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber
from django.utils.translation import pgettext_lazy

from govgrid.core import clock
from grids import scoping
from tickets.inbox import rows
from tickets.inbox.areas import still_open
from tickets.inbox.rows import TITLES, Group, Row, act_on, group_of, rest_of, row_of
from tickets.models import Assignment, Clock
from tickets.queries import most_urgent
from tickets.workflow import IN_HAND, MOVES, AssignmentState, ClockKind

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

    Person = User | AnonymousUser

# What comes next for a department, by how far it is, where no clock says so.
NEXT = {
    AssignmentState.OFFERED: "sign",
    AssignmentState.SIGNED: "report_in",
    AssignmentState.REPORTED_IN: "finish",
}
# By the clock that runs; the first one due is the next act.
BY_CLOCK = {
    ClockKind.REPORT_IN: "report_in",
    ClockKind.MAKE_SAFE: "make_safe",
    ClockKind.PLAN: "plan",
    ClockKind.MILESTONE: "reach_milestone",
}
AT_ONCE = {"sign", "report_in", "make_safe"}


def given_to(user: Person) -> QuerySet[Assignment]:
    """What waits in the departments of ``user``, the first due of both: offered, and in hand."""
    departments = scoping.reach(user, "tickets.work").departments
    if not departments:
        return Assignment.objects.none()
    own = Clock.objects.running().filter(
        ticket=OuterRef("ticket"), assignment=OuterRef("pk"), paused_at=None
    )
    due = Subquery(own.order_by().values("assignment").values(first=Min("due_at")))
    is_new = Case(
        When(state=AssignmentState.OFFERED, then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    place = Window(
        RowNumber(),
        partition_by=[is_new],
        order_by=[F("due").asc(nulls_last=True), "ticket_id"],
    )
    return (
        Assignment.objects.filter(
            department__in=sorted(departments),
            state__in=[AssignmentState.OFFERED, *sorted(IN_HAND)],
            ticket__state__in=MOVES["sign"].sources,
        )
        .select_related("department", "ticket__category", "ticket__grid", "ticket__community")
        .defer("ticket__routing", "ticket__point")
        .annotate(due=due)
        .annotate(place=place)
        .filter(place__lte=rows.LIMIT + 1)
        .order_by("place", "ticket_id")
    )


def to_endorse(user: Person) -> Iterable[Assignment]:
    """For more time on these a department asks, and its head has not agreed yet."""
    departments = scoping.reach(user, "tickets.endorse").departments
    if not departments:
        return Assignment.objects.none()
    asked = still_open(clock.now()).filter(assignment=OuterRef("pk"), endorsed_at=None)
    return (
        Assignment.objects.filter(
            Exists(asked),
            department__in=sorted(departments),
            state__in=sorted(IN_HAND),
            ticket__state__in=MOVES["endorse"].sources,
        )
        .select_related("department", "ticket__category", "ticket__grid", "ticket__community")
        .defer("ticket__routing", "ticket__point")
        .order_by("ticket_id")[: rows.LIMIT + 1]
    )


def endorsing(asked: list[Assignment], clocks: dict[int, list[Clock]]) -> Group:
    found = [_row(one, "endorse", at_once=False, clocks=_mine(one, clocks)) for one in asked]
    return group_of("endorse", found, "handling")


def groups_of(given: list[Assignment], clocks: dict[int, list[Clock]]) -> dict[str, Group]:
    offered = [one for one in given if one.state == AssignmentState.OFFERED]
    in_hand = [one for one in given if one.state != AssignmentState.OFFERED]
    found: dict[str, Group] = {}
    for some, state in ((offered, "dispatched"), (in_hand, "handling")):
        more = rest_of(state) if len(some) > rows.LIMIT else ""
        for one in some[: rows.LIMIT]:
            name, row = _of_assignment(one, clocks)
            found.setdefault(name, Group(name, TITLES[name], [], more)).rows.append(row)
    return found


def _of_assignment(one: Assignment, clocks: dict[int, list[Clock]]) -> tuple[str, Row]:
    mine = _mine(one, clocks)
    name = _next(one, mine)
    # Who comes to a whistle says at what rank: that is a form on its page.
    at_once = name in AT_ONCE and not (name == "report_in" and one.ticket.is_whistle)
    return name, _row(one, name, at_once=at_once, clocks=mine)


def _mine(one: Assignment, clocks: dict[int, list[Clock]]) -> list[Clock]:
    return [row for row in clocks.get(one.ticket_id, ()) if row.assignment_id == one.pk]


def _row(one: Assignment, name: str, *, at_once: bool, clocks: list[Clock]) -> Row:
    since = one.reported_in_at or one.signed_at or one.offered_at
    role = (
        pgettext_lazy("department", "lead")
        if one.is_lead
        else pgettext_lazy("department", "assists")
    )
    return row_of(
        one.ticket,
        state=one.state,
        who=f"{one.department.short_name} · {role}",
        since=since,
        act=act_on(one.ticket, name, at_once=at_once, fields={"assignment": one.pk}),
        due=most_urgent(clocks),
    )


def _next(one: Assignment, clocks: list[Clock]) -> str:
    state = AssignmentState(one.state)
    if state is AssignmentState.OFFERED:
        return "sign"
    asked = most_urgent(row for row in clocks if row.kind in BY_CLOCK)
    return BY_CLOCK[ClockKind(asked.kind)] if asked is not None else NEXT[state]
