"""A worker that dies over its work: taken up again by the next, and not for ever."""

import pytest
from django.contrib.gis.geos import Point

from benchmarks.stage import gone, locked, until, waiters
from govgrid.core import clock
from grids import actions
from grids.actions.proposing import MOST_ATTEMPTS
from grids.models import WGS84, Block, Division, Piece, Proposal
from tests.factories.divisions import begin, counted
from tests.factories.grids import build_town, holder

pytestmark = [
    pytest.mark.processes,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def proposal(transactional_db):
    town = build_town()
    counted(town, 240, 260)
    officer = holder("community_officer", area=town.communities[0])
    division = begin(town, by=officer)
    Block.objects.bulk_create(
        Block(
            division=division,
            code=str(n),
            point=Point(111.0005 + 0.001 * (n % 19), 30.0005 + 0.001 * (n // 19), srid=WGS84),
            household_count=4,
        )
        for n in range(152)
    )
    return actions.ask_proposal(division, by=officer, grids=2)


def killed_over_it(stage, name):
    """A worker takes it up, stops at a table that somebody holds, and is killed there."""
    with locked("grids_piece"):
        stage.worker(name, "heavy")
        cut_off = until(lambda: waiters("grids_piece"), "the worker writes what it computed")
        stage.kill(name)
    until(lambda: gone(cut_off), "the database has noticed")


def lease_is_over():
    Proposal.objects.filter(state="running").update(claimed_until=clock.now())


def test_a_killed_worker_leaves_its_proposal_to_the_next_and_not_for_ever(stage, proposal):
    stage.redis()
    stage.beat()
    killed_over_it(stage, "first")
    proposal.refresh_from_db()
    assert (proposal.state, proposal.attempts) == ("running", 1)
    assert Piece.objects.count() == 2, "nothing is half drawn"

    Proposal.objects.update(attempts=MOST_ATTEMPTS - 1)
    lease_is_over()
    killed_over_it(stage, "second")
    lease_is_over()
    stage.worker("third", "heavy")

    until(lambda: Proposal.objects.filter(state="failed").exists(), "it is given up")
    proposal.refresh_from_db()
    # In the language of who asked for it.
    assert "多次计算均异常中止" in proposal.message
    assert b"is given up at attempt 4" in stage.log("third")
    assert Piece.objects.count() == 2


def test_what_one_killed_worker_left_is_done_by_the_next(stage, proposal):
    stage.redis()
    stage.beat()
    killed_over_it(stage, "first")
    lease_is_over()
    stage.worker("second", "heavy")
    until(lambda: Proposal.objects.filter(state="done").exists(), "the next one computes it")
    assert Division.objects.get().step == 1
    assert len(Piece.objects.shown(Division.objects.get())) == 2
