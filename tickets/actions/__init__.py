"""Everything that changes a ticket. One verb each, atomic, ``by=`` always; ``None`` is the system."""

from tickets.actions.bulk import Outcome, file_all
from tickets.actions.dispatch import route
from tickets.actions.filing import Asked, Filed, Filing, file
from tickets.actions.moves import arrive, move
from tickets.actions.rolling import roll_up
from tickets.actions.ticking import fire_clocks, recompute_clocks

__all__ = [
    "Asked",
    "Filed",
    "Filing",
    "Outcome",
    "arrive",
    "file",
    "file_all",
    "fire_clocks",
    "move",
    "recompute_clocks",
    "roll_up",
    "route",
]
