"""Everything that changes a ticket. One verb each, atomic, ``by=`` always; ``None`` is the system."""

from tickets.actions.asking import answer, note_attempt
from tickets.actions.bulk import Outcome, file_all
from tickets.actions.carding import redden_cards
from tickets.actions.desk import Result, move_all, split, write_note
from tickets.actions.dispatch import route
from tickets.actions.filing import Asked, Filed, Filing, file
from tickets.actions.meetings import (
    Call,
    attend_meeting,
    call_meeting,
    cancel_meeting,
    decide,
    drop_decision,
    publish_minutes,
)
from tickets.actions.moves import arrive, move
from tickets.actions.opening import Order, open_ticket
from tickets.actions.orders import close_order
from tickets.actions.rising import take_up_reds
from tickets.actions.rolling import roll_up, tally_levels
from tickets.actions.searches import forget_search, keep_search, rename_search
from tickets.actions.templates import end_template, set_template
from tickets.actions.ticking import fire_clocks, recompute_clocks, resume_suspended

__all__ = [
    "Asked",
    "Call",
    "Filed",
    "Filing",
    "Order",
    "Outcome",
    "Result",
    "answer",
    "arrive",
    "attend_meeting",
    "call_meeting",
    "cancel_meeting",
    "close_order",
    "decide",
    "drop_decision",
    "end_template",
    "file",
    "file_all",
    "fire_clocks",
    "forget_search",
    "keep_search",
    "move",
    "move_all",
    "note_attempt",
    "open_ticket",
    "publish_minutes",
    "recompute_clocks",
    "redden_cards",
    "rename_search",
    "resume_suspended",
    "roll_up",
    "route",
    "set_template",
    "split",
    "take_up_reds",
    "tally_levels",
    "write_note",
]
