"""The arithmetic of a report, and its two shapes."""

import json

import pytest

from benchmarks.report import Figure, Goal, as_json, percentile, shown, table


def figure(**given) -> Figure:
    return Figure(**{"family": "create", "name": "create", "value": 50.0, "unit": "/s"} | given)


@pytest.mark.parametrize(
    ("share", "expected"), [(0, 1), (1, 1), (50, 50), (94.5, 95), (95, 95), (100, 100)]
)
def test_a_percentile_is_a_value_that_was_measured(share, expected):
    assert percentile(range(100, 0, -1), share) == expected


def test_of_one_value_every_percentile_is_that_value():
    assert {percentile([7.5], share) for share in (0, 50, 95, 100)} == {7.5}


def test_of_nothing_there_is_no_percentile():
    with pytest.raises(ValueError, match="nothing was measured"):
        percentile([], 95)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (None, ""), (0, "0"), (5, "5"), (0.0594, "0.0594"), (1.349, "1.35"), (25.04, "25.0"),
        (148.6, "149"), (12345.6, "12,346"), (2000, "2,000"),
    ],
)  # fmt: skip
def test_numbers_are_shown_with_the_digits_that_people_compare(number, words):
    assert shown(number) == words


def test_the_ratio_is_the_value_by_its_limit():
    assert figure(limit=200.0).ratio == 0.25
    assert figure().ratio is None


@pytest.mark.parametrize(
    ("goal", "limit", "reached"),
    [
        (Goal(least=50), None, True),
        (Goal(least=51), None, False),
        (Goal(most=50), None, True),
        (Goal(most=49), None, False),
        (Goal(least=0.25, of_ratio=True), 200.0, True),
        (Goal(least=0.26, of_ratio=True), 200.0, False),
        (Goal(least=0.2, of_ratio=True), None, None),
        (None, 200.0, None),
    ],
)
def test_a_goal_is_of_the_value_or_of_its_ratio(goal, limit, reached):
    assert figure(goal=goal, limit=limit).reached is reached


def test_a_goal_says_itself():
    assert str(Goal(most=2, of_ratio=True)) == "≤ 2 × the limit"
    assert str(Goal(least=3000)) == "≥ 3,000"


def test_the_table_says_reached_and_missed_beside_limit_and_peer():
    lines = table(
        [
            figure(limit=200.0, limit_name="/s bare view", goal=Goal(least=0.2, of_ratio=True)),
            figure(at=1_000_000, goal=Goal(least=373), peer="14.9/s", notes="noisy"),
            figure(name="as information"),
        ]
    ).splitlines()

    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert {len(line) for line in lines} == {len(lines[0])}
    assert cells[2] == [
        "create", "", "50 /s", "200 /s bare view", "0.25", "≥ 0.2 × the limit", "reached", "", "",
    ]  # fmt: skip
    assert cells[3] == [
        "create", "1,000,000", "50 /s", "", "", "≥ 373", "missed", "14.9/s", "noisy",
    ]  # fmt: skip
    assert cells[4][0] == "as information"
    assert cells[4][6] == ""


def test_json_holds_the_head_and_every_figure_with_its_ratio_and_verdict():
    whole = json.loads(
        as_json({"commit": "abc"}, [figure(limit=100.0, goal=Goal(most=0.4, of_ratio=True))])
    )

    assert whole["head"] == {"commit": "abc"}
    assert whole["figures"] == [
        {
            "family": "create", "name": "create", "value": 50.0, "unit": "/s", "at": None,
            "limit": 100.0, "limit_name": "", "goal": "≤ 0.4 × the limit", "peer": "", "notes": "",
            "ratio": 0.5, "reached": False,
        }
    ]  # fmt: skip
