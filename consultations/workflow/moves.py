"""The life of a topic: eighteen moves over fourteen states. Pages, API, tests and docs read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from consultations.workflow import guards as g
from consultations.workflow.facts import Facts, Guard, Lack
from consultations.workflow.states import PUBLIC, State
from govgrid.core.errors import Refused


class Move(NamedTuple):
    """One arrow. No ``target``: it follows from what is given, see ``targets``."""

    label: str | Promise
    permission: str
    sources: frozenset[State]
    targets: frozenset[State]
    guards: tuple[Guard, ...] = ()
    fields: tuple[str, ...] = ()
    icon: str = "check"
    stops: bool = False  # cannot be undone: outlined, never the default
    is_aside: bool = False  # among the buttons, but never the one that is meant first
    is_system: bool = False  # a clock or a lower fact takes it too
    is_public: bool = True  # the step stands in the public story


_S = State
_WAITING = frozenset({_S.RAISED, _S.APPEALED})


def _to(*states: State) -> frozenset[State]:
    return frozenset(states)


MOVES: dict[str, Move] = {
    "raise": Move(
        _("Raise a topic"),
        "consultations.raise",
        frozenset(),
        _to(_S.RAISED),
        fields=("platform", "title", "body"),
        icon="plus",
        is_public=False,
    ),
    "withdraw": Move(
        pgettext_lazy("topic", "Withdraw"),
        "consultations.withdraw",
        _WAITING,
        _to(_S.WITHDRAWN),
        fields=("note",),
        icon="cross",
        stops=True,
        is_public=False,
    ),
    "accept": Move(
        _("Take it up"),
        "consultations.screen",
        _WAITING,
        _to(_S.STUDYING),
        guards=(g.is_not_the_proposer, g.is_somebody_else, g.has_study_plan, g.has_affected),
        fields=("study_plan", "affected", "note"),
        icon="check",
    ),
    "decline": Move(
        _("Do not take it up"),
        "consultations.screen",
        _WAITING,
        _to(_S.DECLINED, _S.REPORTED),
        guards=(g.is_not_the_proposer, g.is_somebody_else, g.has_decline_reason, g.says_why),
        fields=("reason", "note"),
        icon="cross",
        stops=True,
        is_public=False,
    ),
    "refer": Move(
        _("Pass it on"),
        "consultations.screen",
        _WAITING,
        _to(_S.REFERRED),
        guards=(g.is_not_the_proposer, g.has_destination, g.says_why),
        fields=("destination", "note"),
        icon="out",
        is_aside=True,
        is_public=False,
    ),
    "merge": Move(
        pgettext_lazy("topic", "Merge"),
        "consultations.screen",
        _to(_S.RAISED, _S.APPEALED, _S.STUDYING),
        _to(_S.MERGED),
        guards=(g.is_not_the_proposer, g.no_ballot_is_open, g.names_another_topic),
        fields=("into", "note"),
        icon="merge",
        is_aside=True,
        is_public=False,
    ),
    "appeal": Move(
        _("Ask for a review"),
        "consultations.appeal",
        _to(_S.DECLINED, _S.REPORTED),
        _to(_S.APPEALED),
        guards=(g.may_appeal, g.says_why),
        fields=("note",),
        icon="back",
        is_public=False,
    ),
    "convene": Move(
        _("Call people together"),
        "consultations.convene",
        _to(_S.STUDYING),
        _to(_S.DELIBERATING),
        guards=(g.was_looked_at, g.has_study_report, g.knows_affected),
        fields=("study_report", "study_waiver", "affected", "note"),
        icon="people",
    ),
    "settle": Move(
        _("Settle it"),
        "consultations.convene",
        _to(_S.DELIBERATING),
        _to(_S.AGREED),
        guards=(
            g.was_talked_over,
            g.papers_were_in_time,
            g.enough_were_there,
            g.residents_were_there,
            g.minutes_are_out,
            g.every_suggestion_is_answered,
            g.no_ballot_is_open,
            g.has_verdict,
            g.verdict_carries,
        ),
        fields=(
            "verdict",
            "verdict_code",
            "verdict_reason",
            "revisit_on",
            "must_change",
            "watched_by",
            "legal_basis",
            "alternative",
            "consensus",
        ),
        icon="ruling",
    ),
    "no_accord": Move(
        _("No agreement yet"),
        "consultations.convene",
        _to(_S.DELIBERATING),
        _to(_S.STUDYING),
        guards=(g.has_questions,),
        fields=("note",),
        icon="back",
        is_aside=True,
        is_system=True,
    ),
    "defer": Move(
        pgettext_lazy("topic", "Put it off"),
        "consultations.convene",
        _to(_S.AGREED),
        _to(_S.DEFERRED),
        guards=(g.is_later,),
        icon="clock",
        is_system=True,
    ),
    "revisit": Move(
        _("Look at it again"),
        "consultations.convene",
        _to(_S.DEFERRED),
        _to(_S.STUDYING),
        guards=(g.day_has_come,),
        fields=("note",),
        icon="search",
        is_system=True,
    ),
    "start": Move(
        pgettext_lazy("topic", "Start"),
        "consultations.convene",
        _to(_S.AGREED),
        _to(_S.DOING),
        guards=(g.is_now, g.all_accepted),
        icon="play",
        is_system=True,
    ),
    "explain": Move(
        _("Explain it"),
        "consultations.convene",
        _to(_S.AGREED),
        _to(_S.REPORTED),
        guards=(g.nothing_was_promised, g.has_result),
        fields=("result",),
        icon="doc",
    ),
    "report": Move(
        _("Report back"),
        "consultations.convene",
        _to(_S.DOING),
        _to(_S.REPORTED),
        guards=(g.all_done,),
        fields=("result",),
        icon="doc",
        is_system=True,
    ),
    "look_back": Move(
        _("Look back"),
        "consultations.convene",
        _to(_S.REPORTED, _S.CLOSED),
        _to(_S.REVIEWING),
        guards=(g.no_round_is_open,),
        icon="search",
        is_system=True,
    ),
    "close": Move(
        pgettext_lazy("topic", "Close"),
        "consultations.convene",
        _to(_S.REVIEWING),
        _to(_S.CLOSED),
        guards=(g.round_is_over, g.has_summary),
        fields=("summary",),
        icon="check",
    ),
    "reopen": Move(
        pgettext_lazy("topic", "Take it up again"),
        "consultations.reopen",
        _to(_S.REPORTED, _S.REVIEWING, _S.CLOSED),
        _to(_S.STUDYING, _S.DOING),
        guards=(g.has_new_facts,),
        fields=("note", "commitments"),
        icon="back",
        is_aside=True,
        is_system=True,
    ),
}


def lacks(name: str, facts: Facts) -> list[Lack]:
    """All that is missing for a move, in the order of its guards."""
    found = (guard(facts) for guard in MOVES[name].guards)
    return [lack for lack in found if lack is not None]


def check(name: str, facts: Facts) -> None:
    """Refused with the first lack's code, or with ``wrong_state``."""
    state = State(facts.topic.state)
    if state not in MOVES[name].sources:
        message = gettext("This topic is in another state: %(state)s.")
        raise Refused("wrong_state", message % {"state": state.label})
    missing = lacks(name, facts)
    if missing:
        raise Refused(missing[0].code, missing[0].message, missing=missing)


def target(name: str, facts: Facts) -> State:
    """Where a move leads."""
    move = MOVES[name]
    if len(move.targets) == 1:
        return next(iter(move.targets))
    if name == "decline":
        # Where a "cannot" was under review it stands as it did.
        return _S.REPORTED if facts.topic.verdict else _S.DECLINED
    # Only what went wrong is done again, unless the whole must be talked over anew.
    return _S.DOING if facts.given.get("commitments") else _S.STUDYING


def offered(state: str, may: Sequence[str]) -> list[str]:
    """The moves of a state among those that somebody may take, in the order of the table."""
    return [name for name, move in MOVES.items() if name in may and State(state) in move.sources]


def is_told_in_public(verb: str, after: str) -> bool:
    """Whether a step stands in the story that everybody reads."""
    known = MOVES.get(verb)
    return (known is None or known.is_public) and State(after) in PUBLIC
