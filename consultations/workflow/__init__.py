"""The life of a topic and of what was promised: states, moves, guards, clocks. Pure: no database.

Pages, API, tests and ``docs/consultations.md`` read :data:`MOVES` and :data:`TURNS`. A move is taken
by ``consultations.actions``; who may take it is asked of ``consultations.rules``.
"""

from consultations.workflow.clocks import FIRINGS, Firing, due_of
from consultations.workflow.commitments import TURNS, Promised, Turn
from consultations.workflow.facts import Facts, Heads, Lack
from consultations.workflow.guards import (
    MAX_NO_ACCORD,
    MAX_REOPENED,
    is_unhappy,
    tier_after_reopening,
)
from consultations.workflow.judging import judging_lack
from consultations.workflow.moves import (
    MOVES,
    Move,
    check,
    is_told_in_public,
    lacks,
    offered,
    target,
)
from consultations.workflow.states import (
    DECIDED,
    ENDED,
    KEPT,
    OPEN,
    OWED,
    PHASE_OF,
    PUBLIC,
    REASONS_OF,
    RESIDENTS,
    STUDIES,
    SUGGESTION_REASONS_OF,
    TALKS,
    UNSEEN,
    UP,
    VERDICT_STANDS,
    VERDICTS_OF,
    Capacity,
    CommitmentState,
    DeclineReason,
    Destination,
    Fate,
    OpinionKind,
    Phase,
    PlatformKind,
    QuestionKind,
    SessionKind,
    State,
    Tier,
    Verdict,
    VerdictReason,
)
from consultations.workflow.talk import (
    ANSWERED,
    FOR_ALL,
    JUDGED_IN,
    REWORDED_IN,
    SPOKEN_IN,
    STANCE_ON_SUGGESTION,
    STANCE_ON_TOPIC,
    STANCES,
    FlagReason,
    kinds_in,
)
from consultations.workflow.terms import DAYS, Rules, read

__all__ = [
    "ANSWERED", "DAYS", "DECIDED", "ENDED", "FIRINGS", "FOR_ALL", "JUDGED_IN", "KEPT", "MAX_NO_ACCORD",
    "MAX_REOPENED", "MOVES", "OPEN", "OWED", "PHASE_OF", "PUBLIC", "REASONS_OF", "RESIDENTS",
    "REWORDED_IN", "SPOKEN_IN", "STANCES", "STANCE_ON_SUGGESTION", "STANCE_ON_TOPIC", "STUDIES",
    "SUGGESTION_REASONS_OF", "TALKS", "TURNS", "UNSEEN", "UP", "VERDICTS_OF", "VERDICT_STANDS",
    "Capacity", "CommitmentState", "DeclineReason", "Destination", "Facts", "Fate", "Firing",
    "FlagReason", "Heads", "Lack", "Move", "OpinionKind", "Phase", "PlatformKind", "Promised",
    "QuestionKind", "Rules", "SessionKind", "State", "Tier", "Turn", "Verdict", "VerdictReason",
    "check", "due_of", "is_told_in_public", "is_unhappy", "judging_lack", "kinds_in", "lacks", "offered", "read",
    "target", "tier_after_reopening",
]  # fmt: skip
