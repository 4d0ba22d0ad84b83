"""Which moves somebody may take on a topic now, and what is missing for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from consultations import queries, workflow
from consultations.models import Topic
from consultations.workflow import MOVES, Lack, Move, Rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from govgrid.accounts.models import User

# What a form asks for is not missing: it is still to be typed.
TYPED = frozenset(
    {
        *("note_needed", "study_plan_needed", "affected_needed", "study_report_needed"),
        *("questions_needed", "result_needed", "summary_needed", "new_facts_needed"),
        *("reason_needed", "destination_needed", "into_needed", "verdict_needed"),
        *("verdict_code_needed", "verdict_reason_needed", "revisit_needed", "must_change_needed"),
        *("legal_basis_needed", "commitment_needed"),
    }
)


class Offer(NamedTuple):
    """A move that somebody may take; ``missing``: what must come first, whatever is typed."""

    name: str
    move: Move
    missing: Sequence[Lack] = ()

    @property
    def is_ready(self) -> bool:
        return not self.missing


def offers(topic: Topic, user: User, rules: Rules | None = None) -> list[Offer]:
    """In the order of the table; nothing for who may do nothing."""
    known: dict[str, bool] = {}
    for move in MOVES.values():
        if move.permission not in known and topic.state in move.sources:
            known[move.permission] = user.has_perm(move.permission, topic)
    names = [
        name
        for name, move in MOVES.items()
        if topic.state in move.sources and known[move.permission]
    ]
    if not names:
        return []
    facts = queries.gather(names, topic, by=user, rules=rules)
    found = []
    for name in names:
        lacks = [one for one in workflow.lacks(name, facts) if one.code not in TYPED]
        if _is_ones_own(name, lacks):
            found.append(Offer(name, MOVES[name], lacks))
    return found


def _is_ones_own(name: str, lacks: Sequence[Lack]) -> bool:
    """What can never be taken by this person is no offer."""
    never = {"own_topic", "decided_before", "not_enough_endorsers", "nothing_refused"}
    never |= {"appealed_already", "nothing_to_do", "not_later", "promised"}
    return not any(one.code in never for one in lacks)
