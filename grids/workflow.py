"""How a division of a community goes from a draft to the map in force. Pure: no database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from govgrid.core.errors import Refused
from govgrid.core.text import tidy


class State(TextChoices):
    DRAFTED = "drafted", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    IN_FORCE = "in_force", _("In force")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# 网格划分八条原则, in the order in which they are cited.
PRINCIPLES: dict[str, str | Promise] = {
    "near": _("Neighbours in place"),
    "trade": _("Like livelihoods"),
    "benefit": _("Shared interests"),
    "growth": _("Good for development"),
    "consent": _("The residents are willing"),
    "order": _("Easy to organise"),
    "habit": _("Habits are respected"),
    "size": _("The right size"),
}
PRINCIPLES_IN_CHINESE = {
    "near": "地域相近",
    "trade": "产业趋同",
    "benefit": "利益共享",
    "growth": "有利发展",
    "consent": "群众自愿",
    "order": "便于组织",
    "habit": "尊重习惯",
    "size": "规模适度",
}


class VoteForm(TextChoices):
    ASSEMBLY = "assembly", _("Assembly of residents")
    REPRESENTATIVES = "representatives", _("Assembly of representatives")
    HOUSEHOLDS = "households", _("Written, one voice a household")
    ONLINE = "online", _("Online")


class Lack(NamedTuple):
    """What is missing before a move can be taken."""

    code: str
    message: str


@dataclass(frozen=True)
class Facts:
    """All that a guard may ask about one division at one moment."""

    state: str
    today: date
    effective_on: date | None = None
    note: str = ""
    errors: int = 0
    unexplained: int = 0
    answered: frozenset[str] = frozenset()
    unkept_without_note: frozenset[str] = frozenset()
    votes: tuple[int, int] | None = None
    is_own_work: bool = False


Guard = Callable[[Facts], Lack | None]


def map_is_sound(facts: Facts) -> Lack | None:
    if facts.errors:
        return Lack("map_has_errors", gettext("The check of the map still finds errors."))
    return None


def warnings_are_explained(facts: Facts) -> Lack | None:
    if facts.unexplained:
        return Lack("warning_unexplained", gettext("A warning has no written reason yet."))
    return None


def principles_are_answered(facts: Facts) -> Lack | None:
    if PRINCIPLES.keys() - facts.answered:
        return Lack("principles_open", gettext("Not all of the eight rules are answered."))
    if facts.unkept_without_note:
        return Lack("principle_without_note", gettext("A rule that is not kept has no reason."))
    return None


def residents_have_voted(facts: Facts) -> Lack | None:
    if facts.votes is None:
        return Lack("vote_missing", gettext("The vote of the residents is not recorded."))
    votes_for, votes_against = facts.votes
    if votes_for <= votes_against:
        return Lack("vote_against", gettext("The residents did not vote for it."))
    return None


def has_a_day_to_come(facts: Facts) -> Lack | None:
    if facts.effective_on is None:
        return Lack("date_missing", gettext("The day from which it holds is missing."))
    if facts.effective_on <= facts.today:
        return Lack("date_past", gettext("The day from which it holds must lie ahead."))
    return None


def not_own_work(facts: Facts) -> Lack | None:
    if facts.is_own_work:
        return Lack("own_work", gettext("Who drew or submitted a division does not decide on it."))
    return None


def says_why(facts: Facts) -> Lack | None:
    if not tidy(facts.note):
        return Lack("note_missing", gettext("Please say why."))
    return None


class Move(NamedTuple):
    """One arrow of the table."""

    label: str | Promise
    permission: str
    sources: frozenset[State]
    target: State
    guards: tuple[Guard, ...] = ()
    takes_note: bool = False
    stops: bool = False


READY = (
    map_is_sound,
    warnings_are_explained,
    principles_are_answered,
    residents_have_voted,
    has_a_day_to_come,
)

MOVES: dict[str, Move] = {
    "submit": Move(
        _("Submit"), "grids.draw", frozenset({State.DRAFTED}), State.SUBMITTED, guards=READY
    ),
    "approve": Move(
        _("Approve"),
        "grids.approve_division",
        frozenset({State.SUBMITTED}),
        State.APPROVED,
        guards=(not_own_work, *READY),
    ),
    "refuse": Move(
        _("Refuse"),
        "grids.approve_division",
        frozenset({State.SUBMITTED}),
        State.REFUSED,
        guards=(not_own_work, says_why),
        takes_note=True,
        stops=True,
    ),
    "revise": Move(
        _("Back to the drawing"),
        "grids.draw",
        frozenset({State.SUBMITTED, State.REFUSED}),
        State.DRAFTED,
    ),
    "withdraw": Move(
        _("Withdraw"),
        "grids.draw",
        frozenset({State.DRAFTED, State.SUBMITTED, State.APPROVED, State.REFUSED}),
        State.WITHDRAWN,
        guards=(says_why,),
        takes_note=True,
        stops=True,
    ),
}


def lacks(name: str, facts: Facts) -> list[Lack]:
    """All that stands in the way of a move, the state first."""
    move = MOVES[name]
    if State(facts.state) not in move.sources:
        word = State(facts.state).label
        return [Lack("wrong_state", gettext("This division is: %(state)s.") % {"state": word})]
    return [lack for guard in move.guards if (lack := guard(facts)) is not None]


def check(name: str, facts: Facts) -> None:
    missing = lacks(name, facts)
    if missing:
        raise Refused(missing[0].code, missing[0].message, missing=missing)
