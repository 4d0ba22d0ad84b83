"""What a run does follows from its seed."""

from itertools import pairwise

import pytest

from benchmarks.faults.plan import KINDS, LEAP, RESTARTS, Plan


def test_the_same_seed_gives_the_same_plan_and_another_another():
    assert Plan.seeded(2000, 7) == Plan.seeded(2000, 7)
    assert Plan.seeded(2000, 7).faults != Plan.seeded(2000, 8).faults


@pytest.mark.parametrize("seed", range(20))
def test_a_long_run_has_every_kind_twice_and_one_restart_of_the_database(seed):
    plan = Plan.seeded(2000, seed)
    kinds = [one.kind for one in plan.faults]

    assert all(kinds.count(kind) >= 2 for kind in [*KINDS, LEAP])
    assert sum(kinds.count(kind) for kind in RESTARTS) == 1
    assert [one.at for one in plan.faults] == sorted(one.at for one in plan.faults)
    assert plan.faults[-1].at < 2000
    # Each meets people who file.
    assert min(b.at - a.at for a, b in pairwise(plan.faults)) >= 20
    assert all(0 < one.seconds <= 12 for one in plan.faults)
    # Some outlast what a client waits for.
    assert any(one.seconds > 6 for one in plan.faults)
