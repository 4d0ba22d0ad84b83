"""The board: what is open in a place or with a department, in columns, the most urgent first.

However many tickets are open, a page is one GROUP BY for the counts, one walk of the indexes
``ticket_due_*`` for the tiles of all columns, and one statement each for what the tiles say.
"""

from tickets.board.columns import (
    CLOSED,
    CLOSED_TILES,
    SHAPES,
    TILES,
    Board,
    Column,
    Wish,
    read,
)
from tickets.board.scopes import Scope, parts_of, scopes
from tickets.board.suggesting import Suggestion, suggest
from tickets.board.tiles import Tile

__all__ = [
    "CLOSED",
    "CLOSED_TILES",
    "SHAPES",
    "TILES",
    "Board",
    "Column",
    "Scope",
    "Suggestion",
    "Tile",
    "Wish",
    "parts_of",
    "read",
    "scopes",
    "suggest",
]
