"""Whose it is: returns with a code and in time, rulings that bind, and who is taken off again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from tickets.workflow.guards import (
    MAX_RETURNS,
    Facts,
    Lack,
    names_a_department,
    names_an_owner,
    says_why,
)
from tickets.workflow.move import Move, On
from tickets.workflow.states import IN_HAND, LIVE, AssignmentState, Reach, ReturnReason, State

if TYPE_CHECKING:
    from tickets.models import Assignment, Ticket

# How long a lead may say that it is not his, from when he was given it.
TIME_TO_RETURN = "WH4"
_WORKING = frozenset({State.DISPATCHED, State.HANDLING})


# ── what follows from the rows ────────────────────────────────────────────────────────────────


def needs_ruling(ticket: Ticket, assignments: Iterable[Assignment]) -> bool:
    """At the desk, disputed, and nobody has ruled since."""
    if ticket.state != State.TRIAGE:
        return False
    rows = list(assignments)
    disputed = max((one.disputed_at for one in rows if one.disputed_at), default=None)
    ruled = max((one.ruled_at for one in rows if one.ruled_at), default=None)
    return disputed is not None and (ruled is None or ruled < disputed)


def sent_back_by(assignments: Iterable[Assignment]) -> Assignment | None:
    """The lead who sent it to the desk, as long as no other has had it after him.

    One who was taken off before he signed has not had it.
    """
    leads = [one for one in assignments if one.is_lead]
    back = [one for one in leads if one.state == AssignmentState.RETURNED and one.returned_at]
    last = max(back, key=lambda one: (one.returned_at, one.pk), default=None)
    if last is None or any(_came_after(one, last) for one in leads):
        return None
    return last


def _came_after(one: Assignment, last: Assignment) -> bool:
    if one is last or last.returned_at is None or one.state == AssignmentState.WITHDRAWN:
        return False
    return one.offered_at >= last.returned_at


# ── guards ────────────────────────────────────────────────────────────────────────────────────


def gives_a_code(facts: Facts) -> Lack | None:
    if facts.given.get("return_reason") in ReturnReason.values:
        return None
    return Lack("return_reason_needed", gettext("Choose for what reason it goes back."))


def is_in_time(facts: Facts) -> Lack | None:
    """An assistant may find out late that it is of no use; a lead must say so at once."""
    one = facts.assignment
    if one is None or not one.is_lead or facts.beside is None or facts.at is None:
        return None
    until = facts.beside.return_by(one)
    if facts.at <= until:
        return None
    said = gettext("It could be returned until %(time)s. Handle it, or ask the desk to decide.")
    return Lack("return_too_late", said % {"time": f"{clock.local(until):%F %H:%M}"})


def is_not_bound(facts: Facts) -> Lack | None:
    one = facts.assignment
    if one is None or not one.is_lead or one.ruled_at is None:
        return None
    return Lack("bound_by_ruling", gettext("A ruling gave it to this department, and it binds."))


def leads_it(facts: Facts) -> Lack | None:
    if facts.assignment is not None and facts.assignment.is_lead:
        return None
    return Lack("not_the_lead", gettext("Only the department that leads can do this."))


def returns_are_used_up(facts: Facts) -> Lack | None:
    if facts.ticket.return_count >= MAX_RETURNS:
        return None
    return Lack("returns_left", gettext("It can still be returned. A ruling comes after that."))


def no_ruling_is_needed(facts: Facts) -> Lack | None:
    if not needs_ruling(facts.ticket, facts.assignments):
        return None
    said = gettext("It came back a third time: only a ruling decides who handles it.")
    return Lack("needs_ruling", said)


def there_is_a_question(facts: Facts) -> Lack | None:
    """A ruling answers a dispute, a return or a border; without one the desk just assigns."""
    if facts.ticket.return_count or facts.ticket.routing.get("outcome") == "border":
        return None
    return Lack("nothing_to_rule", gettext("Nobody disputes it: there is nothing to rule on."))


def says_how_far(facts: Facts) -> Lack | None:
    if facts.given.get("reach") in Reach.values:
        return None
    return Lack("reach_needed", gettext("Choose how far the ruling holds."))


def removable(assignments: Iterable[Assignment]) -> list[Assignment]:
    """Who can be taken off: who helps and has not finished, and a lead who has not signed."""
    return [
        one
        for one in assignments
        if one.state == AssignmentState.OFFERED or (one.state in IN_HAND and not one.is_lead)
    ]


def taken_off(facts: Facts) -> Assignment | None:
    """Whom the desk means: the part it names, or the live part of the department it names."""
    department = facts.given.get("department")
    if department is None:
        return facts.assignment
    same = (one for one in facts.assignments if one.department_id == department.pk)
    return next((one for one in same if one.state in LIVE), None)


def somebody_can_go(facts: Facts) -> Lack | None:
    if removable(facts.assignments):
        return None
    return Lack("nobody_to_withdraw", gettext("There is nobody who could be taken off."))


def names_who_goes(facts: Facts) -> Lack | None:
    one = taken_off(facts)
    if one is None and not facts.given.get("department"):
        return Lack("department_needed", gettext("Choose which department is taken off."))
    if one is not None and one in removable(facts.assignments):
        return None
    said = gettext("Only who helps, or a lead that has not signed for it, can be taken off.")
    return Lack("cannot_withdraw", said)


MOVES: dict[str, Move] = {
    "dispute": Move(
        _("Dispute it"),
        "tickets.work",
        _WORKING,
        State.TRIAGE,
        guards=(
            leads_it,
            is_not_bound,
            returns_are_used_up,
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
        stops=True,
    ),
    "rule": Move(
        _("Rule who handles it"),
        "tickets.rule",
        frozenset({State.TRIAGE}),
        State.DISPATCHED,
        guards=(there_is_a_question, names_a_department, says_why, says_how_far),
        fields=("department", "reach", "note"),
        icon="ruling",
    ),
    "withdraw": Move(
        _("Take a department off"),
        "tickets.triage",
        _WORKING,
        None,
        guards=(somebody_can_go, names_who_goes, says_why),
        fields=("department", "note"),
        icon="cross",
        stops=True,
    ),
}
