"""Saying no."""

from govgrid.core.errors import Refused


def test_a_refusal_carries_code_sentence_and_what_is_missing():
    refusal = Refused("team_needed", "Give it to a team first.", ["team"])

    assert str(refusal) == "Give it to a team first."
    assert (refusal.code, refusal.missing) == ("team_needed", ("team",))
