"""The fault run at a length that every change can pay for: 200 tickets, one seed."""

import pytest

from benchmarks.faults import run
from benchmarks.faults.plan import Plan

pytestmark = [pytest.mark.processes, pytest.mark.slow]


def test_two_hundred_tickets_under_faults_lose_and_double_nothing():
    plan = Plan.seeded(200, seed=6, rate=10, sweep=2, longest=6)

    report = run(plan)

    assert report.problems() == []
    assert sorted(one.kind for one in plan.faults) == sorted(
        kind for kind, times in report.faults.items() for _ in range(times)
    )
    assert report.cuts_missed == {}
    assert report.clients["filings answered"] == 200
    assert report.clients["filings sent again"] > 0
    for verb in ("near", "over", "close"):
        assert report.clocks[f"{verb} fired"] == report.clocks[f"{verb} expected"] > 0
    assert report.messages["owed by mail"] > 0
