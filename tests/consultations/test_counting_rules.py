"""How a result is reckoned, how slips are sealed, and what differs between two texts. No database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultations.workflow import envelopes
from consultations.workflow.ballots import Formula, Slip, count, reaches
from consultations.workflow.wording import by_clause, differences


def formula(**changed):
    return Formula(
        **{
            "options": 3, "kind": "proposal", "max_choices": 1, "count_by": "head",
            "quorum": "over_half", "pass_share": "over_half", "entitled": 20, **changed,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("share", "part", "whole", "said"),
    [
        ("over_half", 10, 20, False), ("over_half", 11, 20, True), ("half", 10, 20, True),
        ("two_thirds", 200, 300, True), ("two_thirds", 199, 300, False),
        ("three_quarters", 75, 100, True), ("three_quarters", 74, 100, False),
        ("none", 0, 0, True), ("half", 0, 0, False), ("all", 3, 3, True), ("all", 2, 3, False),
    ],
)  # fmt: skip
def test_a_share_is_reckoned_without_rounding(share, part, whole, said):
    assert reaches(share, part, whole) is said


def votes(*many):
    return [Slip([n]) for n, some in enumerate(many, start=1) for _each in range(some)]


def test_thirteen_to_seven_passes_and_twelve_to_eight_of_three_quarters_does_not():
    assert count(formula(), votes(13, 7, 0)).is_passed
    assert not count(formula(pass_share="three_quarters"), votes(12, 8, 0)).is_passed
    few = count(formula(), votes(9, 0, 0))
    assert (few.is_passed, few.has_quorum) == (False, False)


def test_a_spoilt_slip_takes_part_and_agrees_to_nothing():
    tally = count(formula(), [*votes(10, 0, 0), Slip([])])
    assert (tally.voted, tally.spoilt, tally.has_quorum, tally.is_passed) == (11, 1, True, True)
    assert not count(formula(), [*votes(10, 0, 0), *[Slip([])] * 10]).is_passed


def test_by_floor_area_both_must_do():
    """Ten owners, one of them with half of all the area."""
    owners = [Slip([1], 1000)] * 8 + [Slip([2], 9000)]
    rules = formula(count_by="area", quorum="two_thirds", entitled=10, entitled_area=18000)
    tally = count(rules, owners)
    assert (tally.heads, tally.areas) == ((8, 1, 0), (8000, 9000, 0))
    assert tally.has_quorum
    assert not tally.is_passed  # most heads, but not most of the area
    assert count(rules, [*owners[:7], Slip([1], 9000), Slip([2], 1000)]).is_passed
    assert not count(rules, owners[:8]).has_quorum  # heads enough, area 8000 of 18000


def test_a_choice_is_won_by_the_most_and_a_tie_by_nobody():
    rules = formula(kind="choice", max_choices=2, pass_share="none", options=3)
    ballots = [Slip([1, 2]), Slip([1, 3]), Slip([1, 2])]
    assert count(rules, ballots).winners == (1, 2)
    assert count(rules, ballots[:2]).winners == (1,)


@given(st.lists(st.sampled_from([(), (1,), (2,), (3,)]), max_size=30))
def test_nothing_is_lost_in_counting(slips):
    tally = count(formula(), [Slip(one, 7) for one in slips])
    assert sum(tally.heads) + tally.spoilt == tally.voted == len(slips)
    assert sum(tally.areas) == 7 * sum(tally.heads)


# ── envelopes ─────────────────────────────────────────────────────────────────────────────────


def test_a_slip_opens_with_all_keys_and_with_no_fewer():
    one, two, other = (envelopes.new_pair() for _each in range(3))
    receipt = envelopes.new_receipt()
    sealed = envelopes.seal(7, [one.public, two.public], [2, 5], receipt)
    opened = envelopes.unseal(7, [one.private, two.private], sealed)
    assert opened == ([2, 5], receipt)
    for keys in ([one.private], [two.private, one.private], [one.private, other.private]):
        with pytest.raises(envelopes.EnvelopeBroken):
            envelopes.unseal(7, keys, sealed)
    with pytest.raises(envelopes.EnvelopeBroken):
        envelopes.unseal(8, [one.private, two.private], sealed)
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    with pytest.raises(envelopes.EnvelopeBroken):
        envelopes.unseal(7, [one.private, two.private], changed)


@given(st.sets(st.integers(1, 12)))
def test_all_slips_are_equally_long(choices):
    pair = envelopes.new_pair()
    sealed = envelopes.seal(1, [pair.public], sorted(choices), envelopes.new_receipt())
    assert len(sealed) == 32 + 12 + 19 + 16
    assert envelopes.unseal(1, [pair.private], sealed).choices == sorted(choices)


@pytest.mark.parametrize("said", ["", "x", "é", "AAAA", "A" * 43 + "=", "\x00" * 44])
def test_what_is_no_key(said):
    assert not envelopes.is_public(said)


# ── differences ───────────────────────────────────────────────────────────────────────────────


@given(st.text(max_size=60), st.text(max_size=60))
def test_both_texts_are_read_from_the_difference(old, new):
    pieces = differences(old, new)
    assert "".join(one.text for one in pieces if one.how != "new") == old
    assert "".join(one.text for one in pieces if one.how != "gone") == new


def test_chinese_differs_by_characters():
    pieces = differences("晚十点后不得喧哗", "晚九点后不得喧哗")
    assert [(one.how, one.text) for one in pieces] == [
        ("same", "晚"), ("gone", "十"), ("new", "九"), ("same", "点后不得喧哗"),
    ]  # fmt: skip


@given(st.lists(st.text(max_size=5), max_size=6), st.lists(st.text(max_size=5), max_size=6))
def test_clauses_keep_their_order(old, new):
    rows = by_clause(old, new)
    kept = "".join(one.text for row in rows for one in row if one.how != "new")
    assert kept == "".join(old)
    assert "".join(one.text for row in rows for one in row if one.how != "gone") == "".join(new)
