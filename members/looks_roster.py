"""How the states of an entry look: colour, glyph and word."""

from __future__ import annotations

from govgrid.core.templatetags import gg
from members.workflow.roster import MemberState

LOOKS = {
    MemberState.APPLIED: ("is-new", "s-new"),
    MemberState.ACTIVE: ("is-done", "s-done"),
    MemberState.PAUSED: ("is-quiet", "s-paused"),
    MemberState.DECLINED: ("is-quiet", "s-declined"),
    MemberState.LEFT: ("is-quiet", "s-declined"),
}


def register() -> None:
    """Called once at start-up."""
    gg.name_states({f"member:{state}": (*look, state.label) for state, look in LOOKS.items()})
