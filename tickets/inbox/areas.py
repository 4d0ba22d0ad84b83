"""What an area's post is asked for: to approve, assign, look at, verify, close and score."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from govgrid.core import clock
from grids import scoping
from grids.models import Level
from tickets.inbox.rows import Row, act_on, row_of
from tickets.models import Assignment, Clock, Score, Ticket
from tickets.queries import most_urgent
from tickets.rules import own_departments
from tickets.workflow import MOVES, TERMS, AssignmentState, ClockKind, State

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User
    from tickets.models import TicketQuerySet

    Person = User | AnonymousUser

# How long a community is asked for its score.
TO_SCORE = timedelta(days=30)


class Ask(NamedTuple):
    """A kind of thing that an area's post is asked for: the move, and which tickets need it."""

    move: str
    find: Callable[[Person], QuerySet[Ticket]]
    state: State
    clock: ClockKind | None = None
    # A verdict needs a look first, an assignment a department. Closing what is verified does not.
    at_once: bool = False


def _by_state(name: str) -> Callable[[Person], QuerySet[Ticket]]:
    def find(user: Person) -> QuerySet[Ticket]:
        move = MOVES[name]
        found = Ticket.objects.in_reach_of(user, move.permission).filter(state__in=move.sources)
        return _first_due(found)

    return find


def _to_verify(user: Person) -> QuerySet[Ticket]:
    return _by_state("verify")(user).exclude(Exists(_own_work(user)))


def _to_approve(user: Person) -> QuerySet[Ticket]:
    """Each kind of whistle waits for whoever may approve that kind."""
    found = [
        Ticket.objects.in_reach_of(user, terms.approve).filter(whistle_kind=kind)
        for kind, terms in TERMS.items()
        if terms.approve
    ]
    return _first_due(reduce(or_, found).filter(state=State.AWAITING_APPROVAL))


def _to_look_at(user: Person) -> QuerySet[Ticket]:
    """In one's own grid, where a danger should end: going there settles whether it did."""
    move = MOVES["confirm_safe"]
    grids = scoping.reach(user, move.permission).areas.get(Level.GRID)
    if not grids:
        return Ticket.objects.none()
    danger = Clock.objects.running().filter(
        ticket=OuterRef("pk"), kind=ClockKind.MAKE_SAFE, paused_at=None
    )
    found = Ticket.objects.filter(grid__in=sorted(grids), state__in=move.sources)
    return _first_due(found.filter(Exists(danger)).exclude(Exists(_own_work(user))))


def _to_score(user: Person) -> QuerySet[Ticket]:
    """What the community whistled for, closed lately: how did the lead answer it?"""
    move = MOVES["rate"]
    lead = Assignment.objects.live().filter(ticket=OuterRef("pk"), role=Assignment.Role.LEAD)
    scored = Score.objects.filter(
        ticket=OuterRef("pk"), department=OuterRef("lead_department")
    )  # fmt: skip
    found = Ticket.objects.in_reach_of(user, move.permission).filter(
        state__in=move.sources,
        closed_at__gte=clock.now() - TO_SCORE,
        kind=Ticket.Kind.WHISTLE,
    )
    found = found.filter(Exists(lead)).exclude(Exists(scored)).exclude(Exists(_own_work(user)))
    return found.for_lists().order_by("closed_at", "pk")


def _first_due(tickets: TicketQuerySet) -> QuerySet[Ticket]:
    return tickets.for_lists().order_by(F("due_at").asc(nulls_last=True), "pk")


def _own_work(user: Person) -> QuerySet[Assignment]:
    """Mirrors ``workflow.not_own_work``: what one may not judge does not wait for one."""
    own = sorted(own_departments(user))
    return Assignment.objects.filter(
        Q(signed_by=user.pk)
        | Q(reported_in_by=user.pk)
        | Q(made_safe_by=user.pk)
        | Q(done_by=user.pk)
        | Q(state=AssignmentState.DONE, department__in=own),
        ticket=OuterRef("pk"),
    )


OVER_AREA = {
    "approve": Ask("approve", _to_approve, State.AWAITING_APPROVAL),
    "assign": Ask("assign", _by_state("assign"), State.TRIAGE, ClockKind.TRIAGE),
    "look": Ask("confirm_safe", _to_look_at, State.HANDLING, ClockKind.MAKE_SAFE),
    "verify": Ask("verify", _to_verify, State.HANDLED, ClockKind.VERIFY),
    "close": Ask("close", _by_state("close"), State.VERIFIED, ClockKind.CLOSE, at_once=True),
    "score": Ask("rate", _to_score, State.CLOSED),
}


def row_for(ticket: Ticket, ask: Ask, clocks: dict[int, list[Clock]]) -> Row:
    department = ticket.lead_department
    mine = [row for row in clocks.get(ticket.pk, ()) if row.kind == ask.clock]
    is_held = ticket.state == State.AWAITING_APPROVAL
    return row_of(
        ticket,
        state=ticket.state,
        who=department.short_name if department else "",
        since=ticket.closed_at or ticket.filed_at,
        act=act_on(ticket, ask.move, at_once=ask.at_once, fields={}),
        due=most_urgent(mine),
        # Nothing runs while a whistle waits for a word: it stands with what is due today.
        beside=clock.midnight(clock.today() + timedelta(days=1)) if is_held else None,
    )
