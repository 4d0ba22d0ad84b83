"""Business time and outages, as the verdict counts them."""

from datetime import UTC, datetime

import pytest

from benchmarks.faults.timeline import Outage, Timeline

ALL = frozenset({"redis", "beat"})


def at(second):
    return datetime.fromtimestamp(second, UTC)


@pytest.mark.parametrize(
    ("business", "real"),
    [
        (100, 100),
        (199, 199),
        (200, 200),
        (250, 200),
        (300, 200),
        (310, 210),
        (399, 299),
        (450, 300),
    ],
)
def test_what_a_leap_jumps_over_comes_due_at_the_leap(business, real):
    # At 200 it leaps by 100, at 300 by as much again.
    timeline = Timeline(leaps=[(50, 0), (200, 100), (300, 200)])

    assert timeline.real(at(business)) == real


@pytest.mark.parametrize(
    ("outages", "healthy"),
    [
        ([], 100),
        ([("redis", 110, 130)], 80),
        ([("redis", 90, 130)], 70),
        ([("redis", 190, 230)], 90),
        ([("redis", 0, 90), ("redis", 210, 300)], 100),
        ([("redis", 110, 130), ("beat", 120, 150)], 60),
        ([("redis", 110, 150), ("beat", 120, 130), ("redis", 160, 170)], 50),
        ([("redis", 0, 300)], 0),
        ([("web", 110, 130)], 100),
    ],
)
def test_only_time_in_which_all_that_is_needed_was_up_counts(outages, healthy):
    timeline = Timeline([Outage("kill", frozenset({who}), a, b) for who, a, b in outages])

    assert timeline.healthy(100, 200, ALL) == healthy


@pytest.mark.parametrize(
    ("moment", "struck"), [(96, False), (98, True), (105, True), (112, True), (114, False)]
)
def test_a_moment_is_struck_within_or_beside_an_outage_of_the_same(moment, struck):
    timeline = Timeline([Outage("kill", frozenset({"beat"}), 100, 110)])

    assert timeline.struck(moment, ALL, within=3) is struck
    assert timeline.struck(moment, frozenset({"web"}), within=3) is False
