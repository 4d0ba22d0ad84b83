"""What must hold before a move: one small function each, giving what is missing or None."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import gettext

from govgrid.core import clock
from govgrid.core.text import is_blank, tidy
from tickets.workflow.states import ENDED, AssignmentState, State

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from tickets.beside import Beside
    from tickets.models import Assignment, Milestone, Ticket, TicketEvent

MAX_RETURNS = 2
UNDOABLE = frozenset({"assign", "decline", "settle", "merge"})
UNDO_SECONDS = 8
# Whoever took one of these steps did the work. Who saw for the place that it is safe did not.
OWN_STEPS = ("signed", "reported_in", "planned", "made_safe", "done")
# The page counts 8 s down; the way to the server takes its own time.
_UNDO_GRACE = timedelta(seconds=UNDO_SECONDS + 4)
SCORES = range(1, 6)
# So long what was done may be said to hold.
LONGEST_KEPT = timedelta(days=3660)
# From so far an after-photo shows the place.
PHOTO_METRES = 50


class Lack(NamedTuple):
    """One thing that is missing before a move can be taken: a stable code and a sentence."""

    code: str
    message: str


class Proof(NamedTuple):
    """The after-photo that shows a work done: whether one is wanted, and how near it was taken."""

    is_wanted: bool = False
    is_there: bool = False
    metres: float | None = None  # None: the photo does not say where, or the ticket has no pin
    has_pin: bool = True

    @property
    def is_near(self) -> bool:
        return self.is_there and (
            not self.has_pin or (self.metres is not None and self.metres <= PHOTO_METRES)
        )

    @property
    def is_enough(self) -> bool:
        return not self.is_wanted or self.is_near


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
    # Whether a card or an order waits for the asker's department; read for the answer.
    waiting: bool = False
    # What was promised on the way; read for the moves that depend on it.
    milestones: tuple[Milestone, ...] = ()
    # Somebody of the place is looking whether the report is real.
    is_check_out: bool = False
    proof: Proof = field(default_factory=Proof)
    # The closing condition that held when the ticket was filed.
    closing: str = ""
    # Departments for which the asker answers, the office of his area among them.
    answers_for: frozenset[int] = frozenset()
    # Requests and deadlines, read when a guard looks at them.
    beside: Beside | None = None


Guard = Callable[[Facts], Lack | None]


def text(facts: Facts, name: str) -> str:
    """What was written; nothing where a reader would see nothing."""
    said = tidy(str(facts.given.get(name) or ""))
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
    """Asked of a whistle; whoever says it names a day that can be meant."""
    until = facts.given.get("until")
    if isinstance(until, date):
        filed_on = clock.local(facts.ticket.filed_at).date()
        if filed_on <= until <= clock.local(facts.at or clock.now()).date() + LONGEST_KEPT:
            return None
        message = gettext("Choose a date between the report and ten years on.")
        return Lack("wrong_until", message)
    if not facts.ticket.whistle_kind:
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
        getattr(one, name)
        for one in facts.assignments
        for name in ("handler_id", *(f"{step}_by_id" for step in OWN_STEPS))
    }
    did = {one.department_id for one in facts.assignments if _has_worked(one)}
    asker = facts.by.pk if facts.by else None
    if asker not in workers - {None} and did.isdisjoint(facts.own_departments):
        return None
    return Lack("own_work", gettext("Who did the work cannot verify it."))


def _has_worked(one: Assignment) -> bool:
    """Done, or left behind something that is judged now: a plan, a place made safe, a visit."""
    return one.state == AssignmentState.DONE or any(
        getattr(one, f"{step}_at") is not None for step in ("planned", "made_safe", "reported_in")
    )


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
    why = _misfit(facts.ticket, into)
    return Lack("wrong_ticket", why % {"number": into.number}) if why else None


def _misfit(ticket: Ticket, into: Ticket) -> str:
    if into.pk == ticket.pk:
        return gettext("This is the ticket itself.")
    if into.state == State.MERGED:
        return gettext("%(number)s was merged into another itself. Choose the one that leads.")
    if into.state in ENDED:
        return gettext("%(number)s has ended: nothing can be merged into it any more.")
    if into.state == State.SUSPENDED or into.district_id != ticket.district_id:
        return gettext("These two cannot be merged: choose another open ticket of this district.")
    return ""


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
