"""What a desk does with its hands: several matters made of one, and work given to a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from govgrid.core.text import is_blank
from tickets.workflow.guards import Facts, Lack
from tickets.workflow.move import Move, On
from tickets.workflow.states import IN_HAND, AssignmentState, State

if TYPE_CHECKING:
    from uuid import UUID

    from tickets.models import Category

MOST_PARTS = 5
_WORKING = frozenset({State.DISPATCHED, State.HANDLING})


@dataclass(frozen=True)
class Part:
    """One matter that becomes a ticket of its own; the id makes a second sending the same."""

    client_id: UUID
    category: Category
    description: str


def names_parts(facts: Facts) -> Lack | None:
    parts = facts.given.get("parts") or ()
    if not parts:
        return Lack("parts_needed", gettext("Say what the other matter is."))
    if len(parts) > MOST_PARTS:
        return Lack("too_many_parts", gettext("Split into five parts at most at a time."))
    if any(is_blank(one.description) for one in parts):
        return Lack("part_without_words", gettext("Describe each part in a few words."))
    if len({one.client_id for one in parts}) < len(parts):
        return Lack("client_id_reused", gettext("Each part has an id of its own."))
    return None


def names_a_colleague(facts: Facts) -> Lack | None:
    person, one = facts.given.get("handler"), facts.assignment
    if person is None:
        return Lack("handler_needed", gettext("Choose the colleague who shall handle it."))
    if one is not None and one.handler_id == person.pk:
        return Lack("has_it_already", gettext("This colleague has it already."))
    return None


MOVES: dict[str, Move] = {
    "split": Move(
        _("Split"),
        "tickets.triage",
        frozenset({State.FILED, State.TRIAGE, State.DISPATCHED, State.HANDLING}),
        None,
        guards=(names_parts,),
        fields=("parts", "note"),
        icon="layers",
        is_quiet=True,
    ),
    "hand_to": Move(
        _("Hand to a colleague"),
        "tickets.work",
        _WORKING,
        None,
        guards=(names_a_colleague,),
        on=On.ASSIGNMENT,
        assignment_sources=IN_HAND | {AssignmentState.OFFERED},
        fields=("handler", "note"),
        icon="person",
        key="P",
    ),
}

# What can be done with several tickets at once: the words are the same for all of them. Finishing,
# returning and scoring are not here, since each has an answer of its own.
TOGETHER = (
    "sign",
    "assign",
    "hand_to",
    "approve",
    "refuse",
    "merge",
    "settle",
    "verify",
    "reject",
    "close",
    "decline",
)
MOST_TOGETHER = 50
