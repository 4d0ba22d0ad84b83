"""The life of a ticket: states, the table of moves, guards, clocks. Pure: no database.

Pages, API, tests and ``docs/workflow.md`` all read :data:`MOVES`. A move is taken by
``tickets.actions``; who may take it is asked of ``tickets.rules``.
"""

from tickets.workflow.clocks import (
    CLOCKS_OF_TICKET,
    HELD,
    ON_AGAIN,
    STANDARD,
    Again,
    Allowance,
    stamp_of,
    wanted,
)
from tickets.workflow.guards import MAX_RETURNS, UNDO_SECONDS, UNDOABLE, Facts, Lack
from tickets.workflow.moves import MOVES, Move, On, check, is_handled, lacks
from tickets.workflow.states import (
    ENDED,
    IN_HAND,
    LET_GO,
    LIVE,
    OPEN,
    AssignmentState,
    ClockKind,
    Rank,
    State,
    WhistleKind,
)
from tickets.workflow.whistles import TERMS, Terms, reasons_lacking

__all__ = [
    "CLOCKS_OF_TICKET",
    "ENDED",
    "HELD",
    "IN_HAND",
    "LET_GO",
    "LIVE",
    "MAX_RETURNS",
    "MOVES",
    "ON_AGAIN",
    "OPEN",
    "STANDARD",
    "TERMS",
    "UNDOABLE",
    "UNDO_SECONDS",
    "Again",
    "Allowance",
    "AssignmentState",
    "ClockKind",
    "Facts",
    "Lack",
    "Move",
    "On",
    "Rank",
    "State",
    "Terms",
    "WhistleKind",
    "check",
    "is_handled",
    "lacks",
    "reasons_lacking",
    "stamp_of",
    "wanted",
]
