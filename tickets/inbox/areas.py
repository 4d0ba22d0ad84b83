"""What an area's post is asked for: to approve, assign, look at, verify, close and score; and what
a department is to answer for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Least

from govgrid.core import clock
from grids import scoping
from grids.models import Level
from tickets.inbox.rows import Row, act_on, row_of
from tickets.models import (
    Appeal,
    Assignment,
    Card,
    Check,
    Clock,
    Extension,
    Score,
    SupervisionOrder,
    Ticket,
)
from tickets.queries import most_urgent
from tickets.rules import own_departments
from tickets.workflow import MOVES, OWN_STEPS, TERMS, AssignmentState, ClockKind, State

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


def _to_assign(user: Person) -> QuerySet[Ticket]:
    """Neither what somebody is looking at, nor what waits for a ruling."""
    found = _by_state("assign")(user).exclude(Exists(_out()))
    return found.exclude(Exists(_ruling_clock()))


def _to_check(user: Person) -> QuerySet[Ticket]:
    """In one's own grid; for a community, where no worker of the grid could be asked."""
    reach = scoping.reach(user, MOVES["check"].permission)
    grids = sorted(reach.areas.get(Level.GRID, ()))
    nearest = Q(Exists(_out().filter(asks=Check.Asks.COMMUNITY))) | Q(grid__in=grids)
    return _by_state("check")(user).filter(Exists(_out())).filter(nearest)


def _out() -> QuerySet[Check]:
    return Check.objects.out().filter(ticket=OuterRef("pk"))


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


def _to_answer(user: Person) -> QuerySet[Ticket]:
    """What somebody who oversees asked a department of ``user``; the first to be answered first."""
    departments = sorted(scoping.reach(user, "tickets.work").departments)
    if not departments:
        return Ticket.objects.none()
    cards = Card.objects.open().filter(department__in=departments)
    orders = SupervisionOrder.objects.open().filter(department__in=departments)
    asked = cards.values("ticket").union(orders.values("ticket"))
    first = [
        Subquery(some.filter(ticket=OuterRef("pk")).order_by("answer_by").values("answer_by")[:1])
        for some in (cards, orders)
    ]
    found = Ticket.objects.filter(pk__in=asked).annotate(answer_by=Least(*first))
    return found.for_lists().order_by(F("answer_by").asc(nulls_last=True), "pk")


def _to_rule(user: Person) -> QuerySet[Ticket]:
    return _by_state("rule")(user).filter(Exists(_ruling_clock()))


def _ruling_clock() -> QuerySet[Clock]:
    return Clock.objects.running().filter(ticket=OuterRef("pk"), kind=ClockKind.RULING)


def _to_grant(user: Person) -> QuerySet[Ticket]:
    """The department agrees, and there is time left; who asked for it does not decide."""
    asked = still_open(clock.now()).filter(ticket=OuterRef("pk"), endorsed_at__isnull=False)
    asked = asked.exclude(asked_by=user.pk).exclude(endorsed_by=user.pk)
    return _by_state("grant")(user).filter(Exists(asked))


def still_open(now: datetime) -> QuerySet[Extension]:
    """Requests that can still be granted: mirrors ``Beside.request``."""
    return Extension.objects.filter(
        outcome="", clock__stopped_at=None, clock__paused_at=None, clock__due_at__gt=now
    )


def _to_exempt(user: Person) -> QuerySet[Ticket]:
    """Signed by another at the most, and not about a department of one's own."""
    own = sorted(scoping.reach(user, "tickets.work").departments)
    waiting = Appeal.objects.filter(ticket=OuterRef("pk"), second_at=None, refused_at=None)
    waiting = waiting.exclude(assignment__department__in=own).exclude(asked_by=user.pk)
    waiting = waiting.filter(Q(first_by=None) | ~Q(first_by=user.pk))
    move = MOVES["exempt"]
    found = Ticket.objects.in_reach_of(user, move.permission).filter(state__in=move.sources)
    return found.filter(Exists(waiting)).for_lists().order_by("closed_at", "pk")


def _first_due(tickets: TicketQuerySet) -> QuerySet[Ticket]:
    return tickets.for_lists().order_by(F("due_at").asc(nulls_last=True), "pk")


def _own_work(user: Person) -> QuerySet[Assignment]:
    """Mirrors ``workflow.not_own_work``: what one may not judge does not wait for one."""
    own = sorted(own_departments(user))
    steps = [Q(**{f"{step}_by": user.pk}) for step in OWN_STEPS]
    worked = (
        Q(state=AssignmentState.DONE)
        | Q(planned_at__isnull=False)
        | Q(made_safe_at__isnull=False)
        | Q(reported_in_at__isnull=False)
    )
    judged = reduce(or_, steps, Q(worked, department__in=own))
    return Assignment.objects.filter(judged, ticket=OuterRef("pk"))


OVER_AREA = {
    "answer": Ask("answer", _to_answer, State.HANDLING),
    "approve": Ask("approve", _to_approve, State.AWAITING_APPROVAL),
    "rule": Ask("rule", _to_rule, State.TRIAGE, ClockKind.RULING),
    "assign": Ask("assign", _to_assign, State.TRIAGE, ClockKind.TRIAGE),
    "check": Ask("check", _to_check, State.TRIAGE, ClockKind.CHECK),
    "grant": Ask("grant", _to_grant, State.HANDLING, ClockKind.RESOLVE),
    "look": Ask("confirm_safe", _to_look_at, State.HANDLING, ClockKind.MAKE_SAFE),
    "verify": Ask("verify", _to_verify, State.HANDLED, ClockKind.VERIFY),
    "close": Ask("close", _by_state("close"), State.VERIFIED, ClockKind.CLOSE, at_once=True),
    "score": Ask("rate", _to_score, State.CLOSED),
    "exempt": Ask("exempt", _to_exempt, State.CLOSED),
}


def row_for(ticket: Ticket, ask: Ask, clocks: dict[int, list[Clock]]) -> Row:
    department = ticket.lead_department
    mine = [row for row in clocks.get(ticket.pk, ()) if row.kind == ask.clock]
    is_held = ticket.state == State.AWAITING_APPROVAL
    row = row_of(
        ticket,
        state=ticket.state,
        who=department.short_name if department else "",
        since=ticket.closed_at or ticket.filed_at,
        act=act_on(ticket, ask.move, at_once=ask.at_once, fields={}),
        due=most_urgent(mine),
        # Nothing runs while a whistle waits for a word: it stands with what is due today.
        beside=clock.midnight(clock.today() + timedelta(days=1)) if is_held else None,
    )
    answer_by = getattr(ticket, "answer_by", None)
    return row if answer_by is None else replace(row, due=answer_by)
