"""The table itself, without a database."""

import pytest

from govgrid.core.errors import Refused
from govgrid.core.templatetags import gg
from tickets import workflow
from tickets.effects import EFFECTS, STAMPS
from tickets.management.commands import document_workflow
from tickets.models import Assignment, Ticket
from tickets.workflow import MOVES, AssignmentState, Facts, On, State


def facts(state=State.HANDLED, *, assignment=None, **given) -> Facts:
    rows = (assignment,) if assignment else ()
    return Facts(ticket=Ticket(state=state), assignment=assignment, assignments=rows, given=given)


KNOWN_FIELDS = {
    *("note", "department", "suggested_owner", "helpers", "rank", "accepted_at", "spoke_with"),
    "within",
    *("until", "whistle_kind", "tried", "missing_power", "into", "speed", "quality"),
    *("finding", "no_photo", "meets"),
    "from_level",
    *("parts", "handler"),
    *("milestones", "milestone", "due_on"),
    *("return_reason", "reach", "amount", "clock"),
}


def test_every_move_has_an_effect_and_no_effect_is_without_a_move():
    assert set(MOVES) == set(EFFECTS)


# Taken on an assignment, and written in a row beside it with its own time.
BESIDE = {"extend", "endorse", "appeal"}


def test_every_move_on_an_assignment_stamps_its_time():
    # A milestone carries its own, and handing on is no step of the work.
    on_assignment = {name for name, move in MOVES.items() if move.on is On.ASSIGNMENT}
    assert on_assignment - BESIDE == {*STAMPS, "reach_milestone", "hand_to"}


@pytest.mark.parametrize("name", MOVES)
def test_a_move_leaves_its_sources_or_says_what_follows(name):
    move = MOVES[name]

    assert move.sources
    assert move.target is None or move.target in State
    assert all(field in KNOWN_FIELDS for field in move.fields)


@pytest.mark.parametrize("name", MOVES)
@pytest.mark.parametrize("state", State)
def test_a_move_is_refused_in_every_state_that_is_not_its_source(name, state):
    move = MOVES[name]
    if state in move.sources:
        return

    with pytest.raises(Refused) as refusal:
        workflow.check(name, facts(state))

    assert refusal.value.code == "wrong_state"


@pytest.mark.parametrize("name", [n for n, m in MOVES.items() if m.on is On.ASSIGNMENT])
@pytest.mark.parametrize("state", AssignmentState)
def test_a_move_is_refused_for_every_assignment_that_is_not_its_source(name, state):
    move = MOVES[name]
    if state in move.assignment_sources:
        return
    ticket_state = next(iter(move.sources))

    with pytest.raises(Refused) as refusal:
        workflow.check(name, facts(ticket_state, assignment=Assignment(state=state)))

    assert refusal.value.code == "wrong_state"


def test_all_that_is_missing_is_said_at_once():
    one = Assignment(state=AssignmentState.OFFERED, role="lead")

    found = workflow.lacks("return", facts(State.DISPATCHED, assignment=one))

    assert [lack.code for lack in found] == [
        "return_reason_needed",
        "reason_needed",
        "owner_needed",
    ]


def test_a_lead_returns_twice_and_an_assistant_as_often_as_it_must():
    ticket = Ticket(state=State.HANDLING, return_count=2)
    given = {"note": "不是我局的井", "return_reason": "not_ours", "suggested_owner": "供水公司"}

    def asked(role):
        one = Assignment(state=AssignmentState.SIGNED, role=role)
        return workflow.lacks("return", Facts(ticket=ticket, assignment=one, given=given))

    assert [lack.code for lack in asked("lead")] == ["returns_used_up"]
    assert asked("assist") == []


def test_an_assistants_department_returns_twice_whatever_the_others_did():
    given = {"note": "不是我局的井", "return_reason": "not_ours", "suggested_owner": "供水公司"}
    now = Assignment(state=AssignmentState.SIGNED, role="assist", department_id=1)

    def asked(*before):
        rows = [Assignment(state="returned", role="assist", department_id=d) for d in before]
        facts = Facts(Ticket(state=State.HANDLING), None, now, (*rows, now), given=given)
        return [lack.code for lack in workflow.lacks("return", facts)]

    assert asked(1, 2, 2) == []
    assert asked(1, 1) == ["returns_used_up"]


@pytest.mark.parametrize(
    ("states", "handled"),
    [
        ([], False),
        (["done"], True),
        (["done", "signed"], False),
        (["done", "returned", "withdrawn"], True),
        (["returned"], False),
        (["done", "offered"], False),
    ],
)
def test_handled_means_that_all_who_stayed_are_done(states, handled):
    assert workflow.is_handled(states) is handled


@pytest.mark.parametrize("state", [*State, *AssignmentState])
def test_every_state_has_a_look_and_the_same_word_everywhere(state):
    colour, glyph, word = gg.STATES[state.value]

    assert colour.startswith("is-")
    assert glyph
    assert word == state.label


def test_no_look_is_for_a_state_that_does_not_exist():
    ours = {one for one in gg.STATES if ":" not in one}  # upper apps name theirs apart
    assert ours == {*State.values, *AssignmentState.values}


def test_open_and_ended_share_nothing_and_leave_nothing_out():
    assert set(State) == workflow.OPEN | workflow.ENDED
    assert not workflow.OPEN & workflow.ENDED


def test_the_documentation_says_what_the_table_says():
    """Run ``manage.py document_workflow``."""
    assert document_workflow.PAGE.read_text() == document_workflow.document()
