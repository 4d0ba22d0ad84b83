"""Which clocks run, and for how long by the standard of the field. Pure: no database.

A clock is wanted or not by the state of the rows alone; ``tickets.clocks`` starts, stops and
resumes rows until what runs is what is wanted.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from tickets.workflow.states import IN_HAND, LIVE, AssignmentState, ClockKind, State, WhistleKind
from tickets.workflow.whistles import TERMS

if TYPE_CHECKING:
    from tickets.models import Assignment, Ticket

Wanted = set[tuple[int | None, ClockKind]]

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


def wanted(ticket: Ticket, assignments: Iterable[Assignment]) -> Wanted:
    """What must run now: pairs of assignment id (None: the ticket's own) and kind."""
    state = State(ticket.state)
    found: Wanted = set()
    if state in CLOCKS_OF_TICKET:
        found.add((None, CLOCKS_OF_TICKET[state]))
    if state in _AT_WORK:
        for one in assignments:
            found |= {(one.pk, kind) for kind in _of_assignment(ticket, one)}
    return found


def _of_assignment(ticket: Ticket, one: Assignment) -> set[ClockKind]:
    if one.state not in LIVE or one.state == AssignmentState.DONE:
        return set()
    kinds = {ClockKind.RESOLVE, ClockKind.MAKE_SAFE, ClockKind.PLAN} if one.is_lead else set()
    if not _has_plan(ticket):
        kinds.discard(ClockKind.PLAN)
    kinds |= {ClockKind.SIGN, ClockKind.REPORT_IN}
    if one.state in IN_HAND:
        kinds.discard(ClockKind.SIGN)
    return {kind for kind in kinds if stamp_of(kind, one) is None}


def _has_plan(ticket: Ticket) -> bool:
    return bool(ticket.whistle_kind) and TERMS[WhistleKind(ticket.whistle_kind)].has_plan


def stamp_of(kind: str, one: Assignment) -> object | None:
    """When the assignment did what this clock waits for; None: not yet."""
    stamps = (getattr(one, name) for name in _STAMPS.get(ClockKind(kind), ()))
    return next((at for at in stamps if at is not None), None)
