"""Moves of who oversees, and the answer of who is overseen. None of them changes a state."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tickets.workflow.guards import Facts, Lack, text
from tickets.workflow.move import Move
from tickets.workflow.states import State

# How long an order may give for its answer; the usual one first.
WITHIN = ("WD3", "WH4", "WD1", "WD2", "WD5", "WD10")
# Again after so many minutes, and not before.
URGE_MINUTES = 60
_AT_WORK = frozenset({State.TRIAGE, State.DISPATCHED, State.HANDLING})


def says_what_for(facts: Facts) -> Lack | None:
    if text(facts, "note"):
        return None
    return Lack("matter_needed", gettext("Say what the department shall account for."))


def names_an_addressee(facts: Facts) -> Lack | None:
    if facts.given.get("department") or facts.ticket.lead_department_id:
        return None
    return Lack("addressee_needed", gettext("Choose the department that it is for."))


def names_a_time(facts: Facts) -> Lack | None:
    if facts.given.get("within") in WITHIN:
        return None
    return Lack("within_needed", gettext("Say within what time it is to be answered."))


def something_waits(facts: Facts) -> Lack | None:
    if facts.waiting:
        return None
    return Lack("nothing_to_answer", gettext("Nothing waits for an answer of your department."))


def says_the_answer(facts: Facts) -> Lack | None:
    if text(facts, "note"):
        return None
    return Lack("answer_needed", gettext("Say why it is late and what happens by when."))


MOVES: dict[str, Move] = {
    "answer": Move(
        _("Answer the card or order"),
        "tickets.answer",
        frozenset(State),
        None,
        guards=(something_waits, says_the_answer),
        fields=("note",),
        icon="doc",
    ),
    "urge": Move(
        _("Urge"),
        "tickets.triage",
        _AT_WORK | {State.HANDLED},
        None,
        icon="bell",
    ),
    "supervise": Move(
        _("Issue a supervision order"),
        "tickets.supervise",
        _AT_WORK,
        None,
        guards=(names_an_addressee, says_what_for, names_a_time),
        fields=("department", "note", "within"),
        icon="doc",
    ),
}
