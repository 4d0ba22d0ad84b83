"""Which moves a person is offered on a ticket, and what is missing for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from govgrid.core import clock
from tickets import rules
from tickets.workflow import ENDED, MOVES, Facts, Lack, Move, State, lacks

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
    "scores_needed": ("speed", "quality"),
}
# What no word and no waiting will mend: the move has no place on this ticket.
_NOT_HERE = frozenset({"no_plan_owed", "no_danger", "no_whistle"})
# These have one state only; in any other a shut button would say nothing.
_OF_ONE_STATE = frozenset({"approve", "refuse", "unmerge", "reopen", "rate", "confirm_safe"})
# Nothing comes next here but what the state itself allows.
_STANDING = ENDED | {State.AWAITING_APPROVAL}
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


def to_come(every: Iterable[Offer]) -> list[Offer]:
    """Those that get a button."""
    return [one for one in every if not one.is_behind and not one.move.is_quiet]


def permitted(
    ticket: Ticket,
    *,
    by: User,
    assignments: Iterable[Assignment],
    names: Iterable[str] = tuple(MOVES),
) -> list[Offer]:
    """Every move of ``names`` that ``by`` holds the permission for, in the order of the table."""
    rows, at = list(assignments), clock.now()
    found = (_offer(ticket, name, by, rows, at) for name in names)
    return [one for one in found if one is not None]


def _offer(
    ticket: Ticket, name: str, by: User, rows: list[Assignment], at: datetime
) -> Offer | None:
    facts = rules.gather(name, ticket, rows, by=by, at=at)
    if not rules.may(by, name, facts):
        return None
    found = tuple(lacks(name, facts))
    is_behind = _is_behind(name, facts) or any(one.code in _NOT_HERE for one in found)
    return Offer(name, MOVES[name], found, facts.assignment, is_behind)


def _is_behind(name: str, facts: Facts) -> bool:
    """Taken before, or never to come: a button for it would say nothing."""
    if facts.ticket.state in _STANDING or name in _OF_ONE_STATE:
        return facts.ticket.state not in MOVES[name].sources
    if name == "plan" and not facts.ticket.owes_plan:
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
