"""Which moves a person is offered on a ticket, and what is missing for the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects

from govgrid.core import clock
from tickets import rules
from tickets.beside import Beside
from tickets.workflow import ENDED, MOVES, TOGETHER, Facts, Lack, Move, State, lacks
from tickets.workflow.milestones import open_ones

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from govgrid.accounts.models import User
    from tickets.models import Assignment, Ticket

# What a person can still write into the form, and the fields that it goes into.
FIELD_OF: dict[str, tuple[str, ...]] = {
    "note_needed": ("note",),
    "reason_needed": ("note",),
    "department_needed": ("department",),
    "owner_needed": ("suggested_owner",),
    "spoke_with_needed": ("spoke_with",),
    "until_needed": ("until",),
    "whistle_kind_needed": ("whistle_kind",),
    "tried_needed": ("tried",),
    "power_needed": ("missing_power",),
    "into_needed": ("into",),
    "return_reason_needed": ("return_reason",),
    "reach_needed": ("reach",),
    "amount_needed": ("amount",),
    "clock_needed": ("clock",),
    "scores_needed": ("speed", "quality"),
    "parts_needed": ("parts",),
    "handler_needed": ("handler",),
    "matter_needed": ("note",),
    "addressee_needed": ("department",),
    "within_needed": ("within",),
    "answer_needed": ("note",),
    "milestones_needed": ("milestones",),
    "milestone_needed": ("milestone",),
    "due_on_needed": ("due_on",),
    "finding_needed": ("finding",),
    "seen_needed": ("note",),
    "photo_needed": ("no_photo",),
    "condition_needed": ("meets",),
}
# What no word and no waiting will mend: the move has no place on this ticket.
_NOT_HERE = frozenset(
    {
        *("no_plan_owed", "no_danger", "no_whistle", "no_milestone", "no_check", "check_is_out"),
        *("top_level", "nothing_to_answer", "not_the_lead", "returns_left", "nothing_to_rule"),
        *("nobody_to_withdraw", "nothing_to_extend", "nothing_asked", "endorsed_already"),
        *("milestones_decide", "suspended_once", "nothing_late", "no_appeal"),
    }
)
# These have one state only; in any other a shut button would say nothing.
_OF_ONE_STATE = frozenset(
    {"approve", "refuse", "unmerge", "reopen", "rate", "confirm_safe", "check", "ask_check"}
)
# Nothing comes next here but what the state itself allows.
_STANDING = ENDED | {State.AWAITING_APPROVAL, State.SUSPENDED}
# These have no place where no plan is owed.
OF_PLANS = frozenset({"plan", "reach_milestone", "add_milestone", "move_milestone"})
# Not what comes next: a shut button is for what hinders them, not for another state.
_ASIDE = frozenset(
    {
        *("dispute", "rule", "withdraw", "extend", "endorse", "grant", "deny", "suspend", "resume"),
        *("appeal", "exempt", "uphold"),
    }
)
# Undoing has a toast: to judge it asks the database, and a page knows already.
SEEN = tuple(name for name in MOVES if name != "undo")


@dataclass(frozen=True)
class Offer:
    """One move for one person: open when all that it lacks is words."""

    name: str
    move: Move
    lacks: tuple[Lack, ...]
    assignment: Assignment | None
    is_behind: bool = False
    # By what it was judged: a form offers what fits it.
    facts: Facts | None = field(default=None, compare=False, repr=False)

    @property
    def is_open(self) -> bool:
        return all(lack.code in FIELD_OF for lack in self.lacks)

    @property
    def hindered_by(self) -> tuple[str, ...]:
        """What stands in the way that no words can mend."""
        return tuple(lack.message for lack in self.lacks if lack.code not in FIELD_OF)

    @property
    def wanted(self) -> dict[str, str]:
        """The fields that must be filled, each with the sentence that asks for it."""
        return {field: one.message for one in self.lacks for field in FIELD_OF.get(one.code, ())}


def offers(ticket: Ticket, *, by: User, assignments: Iterable[Assignment]) -> list[Offer]:
    """The moves of :func:`permitted` that are still to come: the buttons of a page."""
    return to_come(permitted(ticket, by=by, assignments=assignments, names=SEEN))


def shared(tickets: Iterable[Ticket], *, by: User) -> list[Offer]:
    """The moves that every one of these tickets allows ``by`` now, words aside.

    Each comes with the assignments read; the offer of the first one stands for all.
    """
    every = [
        {
            one.name: one
            for one in permitted(
                ticket, by=by, assignments=ticket.assignments.all(), names=TOGETHER
            )
            if one.is_open and not one.is_behind
        }
        for ticket in tickets
    ]
    if not every:
        return []
    common = set.intersection(*(set(one) for one in every))
    if len(every) == 1:
        # One ticket is merged on its own page, with what lies near it.
        common.discard("merge")
    return [offer for name, offer in every[0].items() if name in common]


def to_come(every: Iterable[Offer]) -> list[Offer]:
    """Those that get a button."""
    return [one for one in every if not one.is_behind and not one.move.is_quiet]


def permitted(
    ticket: Ticket,
    *,
    by: User,
    assignments: Iterable[Assignment],
    names: Iterable[str] = tuple(MOVES),
    beside: Beside | None = None,
) -> list[Offer]:
    """Every move of ``names`` that ``by`` holds the permission for, in the order of the table."""
    rows, at = list(assignments), clock.now()
    if ticket.owes_plan:
        # Several moves are judged by them: read once, not by each.
        prefetch_related_objects([ticket], "milestones")
    beside = beside or Beside(ticket)
    found = (_offer(ticket, name, by, rows, at, beside) for name in names)
    return [one for one in found if one is not None]


def _offer(
    ticket: Ticket,
    name: str,
    by: User,
    rows: list[Assignment],
    at: datetime,
    beside: Beside,
) -> Offer | None:
    facts = rules.gather(name, ticket, rows, by=by, at=at, beside=beside)
    if not rules.may(by, name, facts):
        return None
    found = tuple(lacks(name, facts))
    codes = {one.code for one in found}
    is_elsewhere = name in _ASIDE and "wrong_state" in codes
    is_behind = is_elsewhere or not codes.isdisjoint(_NOT_HERE) or _is_behind(name, facts)
    return Offer(name, MOVES[name], found, facts.assignment, is_behind, facts)


def _is_behind(name: str, facts: Facts) -> bool:
    """Taken before, or never to come: a button for it would say nothing."""
    if facts.ticket.state in _STANDING or name in _OF_ONE_STATE:
        return facts.ticket.state not in MOVES[name].sources
    if name in OF_PLANS and not facts.ticket.owes_plan:
        return True
    if name in {"reach_milestone", "move_milestone"} and not open_ones(facts):
        return True
    one = facts.assignment
    if one is None:
        return False
    taken = {
        "sign": one.signed_at,
        "report_in": one.reported_in_at,
        "make_safe": one.made_safe_at,
        "plan": one.planned_at,
    }
    return taken.get(name) is not None
