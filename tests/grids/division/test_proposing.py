"""Balanced grids: against plain k-means on fixed data, with compounds whole, by a real process."""

import random
from datetime import timedelta
from functools import partial

import numpy as np
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.contrib.gis.geos import MultiPolygon, Polygon
from scipy.cluster.vq import kmeans2

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.sheets import BadRows
from grids import actions
from grids.actions import proposing as proposals
from grids.division import lint, proposing
from grids.models import WGS84, Block, Compound, Division, Piece, Proposal
from grids.tasks import sweep_proposals
from tests.factories.divisions import begin, counted
from tests.factories.grids import build_town

GRIDS = 12


def homes(seed=20260924, count=420):
    """A dense middle, two dense corners and a thin rest: about 3,000 households."""
    rng = random.Random(seed)  # noqa: S311
    found = []
    for n in range(count):
        if n % 3:
            x, y = rng.choice([(111.004, 30.004), (111.0155, 30.0075), (111.0185, 30.0015)])
            lon, lat = rng.gauss(x, 0.0016), rng.gauss(y, 0.0013)
        else:
            lon, lat = rng.uniform(111, 111.02), rng.uniform(30, 30.01)
        lon, lat = min(max(lon, 111.0001), 111.0199), min(max(lat, 30.0001), 30.0099)
        found.append((f"b{n:03d}", lon, lat, rng.choice([1, 2, 4, 6, 8, 12, 18])))
    return found


def rows(found):
    return [
        (line, {"code": code, "lon": str(lon), "lat": str(lat), "households": str(count)})
        for line, (code, lon, lat, count) in enumerate(found, start=2)
    ]


@pytest.fixture
def town(db):
    made = build_town()
    counted(made, 1500, 1500)
    return made


@pytest.fixture
def drawn(town, officer):
    division = begin(town, by=officer)
    actions.import_blocks(division, rows(homes()), by=officer)
    return division


def compound(town, n, west, south, households):
    outline = MultiPolygon(
        Polygon.from_bbox((west, south, round(west + 0.002, 6), round(south + 0.0015, 6))),
        srid=WGS84,
    )
    return Compound.objects.create(
        code=f"c{n}",
        name=f"小区{n}",
        kind="estate",
        community=town.communities[0],
        outline=outline,
        point=outline.point_on_surface,
        household_count=households,
    )


def off(counts):
    """How far the worst grid is from its share."""
    share = sum(counts) / len(counts)
    return max(abs(one - share) for one in counts) / share


def by_k_means(points, weights, count, seed):
    _centres, sides = kmeans2(points, count, minit="++", seed=seed)
    return np.bincount(sides, weights=weights, minlength=count)


def settled(division):
    division.refresh_from_db()
    return lint.check(division)


@pytest.mark.slow
def test_it_beats_k_means_on_balance_and_stays_compact(drawn):
    found = proposing.propose(drawn, GRIDS, lambda percent: None)
    ours = [one["household_count"] for one in found.pieces]
    blocks = homes()
    points = np.array([(lon * 96486, lat * 110574) for _c, lon, lat, _n in blocks])
    weights = np.array([count for *_rest, count in blocks])
    theirs = [off(by_k_means(points, weights, GRIDS, seed)) for seed in range(20)]

    assert len(ours) == GRIDS
    assert sum(ours) == weights.sum()
    assert off(ours) < 0.05
    # The best of twenty starts of k-means, and a good start at that.
    assert off(ours) < min(theirs) / 5
    # 4πA/P² of a square is 0.79, of a strip of one by four 0.50.
    assert found.figures["compactness"] > 0.45
    assert all(one["outline"].num_geom == 1 for one in found.pieces), "no grid lies in parts"


@pytest.mark.slow
def test_compounds_stay_whole(town, drawn):
    for n, (west, south, households) in enumerate(
        [(111.009, 30.004, 180), (111.0035, 30.0035, 240), (111.0145, 30.007, 90)]
    ):
        compound(town, n, west, south, households)
    found = proposing.propose(drawn, 0, lambda percent: None)
    for one in Compound.objects.all():
        shares = [one.outline.intersection(piece["outline"]).area for piece in found.pieces]
        assert max(shares) == pytest.approx(one.outline.area, rel=1e-4)
    assert found.figures["in_range"] == found.figures["grids"]


@pytest.mark.slow
def test_a_proposal_is_a_step_that_the_check_finds_sound(town, drawn, officer, woken):
    compound(town, 1, 111.009, 30.004, 180)
    proposal = actions.ask_proposal(drawn, by=officer)
    assert woken == []  # on commit
    assert proposals.waiting_proposals() == [proposal.pk]
    assert proposals.propose(proposal.pk)
    assert not proposals.propose(proposal.pk), "a second run finds nothing"
    proposal.refresh_from_db()
    assert (proposal.state, proposal.progress) == ("done", 100)
    assert settled(drawn).findings == []
    pieces = list(Piece.objects.shown(drawn))
    assert {one.keeps for one in pieces if one.keeps} == set(town.grids[:2])
    assert len({one.code for one in pieces}) == len(pieces) == proposal.figures["grids"]
    actions.undo(drawn, by=officer)
    drawn.refresh_from_db()
    assert Piece.objects.shown(drawn).count() == 2


@pytest.mark.slow
def test_a_second_proposal_takes_the_place_of_the_first(town, drawn, officer, woken):
    compound(town, 1, 111.009, 30.004, 180)
    for _each in range(2):
        assert proposals.propose(actions.ask_proposal(drawn, by=officer).pk)

    assert settled(drawn).findings == []
    pieces = list(Piece.objects.shown(drawn))
    drawn.refresh_from_db()
    assert len(pieces) == Proposal.objects.latest("pk").figures["grids"]


@pytest.mark.slow
def test_the_same_homes_give_the_same_grids(drawn):
    one, other = (proposing.propose(drawn, 5, lambda percent: None) for _n in range(2))
    assert [p["household_count"] for p in one.pieces] == [
        p["household_count"] for p in other.pieces
    ]
    assert one.figures == other.figures


def test_progress_is_told(drawn):
    said = []
    proposing.propose(drawn, 3, said.append)
    assert said == sorted(said)
    assert said[-1] == 100


def test_nothing_is_proposed_where_nobody_knows_who_lives_where(town, officer):
    with pytest.raises(Refused) as refusal:
        actions.ask_proposal(begin(town, by=officer), by=officer)
    assert refusal.value.code == "no_homes"


def test_one_proposal_at_a_time(drawn, officer):
    actions.ask_proposal(drawn, by=officer)
    with pytest.raises(Refused) as refusal:
        actions.ask_proposal(drawn, by=officer)
    assert refusal.value.code == "proposal_runs"


def test_what_a_dead_worker_left_is_found_again(drawn, officer):
    proposal = actions.ask_proposal(drawn, by=officer)
    Proposal.objects.update(state="running", claimed_until=clock.now() + timedelta(minutes=1))
    assert proposals.waiting_proposals() == []
    Proposal.objects.update(claimed_until=clock.now() - timedelta(seconds=1))
    assert proposals.waiting_proposals() == [proposal.pk]


def test_a_proposal_that_kills_its_worker_is_not_tried_for_ever(drawn, officer, caplog):
    proposal = actions.ask_proposal(drawn, by=officer)
    Proposal.objects.update(
        state="running",
        attempts=proposals.MOST_ATTEMPTS,
        claimed_until=clock.now() - timedelta(seconds=1),
    )
    assert proposals.propose(proposal.pk)
    proposal.refresh_from_db()
    assert proposal.state == "failed"
    assert "ended its worker each time" in proposal.message
    assert f"proposal {proposal.pk} is given up at attempt 4" in caplog.text
    assert proposals.waiting_proposals() == []
    assert actions.ask_proposal(drawn, by=officer).state == "waiting", "it can be asked for again"


def test_a_proposal_that_is_cut_off_says_so(drawn, officer, monkeypatch):
    def takes_long(*args):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(proposing, "propose", takes_long)
    proposal = actions.ask_proposal(drawn, by=officer)
    assert proposals.propose(proposal.pk)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.attempts) == ("failed", 1)
    assert "in time" in proposal.message


def test_the_sweep_wakes_and_computes_nothing_itself(
    drawn, officer, woken, django_capture_on_commit_callbacks
):
    proposal = actions.ask_proposal(drawn, by=officer)
    with django_capture_on_commit_callbacks(execute=True):
        sweep_proposals()
    assert (proposals.TASK, (proposal.pk,)) in woken
    proposal.refresh_from_db()
    assert proposal.state == "waiting"


def test_the_solver_knows_nothing_of_where_it_runs(drawn, monkeypatch):
    given = {}
    popen = proposing.subprocess.Popen

    def started(*args, **kwargs):
        given.update(kwargs["env"])
        return popen(*args, **kwargs)

    monkeypatch.setattr(proposing.subprocess, "Popen", started)
    proposing.propose(drawn, 3, lambda percent: None)
    assert set(given) <= {*proposing.ENVIRONMENT, *proposing.ONE_THREAD}
    assert not {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PRIVACY_KEYS"} & set(given)


def test_a_solver_that_takes_too_long_is_ended(drawn, officer, monkeypatch):
    monkeypatch.setattr(proposing, "PATIENCE", 0.01)
    proposal = actions.ask_proposal(drawn, by=officer)
    assert proposals.propose(proposal.pk)
    proposal.refresh_from_db()
    assert proposal.state == "failed"
    assert "in time" in proposal.message
    assert Division.objects.get(pk=drawn.pk).step == 0


def test_a_solver_that_ends_unread_has_found_nothing(drawn, officer, monkeypatch, tmp_path):
    broken = tmp_path / "solver.py"
    broken.write_text("")
    monkeypatch.setattr(proposing, "SOLVER", broken)
    # It does not read, so what it is told must not fit into the pipe.
    popen = partial(proposing.subprocess.Popen, pipesize=4096)
    monkeypatch.setattr(proposing.subprocess, "Popen", popen)
    proposal = actions.ask_proposal(drawn, by=officer)
    assert proposals.propose(proposal.pk)
    proposal.refresh_from_db()
    assert (proposal.state, "in time" in proposal.message) == ("failed", True)


def test_a_solver_whose_answer_is_cut_short_has_found_nothing(drawn, monkeypatch, tmp_path):
    broken = tmp_path / "solver.py"
    broken.write_text("""import sys; sys.stdin.read(); print('{"gri', end="")""")
    monkeypatch.setattr(proposing, "SOLVER", broken)
    with pytest.raises(Refused, match="in time"):
        proposing.propose(drawn, 3, lambda percent: None)


def test_a_draft_that_was_submitted_meanwhile_is_left_alone(drawn, officer):
    proposal = actions.ask_proposal(drawn, by=officer, grids=3)
    Division.objects.filter(pk=drawn.pk).update(state="submitted")
    proposals.propose(proposal.pk)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.message) == ("failed", "The draft was submitted meanwhile.")


def test_homes_are_brought_again_without_doubling(drawn, officer):
    done = actions.import_blocks(drawn, rows(homes(count=10)), by=officer)
    assert len(done.changed) == 10
    assert Block.objects.count() == 10


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"code": ""}, "code is missing"),
        ({"lon": "east"}, "are numbers"),
        ({"lon": "nan"}, "does not lie on the earth"),
        ({"households": "2.5"}, "whole number"),
        ({"households": "-1"}, "whole number"),
        ({"crs": "beijing54"}, "wgs84, gcj02 or bd09"),
        ({"code": "b000"}, "stands twice"),
    ],
)
def test_a_wrong_row_stops_all(drawn, officer, cells, words):
    good = rows(homes(count=2))
    bad = (9, {**good[1][1], **cells})
    with pytest.raises(BadRows) as refusal:
        actions.import_blocks(drawn, [*good, bad], by=officer)
    assert [problem.line for problem in refusal.value.problems] == [9]
    assert words in refusal.value.problems[0].reason
    assert Block.objects.count() == 420


def test_homes_count_when_a_piece_is_split(drawn, officer):
    actions.split(drawn, 1, [(111.005, 29.99), (111.005, 30.02)], by=officer)
    drawn.refresh_from_db()
    pieces = {one.number: one for one in Piece.objects.shown(drawn)}
    west = sum(count for _c, lon, _lat, count in homes() if lon < 111.005)
    assert west in {pieces[1].household_count, pieces[3].household_count}
    assert not pieces[1].is_estimated
