"""Which moves a person is offered on a ticket, and what is missing for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tickets import rules
from tickets.workflow import ENDED, MOVES, Facts, Lack, Move, lacks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from govgrid.accounts.models import User
    from tickets.models import Assignment, Ticket

# What a person can still write into the form, and the field that it goes into.
FIELD_OF = {
    "note_needed": "note",
    "reason_needed": "note",
    "department_needed": "department",
    "owner_needed": "suggested_owner",
}


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
        return {FIELD_OF[one.code]: one.message for one in self.lacks if one.code in FIELD_OF}


def offers(ticket: Ticket, *, by: User, assignments: Iterable[Assignment]) -> list[Offer]:
    """The moves of :func:`permitted` that are still to come: the buttons of a page."""
    return [one for one in permitted(ticket, by=by, assignments=assignments) if not one.is_behind]


def permitted(ticket: Ticket, *, by: User, assignments: Iterable[Assignment]) -> list[Offer]:
    """Every move that ``by`` holds the permission for, in the order of the table."""
    rows = list(assignments)
    found = (_offer(ticket, name, by, rows) for name in MOVES)
    return [one for one in found if one is not None]


def _offer(ticket: Ticket, name: str, by: User, rows: list[Assignment]) -> Offer | None:
    facts = rules.gather(name, ticket, rows, by=by)
    if not rules.may(by, name, facts):
        return None
    return Offer(
        name, MOVES[name], tuple(lacks(name, facts)), facts.assignment, _is_behind(name, facts)
    )


def _is_behind(name: str, facts: Facts) -> bool:
    """Taken before, or never to come: a button for it would say nothing."""
    if facts.ticket.state in ENDED:
        return facts.ticket.state not in MOVES[name].sources
    one = facts.assignment
    if one is None:
        return False
    return (name == "sign" and one.signed_at is not None) or (
        name == "report_in" and one.reported_in_at is not None
    )
