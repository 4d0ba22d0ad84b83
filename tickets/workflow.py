"""The life of a ticket: states, the table of moves, guards. Pure: no database.

Pages, API, tests and ``docs/workflow.md`` all read :data:`MOVES`. A move is taken by
``tickets.actions``; who may take it is asked of ``tickets.rules``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from govgrid.core.errors import Refused

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from tickets.models import Assignment, Ticket

MAX_RETURNS = 2


class State(TextChoices):
    AWAITING_APPROVAL = "awaiting_approval", _("Awaiting approval")
    FILED = "filed", _("Filed")
    TRIAGE = "triage", _("To be assigned")
    DISPATCHED = "dispatched", _("To be signed for")
    HANDLING = "handling", _("Being handled")
    HANDLED = "handled", _("To be verified")
    VERIFIED = "verified", _("Verified")
    CLOSED = "closed", _("Closed")
    DECLINED = "declined", _("Declined")
    MERGED = "merged", _("Merged")
    SUSPENDED = "suspended", _("Suspended")


class AssignmentState(TextChoices):
    OFFERED = "offered", pgettext_lazy("assignment", "To be signed for")
    SIGNED = "signed", pgettext_lazy("assignment", "Signed for")
    REPORTED_IN = "reported_in", pgettext_lazy("assignment", "Reported in")
    DONE = "done", pgettext_lazy("assignment", "Done")
    RETURNED = "returned", pgettext_lazy("assignment", "Returned")
    WITHDRAWN = "withdrawn", pgettext_lazy("assignment", "Withdrawn")


ENDED = frozenset({State.CLOSED, State.DECLINED, State.MERGED})
OPEN = frozenset(State) - ENDED
# Nobody works on these any more; whatever else there is decides when a ticket is handled.
LET_GO = frozenset({AssignmentState.RETURNED, AssignmentState.WITHDRAWN})
LIVE = frozenset(AssignmentState) - LET_GO
IN_HAND = frozenset({AssignmentState.SIGNED, AssignmentState.REPORTED_IN})


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
    given: dict[str, object] = field(default_factory=dict)


Guard = Callable[[Facts], Lack | None]


def _text(facts: Facts, name: str) -> str:
    return str(facts.given.get(name) or "").strip()


def note_for_the_reporter(facts: Facts) -> Lack | None:
    if _text(facts, "note"):
        return None
    return Lack("note_needed", gettext("Write a line that the reporter can read."))


def says_what_was_done(facts: Facts) -> Lack | None:
    if _text(facts, "note"):
        return None
    return Lack("note_needed", gettext("Say what was done."))


def says_why(facts: Facts) -> Lack | None:
    if _text(facts, "note"):
        return None
    return Lack("reason_needed", gettext("Say why."))


def names_a_department(facts: Facts) -> Lack | None:
    if facts.given.get("department"):
        return None
    return Lack("department_needed", gettext("Choose the department that shall lead."))


def names_an_owner(facts: Facts) -> Lack | None:
    if _text(facts, "suggested_owner"):
        return None
    return Lack("owner_needed", gettext("Say who should have it instead."))


def returns_are_left(facts: Facts) -> Lack | None:
    if facts.assignment is None or not facts.assignment.is_lead:
        return None
    if facts.ticket.return_count < MAX_RETURNS:
        return None
    return Lack(
        "returns_used_up",
        gettext("It has been returned twice. Handle it, or ask the street for a ruling."),
    )


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


class On(StrEnum):
    """What a move is taken on."""

    TICKET = "ticket"
    ASSIGNMENT = "assignment"


class Move(NamedTuple):
    """One arrow. ``sources`` are states of the ticket and, on an assignment, of that too."""

    label: str | Promise
    permission: str
    sources: frozenset[State]
    target: State | None  # None: follows from the assignments
    guards: tuple[Guard, ...] = ()
    on: On = On.TICKET
    assignment_sources: frozenset[AssignmentState] = frozenset()
    assignment_target: AssignmentState | None = None
    fields: tuple[str, ...] = ()
    icon: str = "check"
    key: str = ""
    stops: bool = False  # cannot be undone: outlined, never the default


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
        fields=("note",),
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
    "finish": Move(
        _("Finish"),
        "tickets.work",
        _WORKING,
        None,
        guards=(says_what_was_done,),
        on=On.ASSIGNMENT,
        assignment_sources=IN_HAND,
        assignment_target=AssignmentState.DONE,
        fields=("note",),
        icon="s-done",
        key="F",
    ),
    "return": Move(
        _("Return"),
        "tickets.work",
        _WORKING,
        None,
        guards=(returns_are_left, says_why, names_an_owner),
        on=On.ASSIGNMENT,
        assignment_sources=IN_HAND | {AssignmentState.OFFERED},
        assignment_target=AssignmentState.RETURNED,
        fields=("note", "suggested_owner"),
        icon="return",
        key="R",
        stops=True,
    ),
    "assign": Move(
        _("Assign"),
        "tickets.triage",
        frozenset({State.TRIAGE}),
        State.DISPATCHED,
        guards=(names_a_department,),
        fields=("department", "note"),
        icon="lead",
        key="A",
    ),
    "settle": Move(
        _("Settle here"),
        "tickets.settle",
        frozenset({State.FILED, State.TRIAGE, State.DISPATCHED}),
        State.HANDLED,
        guards=(says_what_was_done,),
        fields=("note",),
        icon="home",
    ),
    "decline": Move(
        _("Decline"),
        "tickets.triage",
        frozenset({State.TRIAGE}),
        State.DECLINED,
        guards=(note_for_the_reporter,),
        fields=("note",),
        icon="s-declined",
        stops=True,
    ),
    "verify": Move(
        _("Verify: it is fixed"),
        "tickets.verify",
        frozenset({State.HANDLED}),
        State.VERIFIED,
        guards=(not_own_work,),
        fields=("note",),
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
