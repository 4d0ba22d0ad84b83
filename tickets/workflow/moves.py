"""The table of moves, and what is missing before one can be taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from govgrid.core.errors import Refused
from tickets.workflow import checking, desk, levels, supervision
from tickets.workflow.checking import meets_the_condition, shows_it_done
from tickets.workflow.guards import (
    Facts,
    Lack,
    can_be_undone,
    danger_is_open,
    fits_together,
    is_a_whistle,
    is_no_whistle_yet,
    names_a_department,
    names_a_whistle,
    names_an_owner,
    nobody_has_finished,
    not_own_work,
    note_for_the_reporter,
    plan_is_owed,
    reported_in_first,
    returns_are_left,
    safe_first,
    says_the_plan,
    says_until_when,
    says_what_was_done,
    says_why,
    says_with_whom,
    scores_are_given,
)
from tickets.workflow.milestones import MOVES as MILESTONE_MOVES
from tickets.workflow.milestones import hard_case_is_dated, milestones_first, milestones_hold
from tickets.workflow.more_time import MOVES as MORE_TIME
from tickets.workflow.move import Move, On
from tickets.workflow.responsibility import MOVES as RESPONSIBILITY
from tickets.workflow.responsibility import (
    gives_a_code,
    is_in_time,
    is_not_bound,
    no_ruling_is_needed,
)
from tickets.workflow.states import IN_HAND, LET_GO, AssignmentState, State
from tickets.workflow.whistles import says_what_was_tried, says_which_power

if TYPE_CHECKING:
    from tickets.models import Assignment


_WORKING = frozenset({State.DISPATCHED, State.HANDLING})

# In the order in which a page offers them: the next act first.
MOVES: dict[str, Move] = {
    "sign": Move(
        _("Sign for it"),
        "tickets.work",
        _WORKING,
        State.HANDLING,
        on=On.ASSIGNMENT,
        assignment_sources=frozenset({AssignmentState.OFFERED}),
        assignment_target=AssignmentState.SIGNED,
        icon="s-signed",
        key="S",
    ),
    "report_in": Move(
        _("Report in"),
        "tickets.work",
        _WORKING,
        None,
        on=On.ASSIGNMENT,
        assignment_sources=frozenset({AssignmentState.SIGNED}),
        assignment_target=AssignmentState.REPORTED_IN,
        fields=("rank", "note"),
        icon="s-onsite",
        key="B",
    ),
    "make_safe": Move(
        _("Made safe"),
        "tickets.work",
        _WORKING,
        None,
        on=On.ASSIGNMENT,
        assignment_sources=IN_HAND,
        fields=("note",),
        icon="shield",
        key="E",
    ),
    "plan": Move(
        _("Submit the plan"),
        "tickets.work",
        _WORKING,
        None,
        guards=(plan_is_owed, says_the_plan, hard_case_is_dated, milestones_hold),
        on=On.ASSIGNMENT,
        assignment_sources=IN_HAND,
        fields=("note", "milestones"),
        icon="calendar",
    ),
    "reach_milestone": MILESTONE_MOVES["reach_milestone"],
    "finish": Move(
        _("Finish"),
        "tickets.work",
        _WORKING,
        None,
        guards=(
            reported_in_first,
            safe_first,
            milestones_first,
            says_with_whom,
            says_what_was_done,
            says_until_when,
            shows_it_done,
        ),
        on=On.ASSIGNMENT,
        assignment_sources=IN_HAND,
        assignment_target=AssignmentState.DONE,
        fields=("accepted_at", "spoke_with", "note", "until", "no_photo"),
        icon="s-done",
        key="F",
    ),
    "return": Move(
        _("Return"),
        "tickets.work",
        _WORKING,
        None,
        guards=(
            is_not_bound,
            returns_are_left,
            is_in_time,
            gives_a_code,
            says_why,
            names_an_owner,
        ),
        on=On.ASSIGNMENT,
        assignment_sources=IN_HAND | {AssignmentState.OFFERED},
        assignment_target=AssignmentState.RETURNED,
        fields=("return_reason", "note", "suggested_owner"),
        icon="return",
        key="R",
        stops=True,
    ),
    **checking.MOVES,
    "assign": Move(
        _("Assign"),
        "tickets.triage",
        frozenset({State.TRIAGE}),
        State.DISPATCHED,
        guards=(no_ruling_is_needed, names_a_department),
        fields=("department", "helpers", "note"),
        icon="lead",
        key="A",
    ),
    "approve": Move(
        _("Approve"),
        "tickets.approve_whistle",
        frozenset({State.AWAITING_APPROVAL}),
        State.FILED,
        fields=("note",),
        icon="check",
        key="Y",
    ),
    "refuse": Move(
        _("Refuse"),
        "tickets.approve_whistle",
        frozenset({State.AWAITING_APPROVAL}),
        None,
        guards=(says_why,),
        fields=("note",),
        icon="s-declined",
        stops=True,
    ),
    "confirm_safe": Move(
        _("Seen: safe, not repaired"),
        "tickets.verify",
        _WORKING,
        None,
        guards=(danger_is_open, not_own_work),
        fields=("note",),
        icon="shield",
        key="E",
    ),
    "blow": Move(
        _("Blow the whistle"),
        "tickets.blow",
        frozenset({State.TRIAGE, State.DISPATCHED, State.HANDLING}),
        None,
        guards=(
            is_no_whistle_yet,
            no_ruling_is_needed,
            nobody_has_finished,
            names_a_whistle,
            says_what_was_tried,
            says_which_power,
        ),
        fields=("whistle_kind", "tried", "missing_power", "helpers"),
        icon="whistle",
        key="W",
        is_quiet=True,
    ),
    "merge": Move(
        _("Merge"),
        "tickets.merge",
        frozenset({State.FILED, State.TRIAGE, State.DISPATCHED, State.HANDLING}),
        State.MERGED,
        guards=(fits_together,),
        fields=("into", "note"),
        icon="merge",
        key="M",
        is_quiet=True,
    ),
    "unmerge": Move(
        _("Part them again"),
        "tickets.merge",
        frozenset({State.MERGED}),
        None,
        fields=("note",),
        icon="undo",
    ),
    "settle": Move(
        _("Settle here"),
        "tickets.settle",
        frozenset({State.FILED, State.TRIAGE, State.DISPATCHED}),
        State.HANDLED,
        guards=(no_ruling_is_needed, says_what_was_done),
        fields=("note",),
        icon="home",
    ),
    "decline": Move(
        _("Decline"),
        "tickets.triage",
        frozenset({State.TRIAGE}),
        State.DECLINED,
        guards=(no_ruling_is_needed, note_for_the_reporter),
        fields=("note",),
        icon="s-declined",
        stops=True,
    ),
    "verify": Move(
        _("Verify: it is fixed"),
        "tickets.verify",
        frozenset({State.HANDLED}),
        State.VERIFIED,
        guards=(not_own_work, meets_the_condition),
        fields=("meets", "note"),
        icon="s-check",
        key="V",
    ),
    "reject": Move(
        _("Not fixed: send back"),
        "tickets.verify",
        frozenset({State.HANDLED}),
        State.HANDLING,
        guards=(not_own_work, says_why),
        fields=("note",),
        icon="undo",
        stops=True,
    ),
    "close": Move(
        _("Close"),
        "tickets.close",
        frozenset({State.VERIFIED}),
        State.CLOSED,
        fields=("note",),
        icon="check",
        key="C",
    ),
    "reopen": Move(
        _("Reopen"),
        "tickets.reopen",
        frozenset({State.CLOSED}),
        State.HANDLING,
        guards=(says_why,),
        fields=("note",),
        icon="undo",
        stops=True,
    ),
    "rate": Move(
        _("Score the department"),
        "tickets.rate",
        frozenset({State.CLOSED}),
        None,
        guards=(is_a_whistle, not_own_work, scores_are_given),
        fields=("speed", "quality", "note"),
        icon="star",
    ),
    **levels.MOVES,
    **supervision.MOVES,
    **{name: one for name, one in MILESTONE_MOVES.items() if name != "reach_milestone"},
    **RESPONSIBILITY,
    **MORE_TIME,
    "undo": Move(
        _("Undo"),
        "tickets.undo",
        frozenset(State),
        None,
        guards=(can_be_undone,),
        icon="undo",
        key="Z",
        is_quiet=True,
    ),
    **desk.MOVES,
}


def lacks(name: str, facts: Facts) -> list[Lack]:
    """Everything that is missing before the move can be taken; empty when nothing is."""
    move = MOVES[name]
    found = []
    if facts.ticket.state not in move.sources:
        found.append(_wrong_state(facts.ticket.get_state_display()))
    elif move.on is On.ASSIGNMENT:
        one = facts.assignment
        if one is None:
            found.append(Lack("assignment_needed", gettext("Say for which department.")))
        elif one.state not in move.assignment_sources:
            found.append(_not_yet_or_no_more(one))
    if found:
        return found
    return [lack for guard in move.guards if (lack := guard(facts)) is not None]


def _not_yet_or_no_more(one: Assignment) -> Lack:
    if one.state == AssignmentState.OFFERED:
        return Lack("wrong_state", gettext("Sign for it first."))
    return _wrong_state(one.get_state_display())


def _wrong_state(state: str) -> Lack:
    return Lack(
        "wrong_state", gettext("This does not fit its state now: %(state)s.") % {"state": state}
    )


def check(name: str, facts: Facts) -> None:
    """Raise :class:`Refused` with the first lack as its code, and all of them as ``missing``."""
    found = lacks(name, facts)
    if found:
        raise Refused(found[0].code, " ".join(one.message for one in found), missing=found)


def is_handled(states: list[str]) -> bool:
    """Every assignment that is neither withdrawn nor returned is done, and one is."""
    live = [state for state in states if state not in LET_GO]
    return bool(live) and all(state == AssignmentState.DONE for state in live)
