"""Looking before a department is sent (核查), and what must be shown before a ticket is closed."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tickets.workflow.guards import Facts, Lack, text
from tickets.workflow.move import Move
from tickets.workflow.responsibility import no_ruling_is_needed
from tickets.workflow.states import Finding, State


def nobody_is_looking(facts: Facts) -> Lack | None:
    if not facts.is_check_out:
        return None
    return Lack("check_is_out", gettext("Somebody is looking at it already."))


def a_look_was_asked_for(facts: Facts) -> Lack | None:
    if facts.is_check_out:
        return None
    return Lack("no_check", gettext("Nobody asked to look at it."))


def says_what_was_found(facts: Facts) -> Lack | None:
    if facts.given.get("finding") in Finding.values:
        return None
    return Lack("finding_needed", gettext("Say what you found."))


def says_what_is_there_instead(facts: Facts) -> Lack | None:
    """Whoever says that a report is not so says what is: the desk may decline it by that."""
    finding = facts.given.get("finding")
    if finding not in Finding.values or finding == Finding.REAL or text(facts, "note"):
        return None
    return Lack("seen_needed", gettext("Say what you saw instead."))


def shows_it_done(facts: Facts) -> Lack | None:
    """An after-photo from the place, or a reason why there is none."""
    if facts.proof.is_enough or text(facts, "no_photo"):
        return None
    return Lack(
        "photo_needed",
        gettext("Add an after-photo from within 50 m, or say why there is none."),
    )


def meets_the_condition(facts: Facts) -> Lack | None:
    """Who verifies was there and says that what the closing condition asks for is so."""
    if not facts.closing or facts.given.get("meets"):
        return None
    return Lack("condition_needed", gettext("Look whether the closing condition is met."))


# Before "assign": what the person near the place is asked for comes before what the desk decides.
MOVES: dict[str, Move] = {
    "check": Move(
        _("Say what is there"),
        "tickets.check",
        frozenset({State.TRIAGE}),
        None,
        guards=(a_look_was_asked_for, says_what_was_found, says_what_is_there_instead),
        fields=("finding", "note"),
        icon="eye",
        key="K",
    ),
    "ask_check": Move(
        _("Ask somebody to look"),
        "tickets.triage",
        frozenset({State.FILED, State.TRIAGE}),
        State.TRIAGE,
        guards=(no_ruling_is_needed, nobody_is_looking),
        fields=("note",),
        icon="eye",
    ),
}
