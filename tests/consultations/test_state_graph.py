"""The table alone: every state is reached, none is a trap, and what the domain names is there."""

from pathlib import Path

import pytest

from consultations.actions import moves as _moves
from consultations.effects import EFFECTS
from consultations.management.commands.document_consultations import document
from consultations.queries import NEEDS
from consultations.rules import RULES
from consultations.workflow import ENDED, FIRINGS, MOVES, TURNS, State
from consultations.workflow.states import CommitmentState

ARROWS = {
    (source, target)
    for move in MOVES.values()
    for source in move.sources
    for target in move.targets
}


def reached_from(starts, arrows):
    found, new = set(starts), set(starts)
    while new:
        new = {after for before, after in arrows if before in new} - found
        found |= new
    return found


def test_there_are_fourteen_states_and_eighteen_moves():
    assert len(State) == 14
    assert set(MOVES) == {
        "raise",
        "withdraw",
        "accept",
        "decline",
        "refer",
        "merge",
        "appeal",
        "convene",
        "settle",
        "no_accord",
        "defer",
        "revisit",
        "start",
        "explain",
        "report",
        "look_back",
        "close",
        "reopen",
    }


def test_every_state_is_reached():
    assert reached_from({State.RAISED}, ARROWS) == set(State)


@pytest.mark.parametrize("state", State)
def test_no_state_is_a_trap(state):
    assert ENDED & reached_from({state}, ARROWS)


@pytest.mark.parametrize(
    "state", sorted(set(State) - ENDED - {State.DEFERRED, State.AGREED, State.DOING})
)
def test_silence_never_ends_it(state):
    """Where nothing else brings it on, a clock does: put off has its day, promises their own."""
    assert FIRINGS[state]


def test_every_move_has_what_it_needs():
    assert set(EFFECTS) == set(MOVES) - {"raise"}
    assert set(NEEDS) <= set(MOVES)
    assert {one.permission for one in MOVES.values()} <= set(RULES)
    assert {one.permission for one in TURNS.values()} <= set(RULES)
    assert _moves.EFFECTS is EFFECTS


def test_promises_have_no_trap_either():
    arrows = {(s, turn.target) for turn in TURNS.values() for s in turn.sources}
    assert reached_from({CommitmentState.OFFERED}, arrows) == set(CommitmentState)
    kept = {CommitmentState.CONFIRMED, CommitmentState.ENDED}
    assert all(kept & reached_from({one}, arrows) for one in CommitmentState)


def test_the_page_says_what_the_tables_say(settings):
    """Run ``manage.py document_consultations`` after a change of the tables."""
    page = Path(settings.BASE_DIR) / "docs" / "consultations.md"
    assert page.read_text(encoding="utf-8") == document()


def test_every_move_and_turn_has_its_glyph(settings):
    sprite = (settings.BASE_DIR / "static" / "core" / "icons.svg").read_text()
    glyphs = {one.icon for one in (*MOVES.values(), *TURNS.values())}
    assert {one for one in glyphs if f'id="i-{one}"' not in sprite} == set()
