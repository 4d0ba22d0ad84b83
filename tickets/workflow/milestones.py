"""Dated steps of a long plan: set with it, reached by the department, moved by who called it in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from govgrid.core.text import is_blank
from tickets.workflow.guards import Facts, Lack, says_what_was_done, says_why, text
from tickets.workflow.move import Move, On
from tickets.workflow.states import IN_HAND, LIVE, AssignmentState, State, WhistleKind

if TYPE_CHECKING:
    from grids.models import Department
    from tickets.models import Milestone

MOST = 12
FARTHEST = timedelta(days=366)
_WORKING = frozenset({State.DISPATCHED, State.HANDLING})
_CALLED = _WORKING | {State.TRIAGE}


class Dated(NamedTuple):
    """A milestone as it is asked for; no department: the lead answers for it."""

    title: str
    due_on: date
    department: Department | None = None


def of_department(one: Milestone, facts: Facts) -> bool:
    """It is still to be reached, by a department that still has the ticket in hand."""
    live = {
        part.pk
        for part in facts.assignments
        if part.state in LIVE and part.state != AssignmentState.DONE
    }
    return one.reached_at is None and one.assignment_id in live


def open_ones(facts: Facts) -> list[Milestone]:
    """Those still to come, of the one assignment where the move is taken on one."""
    found = [one for one in facts.milestones if of_department(one, facts)]
    if facts.assignment is None:
        return found
    return [one for one in found if one.assignment_id == facts.assignment.pk]


def chosen(facts: Facts) -> Milestone | None:
    """The milestone that was named, as the locked rows have it."""
    named = facts.given.get("milestone")
    return next((one for one in facts.milestones if named and one.pk == named.pk), None)


# ── guards ────────────────────────────────────────────────────────────────────────────────────


def keeps_milestones(facts: Facts) -> Lack | None:
    if facts.ticket.owes_plan:
        return None
    return Lack("no_plan_owed", gettext("No plan is asked for here."))


def hard_case_is_dated(facts: Facts) -> Lack | None:
    """A hard case has no other end than the days that were promised."""
    if facts.ticket.whistle_kind != WhistleKind.HARD or facts.given.get("milestones"):
        return None
    return _no_milestone()


def milestones_are_given(facts: Facts) -> Lack | None:
    return None if facts.given.get("milestones") else _no_milestone()


def _no_milestone() -> Lack:
    return Lack("milestones_needed", gettext("Name at least one milestone and its day."))


def milestones_hold(facts: Facts) -> Lack | None:
    """Each has words, a day to come within a year, and a department of the ticket."""
    given = facts.given.get("milestones") or ()
    if len(given) + len(open_ones(facts)) > MOST and given:
        message = gettext("A ticket has at most %(most)s milestones at a time.") % {"most": MOST}
        return Lack("too_many_milestones", message)
    found = (
        _title(one) or _day(one.title, one.due_on, facts) or _owner(one, facts) for one in given
    )
    return next((lack for lack in found if lack is not None), None)


def _title(one: Dated) -> Lack | None:
    if not is_blank(one.title):
        return None
    return Lack("milestone_untitled", gettext("Say of each milestone what will be reached."))


def _day(title: str, due_on: date, facts: Facts) -> Lack | None:
    """A day that is over, and today too, is no plan."""
    today = clock.local(facts.at or clock.now()).date()
    if due_on <= today:
        message = gettext("“%(title)s” lies in the past: choose a day after today.")
        return Lack("milestone_past", message % {"title": title})
    if due_on > today + FARTHEST:
        message = gettext("“%(title)s” lies beyond a year: choose an earlier day.")
        return Lack("milestone_far", message % {"title": title})
    return None


def _owner(one: Dated, facts: Facts) -> Lack | None:
    if owner_of(one, facts) is not None:
        return None
    message = gettext("“%(title)s”: choose a department that has this ticket in hand.")
    return Lack("milestone_stranger", message % {"title": one.title})


def owner_of(one: Dated, facts: Facts) -> int | None:
    """The assignment that answers for it: the department's own, or the lead's."""
    for part in facts.assignments:
        is_his = part.department_id == one.department.pk if one.department else part.is_lead
        if is_his and part.state in LIVE and part.state != AssignmentState.DONE:
            return part.pk
    return None


def has_open_milestones(facts: Facts) -> Lack | None:
    if open_ones(facts):
        return None
    return Lack("no_milestone", gettext("No milestone is still to come."))


def names_open_milestone(facts: Facts) -> Lack | None:
    """Whose milestone it is, is a question of its own: it is never another department's."""
    if not facts.given.get("milestone"):
        return Lack("milestone_needed", gettext("Choose the milestone."))
    one = chosen(facts)
    if one is None or (facts.assignment and one.assignment_id != facts.assignment.pk):
        return Lack("milestone_of_another", gettext("This milestone is another department's."))
    if one.reached_at is not None:
        return Lack("milestone_reached", gettext("This milestone was reached already."))
    if not of_department(one, facts):
        return Lack("milestone_void", gettext("Nobody need reach this milestone any more."))
    return None


def names_new_day(facts: Facts) -> Lack | None:
    due_on, one = facts.given.get("due_on"), chosen(facts)
    if due_on is None:
        return Lack("due_on_needed", gettext("Choose the new day."))
    if one is None:
        return None
    if one.due_on == due_on:
        return Lack("same_day", gettext("It is due on this day already."))
    return _day(one.title, due_on, facts)


def milestones_first(facts: Facts) -> Lack | None:
    """Who promised steps says of each that it was reached before saying that all is done."""
    if not open_ones(facts):
        return None
    return Lack("milestones_first", gettext("Say of each milestone first that it was reached."))


def names_a_helper(facts: Facts) -> Lack | None:
    if facts.given.get("department"):
        return None
    return Lack("department_needed", gettext("Choose the department that shall help."))


def is_not_on_it(facts: Facts) -> Lack | None:
    department = facts.given.get("department")
    if department is None:
        return None
    if all(one.department_id != department.pk or not one.is_live for one in facts.assignments):
        return None
    return Lack("has_it_already", gettext("This department has the ticket already."))


def words_of(facts: Facts) -> str:
    return text(facts, "note")


MOVES: dict[str, Move] = {
    "reach_milestone": Move(
        _("Milestone reached"),
        "tickets.work",
        _WORKING,
        None,
        guards=(has_open_milestones, names_open_milestone, says_what_was_done),
        on=On.ASSIGNMENT,
        assignment_sources=IN_HAND,
        fields=("milestone", "note"),
        icon="check",
    ),
    "add_milestone": Move(
        _("Add milestones"),
        "tickets.hold_meeting",
        _CALLED,
        None,
        guards=(keeps_milestones, milestones_are_given, milestones_hold),
        fields=("milestones", "note"),
        icon="calendar",
        is_aside=True,
    ),
    "move_milestone": Move(
        _("Move a milestone"),
        "tickets.hold_meeting",
        _CALLED,
        None,
        guards=(has_open_milestones, names_open_milestone, names_new_day, says_why),
        fields=("milestone", "due_on", "note"),
        icon="calendar",
        is_aside=True,
    ),
    "call_in": Move(
        _("Call in a department"),
        "tickets.hold_meeting",
        _CALLED,
        None,
        guards=(names_a_helper, is_not_on_it),
        fields=("department", "note"),
        icon="lead",
        is_aside=True,
    ),
}
