"""What must hold before a move: one small function each, giving what is missing or None."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import gettext

from govgrid.core.text import is_blank
from tickets.workflow.states import ENDED, AssignmentState, State

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from tickets.models import Assignment, Ticket, TicketEvent

MAX_RETURNS = 2
UNDOABLE = frozenset({"assign", "decline", "settle", "merge"})
UNDO_SECONDS = 8
# The page counts 8 s down; the way to the server takes its own time.
_UNDO_GRACE = timedelta(seconds=UNDO_SECONDS + 4)
SCORES = range(1, 6)


class Lack(NamedTuple):
    """One thing that is missing before a move can be taken: a stable code and a sentence."""

    code: str
    message: str


@dataclass(frozen=True)
class Facts:
    """What a guard may look at: the locked rows, who asks, and what they typed."""

    ticket: Ticket
    by: User | None = None
    assignment: Assignment | None = None
    # Every assignment of the ticket, so that a guard needs no database.
    assignments: tuple[Assignment, ...] = ()
    # Departments in which the asker holds a post; the office of his area is not among them.
    own_departments: frozenset[int] = frozenset()
    given: dict[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    # What happened last; read for the moves that depend on it.
    last: TicketEvent | None = None


Guard = Callable[[Facts], Lack | None]


def text(facts: Facts, name: str) -> str:
    """What was written; nothing where a reader would see nothing."""
    said = str(facts.given.get(name) or "").strip()
    return "" if is_blank(said) else said


# ── words ─────────────────────────────────────────────────────────────────────────────────────


def note_for_the_reporter(facts: Facts) -> Lack | None:
    if text(facts, "note"):
        return None
    return Lack("note_needed", gettext("Write a line that the reporter can read."))


def says_what_was_done(facts: Facts) -> Lack | None:
    if text(facts, "note"):
        return None
    return Lack("note_needed", gettext("Say what was done."))


def says_the_plan(facts: Facts) -> Lack | None:
    if text(facts, "note"):
        return None
    return Lack("note_needed", gettext("Say what will be done, by whom and by when."))


def says_why(facts: Facts) -> Lack | None:
    if text(facts, "note"):
        return None
    return Lack("reason_needed", gettext("Say why."))


def names_a_department(facts: Facts) -> Lack | None:
    if facts.given.get("department"):
        return None
    return Lack("department_needed", gettext("Choose the department that shall lead."))


def names_an_owner(facts: Facts) -> Lack | None:
    if text(facts, "suggested_owner"):
        return None
    return Lack("owner_needed", gettext("Say who should have it instead."))


def says_with_whom(facts: Facts) -> Lack | None:
    """One of the four elements that a whistle's answer is audited on."""
    if not facts.ticket.whistle_kind or text(facts, "spoke_with"):
        return None
    return Lack("spoke_with_needed", gettext("Say with whom it was talked over."))


def says_until_when(facts: Facts) -> Lack | None:
    if not facts.ticket.whistle_kind or facts.given.get("until"):
        return None
    return Lack("until_needed", gettext("Say until when it holds or will be finished."))


def names_a_whistle(facts: Facts) -> Lack | None:
    if facts.given.get("whistle_kind"):
        return None
    return Lack("whistle_kind_needed", gettext("Choose the kind of whistle."))


def scores_are_given(facts: Facts) -> Lack | None:
    if facts.given.get("speed") in SCORES and facts.given.get("quality") in SCORES:
        return None
    return Lack("scores_needed", gettext("Give 1 to 5 for speed and for quality."))


# ── state of the rows ─────────────────────────────────────────────────────────────────────────


def reported_in_first(facts: Facts) -> Lack | None:
    one = facts.assignment
    if not facts.ticket.whistle_kind or one is None or one.reported_in_at:
        return None
    return Lack("report_in_first", gettext("Report in first."))


def safe_first(facts: Facts) -> Lack | None:
    """Where a danger has a limit of its own, it ends before the work does."""
    ticket, one = facts.ticket, facts.assignment
    if not ticket.whistle_kind or not ticket.category.hazard_limit:
        return None
    if one is None or not one.is_lead or one.made_safe_at or one.safe_seen_at:
        return None
    return Lack("safe_first", gettext("Make it safe first."))


def returns_are_left(facts: Facts) -> Lack | None:
    """A lead counts on the ticket, whoever leads; an assistant's department counts its own."""
    one = facts.assignment
    if one is None or _returns(facts, one) < MAX_RETURNS:
        return None
    return Lack(
        "returns_used_up",
        gettext("It has been returned twice. Handle it, or ask the street for a ruling."),
    )


def _returns(facts: Facts, one: Assignment) -> int:
    if one.is_lead:
        return facts.ticket.return_count
    same = (other for other in facts.assignments if other.department_id == one.department_id)
    return sum(other.state == AssignmentState.RETURNED for other in same)


def not_own_work(facts: Facts) -> Lack | None:
    """Nobody grades his own work: neither who did it nor a colleague in that department.

    In an office the colleague may: what a grid worker settles, the community verifies.
    """
    workers = {
        person
        for one in facts.assignments
        for person in (one.signed_by_id, one.reported_in_by_id, one.made_safe_by_id, one.done_by_id)
    }
    did = {one.department_id for one in facts.assignments if one.state == AssignmentState.DONE}
    asker = facts.by.pk if facts.by else None
    if asker not in workers - {None} and did.isdisjoint(facts.own_departments):
        return None
    return Lack("own_work", gettext("Who did the work cannot verify it."))


def danger_is_open(facts: Facts) -> Lack | None:
    """There is a lead who was to make it safe, and nobody has said yet that it is."""
    lead = next((one for one in facts.assignments if one.is_lead and one.is_live), None)
    if lead and facts.ticket.has_hazard and not (lead.made_safe_at or lead.safe_seen_at):
        return None
    return Lack("no_danger", gettext("There is no danger left to look at."))


def plan_is_owed(facts: Facts) -> Lack | None:
    one = facts.assignment
    if one is not None and one.is_lead and facts.ticket.owes_plan and one.planned_at is None:
        return None
    return Lack("no_plan_owed", gettext("No plan is asked for here."))


def is_a_whistle(facts: Facts) -> Lack | None:
    if facts.ticket.whistle_kind:
        return None
    return Lack("no_whistle", gettext("Only what was whistled for is scored."))


def is_no_whistle_yet(facts: Facts) -> Lack | None:
    if not facts.ticket.whistle_kind:
        return None
    return Lack("whistle_already", gettext("The whistle was blown for this already."))


def nobody_has_finished(facts: Facts) -> Lack | None:
    """A whistle is routed anew, and who has done a part has it still."""
    if all(one.state != AssignmentState.DONE for one in facts.assignments):
        return None
    message = gettext("A department has finished its part. Wait for the others, or send it back.")
    return Lack("part_is_done", message)


def fits_together(facts: Facts) -> Lack | None:
    """What a ticket may be merged into: another one of the district that is still open."""
    into = facts.given.get("into")
    if into is None:
        return Lack("into_needed", gettext("Say with which ticket."))
    wrong = gettext("These two cannot be merged: choose another open ticket of this district.")
    fits = (
        into.pk != facts.ticket.pk
        and into.state not in ENDED | {State.SUSPENDED}
        and into.district_id == facts.ticket.district_id
    )
    return None if fits else Lack("wrong_ticket", wrong)


def can_be_undone(facts: Facts) -> Lack | None:
    """The last thing that happened, a few seconds ago, by the same hand."""
    last = facts.last
    fresh = (
        last is not None
        and facts.by is not None
        and facts.at is not None
        and last.verb in UNDOABLE
        and last.by_id == facts.by.pk
        and facts.at - last.at <= _UNDO_GRACE
    )
    return None if fresh else Lack("too_late", gettext("This can no longer be undone."))
