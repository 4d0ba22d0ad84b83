"""What happens by itself: for each state a list of firings, in days after the step began.

A topic holds the number of firings behind it and the moment of the next; one sweep takes them all.
"""

from __future__ import annotations

from typing import NamedTuple

from consultations.workflow.states import State


class Firing(NamedTuple):
    """After ``days`` (a name in ``terms.DAYS``) ``effect`` happens: who is told, or which move."""

    days: str
    effect: str
    is_working: bool = True
    is_due: bool = False  # the limit that people see


FIRINGS: dict[State, tuple[Firing, ...]] = {
    State.RAISED: (
        Firing("screen_remind", "remind"),
        Firing("screen", "take_up", is_due=True),
        Firing("screen_above", "take_up"),
    ),
    State.APPEALED: (
        Firing("screen_remind", "remind"),
        Firing("screen", "take_up", is_due=True),
        Firing("screen_above", "take_up"),
    ),
    State.STUDYING: (Firing("study", "warn", is_due=True),),
    State.DELIBERATING: (Firing("deliberate", "no_accord", is_due=True),),
    State.REPORTED: (Firing("look_back", "look_back", is_working=False, is_due=True),),
    State.REVIEWING: (
        Firing("rating", "remind", is_working=False, is_due=True),
        Firing("feed_back", "warn"),
    ),
    State.CLOSED: (Firing("look_back_again", "look_back", is_working=False),),
}


def due_of(state: State) -> Firing | None:
    """The firing by which a step should be over; None where nothing presses."""
    return next((one for one in FIRINGS.get(state, ()) if one.is_due), None)
