"""Which clocks run, and for how long by the standard of the field. Pure: no database.

A clock is wanted or not by the state of the rows alone; ``tickets.clocks`` starts, stops and
resumes rows until what runs is what is wanted.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from tickets.workflow.responsibility import needs_ruling, sent_back_by
from tickets.workflow.states import IN_HAND, LIVE, AssignmentState, ClockKind, State, WhistleKind
from tickets.workflow.whistles import TERMS

if TYPE_CHECKING:
    from tickets.models import Assignment, Milestone, Ticket

# A milestone's clock has the milestone for a third part of its key: a department has several.
Wanted = set[tuple[int | None, ClockKind] | tuple[int | None, ClockKind, int]]

CLOCKS_OF_TICKET = {
    State.TRIAGE: ClockKind.TRIAGE,
    State.HANDLED: ClockKind.VERIFY,
    State.VERIFIED: ClockKind.CLOSE,
}
# Departments work while the ticket is in one of these; an assistant goes on through a triage.
_AT_WORK = frozenset({State.TRIAGE, State.DISPATCHED, State.HANDLING})
# Everything stands still: what ran will go on with the time it had left.
HELD = frozenset({State.AWAITING_APPROVAL, State.MERGED, State.SUSPENDED})

# The stamp on the assignment by which a clock is met.
_STAMPS = {
    ClockKind.SIGN: ("signed_at",),
    ClockKind.REPORT_IN: ("reported_in_at",),
    ClockKind.MAKE_SAFE: ("made_safe_at", "safe_seen_at"),
    ClockKind.PLAN: ("planned_at",),
    ClockKind.RESOLVE: ("done_at",),
}


class Allowance(NamedTuple):
    """A time limit by the standard; ``own_first``: the category's own limit goes before it."""

    limit: str  # "" none
    own_first: bool = False


ANY, REPORT = "any", "report"
_OWN = Allowance("", own_first=True)
_STANDARD_DAYS = Allowance("WD5", own_first=True)
# 15 minutes to sign, half an hour to be there, and the rest of the field's table (all editable).
STANDARD: dict[tuple[str, ClockKind], Allowance] = {
    (ANY, ClockKind.TRIAGE): Allowance("WM15"),
    (ANY, ClockKind.VERIFY): Allowance("WM30"),
    (ANY, ClockKind.CLOSE): Allowance("WD3"),
    (ANY, ClockKind.CHECK): Allowance("WM30"),
    (ANY, ClockKind.RULING): Allowance("WD1"),
    (ANY, ClockKind.MAKE_SAFE): _OWN,
    (REPORT, ClockKind.SIGN): Allowance("WH4"),
    (REPORT, ClockKind.RESOLVE): _STANDARD_DAYS,
    (WhistleKind.EMERGENCY, ClockKind.SIGN): Allowance("UM15"),
    (WhistleKind.EMERGENCY, ClockKind.REPORT_IN): Allowance("UM30"),
    (WhistleKind.EMERGENCY, ClockKind.MAKE_SAFE): Allowance("UH2", own_first=True),
    (WhistleKind.EMERGENCY, ClockKind.RESOLVE): _STANDARD_DAYS,
    (WhistleKind.ENFORCEMENT, ClockKind.SIGN): Allowance("WH2"),
    (WhistleKind.ENFORCEMENT, ClockKind.REPORT_IN): Allowance("WD1"),
    (WhistleKind.ENFORCEMENT, ClockKind.PLAN): Allowance("WD3"),
    (WhistleKind.ENFORCEMENT, ClockKind.RESOLVE): Allowance("WD10", own_first=True),
    (WhistleKind.ROUTINE, ClockKind.SIGN): Allowance("WH4"),
    (WhistleKind.ROUTINE, ClockKind.REPORT_IN): Allowance("WD1"),
    (WhistleKind.ROUTINE, ClockKind.RESOLVE): _STANDARD_DAYS,
    (WhistleKind.HARD, ClockKind.SIGN): Allowance("WD1"),
    (WhistleKind.HARD, ClockKind.REPORT_IN): Allowance("WD3"),
    (WhistleKind.HARD, ClockKind.PLAN): Allowance("WD5"),
    (WhistleKind.HARD, ClockKind.RESOLVE): Allowance("WD20"),
    (WhistleKind.CONSULTATION, ClockKind.SIGN): Allowance("WD1"),
    (WhistleKind.CONSULTATION, ClockKind.REPORT_IN): Allowance("WD3"),
    (WhistleKind.CONSULTATION, ClockKind.PLAN): Allowance("WD5"),
    (WhistleKind.CONSULTATION, ClockKind.RESOLVE): Allowance("WD30"),
}


class Again(Enum):
    """What happens to a clock that is wanted once more after it had stopped."""

    ANEW = "anew"
    RESUME = "resume"  # goes on; the time in between does not count
    HALF = "half"  # a new one with half the limit


# By the move that makes it wanted again; any other move starts it anew.
ON_AGAIN = {
    "undo": Again.RESUME,
    "unmerge": Again.RESUME,
    "refuse": Again.RESUME,
    "reject": Again.RESUME,
    "reopen": Again.HALF,
}


def wanted(
    ticket: Ticket,
    assignments: Iterable[Assignment],
    milestones: Iterable[Milestone] = (),
    *,
    is_check_out: bool = False,
) -> Wanted:
    """What must run now: pairs of assignment id (None: the ticket's own) and kind; with the id of
    the milestone where there is one."""
    state = State(ticket.state)
    found: Wanted = set()
    assignments = list(assignments)
    if is_check_out and state is State.TRIAGE:
        found.add((None, ClockKind.CHECK))
    elif needs_ruling(ticket, assignments):
        found.add((None, ClockKind.RULING))
    elif state in CLOCKS_OF_TICKET:
        found.add((None, CLOCKS_OF_TICKET[state]))
    if state in _AT_WORK:
        assignments = list(assignments)
        for one in assignments:
            if one.state in LIVE and one.state != AssignmentState.DONE:
                found |= {(one.pk, kind) for kind in _of_assignment(ticket, one)}
        found |= _of_milestones(assignments, milestones)
    return found


def standing_still(*, is_check_out: bool) -> Wanted:
    """What goes on later with the time it had left: the desk waits for who looks."""
    return {(None, ClockKind.TRIAGE)} if is_check_out else set()


def standing(ticket: Ticket, assignments: Iterable[Assignment]) -> Wanted:
    """What stands still although the ticket does not: the time of a lead who sent it to the desk.

    Given to the same department again, it is wanted again and goes on; given to another, it is
    neither wanted nor standing and ends.
    """
    back = sent_back_by(assignments) if ticket.state == State.TRIAGE else None
    return {(back.pk, kind) for kind in _of_assignment(ticket, back)} if back else set()


def _of_assignment(ticket: Ticket, one: Assignment) -> set[ClockKind]:
    kinds = {ClockKind.RESOLVE, ClockKind.MAKE_SAFE, ClockKind.PLAN} if one.is_lead else set()
    if not _has_plan(ticket):
        kinds.discard(ClockKind.PLAN)
    kinds |= {ClockKind.SIGN, ClockKind.REPORT_IN}
    if one.state in IN_HAND:
        kinds.discard(ClockKind.SIGN)
    return {kind for kind in kinds if stamp_of(kind, one) is None}


def _of_milestones(assignments: Iterable[Assignment], milestones: Iterable[Milestone]) -> Wanted:
    """Whoever is let off or done need not reach what he promised."""
    at_work = {one.pk for one in assignments if one.state in LIVE - {AssignmentState.DONE}}
    return {
        (one.assignment_id, ClockKind.MILESTONE, one.pk)
        for one in milestones
        if one.reached_at is None and one.assignment_id in at_work
    }


def _has_plan(ticket: Ticket) -> bool:
    return bool(ticket.whistle_kind) and TERMS[WhistleKind(ticket.whistle_kind)].has_plan


def stamp_of(kind: str, one: Assignment) -> object | None:
    """When the assignment did what this clock waits for; None: not yet."""
    stamps = (getattr(one, name) for name in _STAMPS.get(ClockKind(kind), ()))
    return next((at for at in stamps if at is not None), None)
