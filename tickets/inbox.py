"""What waits for a person: the moves of the table that are theirs to take next.

Departments see what was offered to them and what they have in hand; areas see what their post
decides, verifies and closes. Oldest first. Five statements, however many posts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids import scoping
from tickets.models import Assignment, Ticket
from tickets.rules import own_departments
from tickets.workflow import IN_HAND, MOVES, AssignmentState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

    Person = User | AnonymousUser

# More than this in one group is for the list of tickets, with its search.
LIMIT = 50


@dataclass(frozen=True)
class Act:
    """The next act: a form to post when nothing need be read or written first, else a link."""

    label: str | Promise
    url: str
    icon: str
    key: str
    fields: dict[str, object] | None = None


@dataclass(frozen=True)
class Row:
    """One thing that waits, as the desk shows it, whichever app it is from."""

    state: str
    icon: str
    title: str
    text: str
    url: str
    number: str
    place: str
    who: str
    since: datetime
    act: Act


@dataclass(frozen=True)
class Group:
    slug: str
    title: str | Promise
    rows: list[Row] = field(default_factory=list)
    more_url: str = ""  # where the rest is, when there is more than is shown


TITLES = {
    "sign": _("To sign for"),
    "in_hand": _("In hand"),
    "assign": _("To assign"),
    "verify": _("To verify"),
    "close": _("To close"),
}
# What an area's post decides, in the order of a day's urgency. A verdict needs a look first, an
# assignment needs a department: these lead to the page. Closing what is verified does not.
OVER_AREA = {"assign": False, "verify": False, "close": True}
# What comes next for a department, by how far it is.
NEXT = {
    AssignmentState.OFFERED: "sign",
    AssignmentState.SIGNED: "report_in",
    AssignmentState.REPORTED_IN: "finish",
}
AT_ONCE = {"sign", "report_in"}


def waiting(user: Person) -> list[Group]:
    """Everything that ``user`` is asked to do now, in groups; empty groups are left out."""
    given = list(_given(user))
    offered = [one for one in given if one.state == AssignmentState.OFFERED]
    in_hand = [one for one in given if one.state != AssignmentState.OFFERED]
    groups = [
        _group("sign", [_of_assignment(one) for one in offered], "dispatched"),
        _group("in_hand", [_of_assignment(one) for one in in_hand], "handling"),
    ]
    for name, at_once in OVER_AREA.items():
        found = _over_area(user, name)[: LIMIT + 1]
        (state,) = MOVES[name].sources
        groups.append(
            _group(name, [_of_ticket(one, name, at_once=at_once) for one in found], state)
        )
    return [group for group in groups if group.rows]


def _given(user: Person) -> Iterable[Assignment]:
    """What waits in the departments of ``user``, at most LIMIT + 1 of each group."""
    departments = scoping.reach(user, "tickets.work").departments
    if not departments:
        return Assignment.objects.none()
    is_new = Case(When(state=AssignmentState.OFFERED, then=Value(1)), default=Value(0))
    place = Window(RowNumber(), partition_by=[is_new], order_by=["ticket_id"])
    return (
        Assignment.objects.filter(
            department__in=sorted(departments),
            state__in=[AssignmentState.OFFERED, *sorted(IN_HAND)],
            ticket__state__in=MOVES["sign"].sources,
        )
        .select_related("department", "ticket__category", "ticket__grid", "ticket__community")
        .defer("ticket__routing", "ticket__point")
        .annotate(place=place)
        .filter(place__lte=LIMIT + 1)
        .order_by("ticket_id")
    )


def _over_area(user: Person, name: str) -> QuerySet[Ticket]:
    move = MOVES[name]
    found = Ticket.objects.in_reach_of(user, move.permission).filter(state__in=move.sources)
    if name == "verify":
        found = found.exclude(Exists(_own_work(user)))
    return found.for_lists().order_by("pk")


def _own_work(user: Person) -> QuerySet[Assignment]:
    """Mirrors ``workflow.not_own_work``: what one may not verify does not wait for one."""
    own = sorted(own_departments(user))
    return Assignment.objects.filter(
        Q(signed_by=user.pk)
        | Q(reported_in_by=user.pk)
        | Q(made_safe_by=user.pk)
        | Q(done_by=user.pk)
        | Q(state=AssignmentState.DONE, department__in=own),
        ticket=OuterRef("pk"),
    )


def _group(slug: str, rows: list[Row], state: str) -> Group:
    more = f"{reverse('tickets:list')}?state={state}" if len(rows) > LIMIT else ""
    return Group(slug, TITLES[slug], rows[:LIMIT], more)


def _of_assignment(one: Assignment) -> Row:
    name = NEXT[AssignmentState(one.state)]
    since = one.reported_in_at or one.signed_at or one.offered_at
    role = (
        pgettext_lazy("department", "lead")
        if one.is_lead
        else pgettext_lazy("department", "assists")
    )
    return _row(
        one.ticket,
        state=one.state,
        who=f"{one.department.short_name} · {role}",
        since=since,
        act=_act(one.ticket, name, at_once=name in AT_ONCE, fields={"assignment": one.pk}),
    )


def _of_ticket(ticket: Ticket, name: str, *, at_once: bool) -> Row:
    department = ticket.lead_department
    return _row(
        ticket,
        state=ticket.state,
        who=department.short_name if department else "",
        since=ticket.filed_at,
        act=_act(ticket, name, at_once=at_once, fields={}),
    )


def _row(ticket: Ticket, *, state: str, who: str, since: datetime, act: Act) -> Row:
    return Row(
        state=state,
        icon=ticket.category.icon,
        title=ticket.category.name,
        text=ticket.description,
        url=ticket.get_absolute_url(),
        number=ticket.number,
        place=f"{ticket.community.name} · {ticket.grid.name}",
        who=who,
        since=since,
        act=act,
    )


def _act(ticket: Ticket, name: str, *, at_once: bool, fields: dict[str, object]) -> Act:
    move = MOVES[name]
    if at_once:
        url = reverse("tickets:act", args=[ticket.number, name])
        return Act(move.label, url, move.icon, move.key, fields)
    return Act(move.label, f"{ticket.get_absolute_url()}#{name}", move.icon, move.key)
