"""What a guard looks at, and what it gives: the facts of a move, and what is missing for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from consultations.workflow.terms import Rules
from govgrid.core import clock
from govgrid.core.text import is_blank

if TYPE_CHECKING:
    from consultations.models import Commitment, Opinion, Review, Session, Topic
    from govgrid.accounts.models import User


class Lack(NamedTuple):
    """One thing that is missing before a move can be taken: a stable code and a sentence."""

    code: str
    message: str


class Heads(NamedTuple):
    """Who was there at the sessions of this round that settle: counts, never names."""

    there: int = 0
    residents: int = 0


@dataclass(frozen=True)
class Facts:
    """What a guard may look at: the locked row, what stands beside it, who asks, what was typed."""

    topic: Topic
    by: User | None = None
    given: dict[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    rules: Rules = field(default_factory=Rules)
    # Those of the present round, read for the moves that look at them.
    sessions: Sequence[Session] = ()
    heads: Heads = field(default_factory=Heads)
    suggestions: Sequence[Opinion] = ()
    commitments: Sequence[Commitment] = ()
    review: Review | None = None
    # The ratings of the round that is looked at: (score, how many).
    ratings: Sequence[tuple[int, int]] = ()
    # Who declined or found "cannot" before: nobody reviews his own.
    decided_by: frozenset[int] = frozenset()
    endorsers: int = 0
    # Announced and not counted yet.
    ballots: int = 0

    @property
    def now(self) -> datetime:
        return self.at or clock.now()


Guard = Callable[[Facts], Lack | None]


def text(facts: Facts, name: str) -> str:
    """What was written; nothing where a reader would see nothing."""
    said = str(facts.given.get(name) or "").strip()
    return "" if is_blank(said) else said
