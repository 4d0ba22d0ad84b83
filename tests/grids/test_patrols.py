"""Going round: start, check in, end; each once, by oneself, and counted honestly."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.contrib.gis.geos import Point
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, close_old_connections, transaction

from govgrid.core import clock
from govgrid.core.errors import Refused
from grids import actions
from grids.actions import patrols
from grids.models import WGS84, Area, CheckIn, Patrol
from tests.factories.grids import CheckInFactory, PatrolFactory, PostFactory, build_town, holder

HERE = Point(111.005, 30.005, srid=WGS84)
THERE = Point(111.006, 30.005, srid=WGS84)


@pytest.fixture
def town(db):
    return build_town()


@pytest.fixture
def worker(town):
    return holder("grid_worker", area=town.grids[0])


def start(worker, **given):
    return actions.start_patrol(by=worker, client_id=given.pop("client_id", uuid4()), **given)


def refusal(function, *args, **kwargs):
    with pytest.raises(Refused) as refused, transaction.atomic():
        function(*args, **kwargs)
    return refused.value.code


# ── start ─────────────────────────────────────────────────────────────────────────────────────


def test_a_patrol_starts_in_ones_own_grid(worker, town):
    started = start(worker)

    assert started.created
    assert started.patrol.area == town.grids[0]
    assert started.patrol.is_open
    assert abs(clock.now() - started.patrol.started_at) < timedelta(minutes=1)


def test_the_main_grid_comes_first_and_another_of_ones_own_can_be_named(worker, town):
    PostFactory(user=worker, role="grid_worker", area=town.grids[1], is_main=False)

    assert start(worker, area=town.grids[1]).patrol.area == town.grids[1]
    Patrol.objects.all().delete()
    assert start(worker).patrol.area == town.grids[0]


def test_the_same_id_starts_one_patrol(worker, town):
    same = uuid4()
    first = start(worker, client_id=same)
    again = start(worker, client_id=same, area=town.grids[0])

    assert not again.created
    assert again.patrol == first.patrol
    assert refusal(start, worker, client_id=same, area=town.grids[5]) == "client_id_reused"


def test_the_id_of_another_person_is_ones_own_to_use(worker, town):
    other = holder("grid_worker", area=town.grids[1])
    same = uuid4()

    assert start(worker, client_id=same).created
    assert start(other, client_id=same).created


def test_who_is_on_patrol_cannot_start_another(worker):
    start(worker)

    assert refusal(start, worker) == "patrol_open"


@pytest.mark.parametrize(
    "role", ["community_officer", "street_desk", "district_command", "auditor"]
)
def test_only_a_grid_worker_goes_round(role, town):
    person = holder(role, area=town.communities[0])

    with pytest.raises(PermissionDenied):
        start(person)
    with pytest.raises(PermissionDenied):
        start(person, area=town.grids[0])


def test_nobody_goes_round_in_anothers_grid(worker, town):
    with pytest.raises(PermissionDenied):
        start(worker, area=town.grids[1])


def test_a_grid_that_has_ended_has_no_round(worker, town):
    Area.objects.filter(pk=town.grids[0].pk).update(valid_to=clock.today())

    assert refusal(start, worker) == "area_ended"


def test_a_program_without_end_is_stopped(worker, town, monkeypatch):
    monkeypatch.setattr(patrols, "MOST_A_DAY", 2)
    for _ in range(2):
        actions.end_patrol(start(worker).patrol, by=worker)

    assert refusal(start, worker) == "too_many_patrols"


def test_the_database_too_keeps_one_open_patrol_a_person(worker, town):
    PatrolFactory(user=worker, area=town.grids[0])

    with pytest.raises(IntegrityError, match="patrol_one_open_a_person"), transaction.atomic():
        PatrolFactory(user=worker, area=town.grids[0])


# ── check in ──────────────────────────────────────────────────────────────────────────────────


def test_a_check_in_keeps_the_point_or_goes_without(worker):
    patrol = start(worker).patrol
    with_point = actions.check_in(patrol, by=worker, client_id=uuid4(), point=HERE)
    without = actions.check_in(patrol, by=worker, client_id=uuid4())

    assert with_point.check_in.point == HERE
    assert without.check_in.point is None
    assert patrol.check_ins.count() == 2


def test_a_double_tap_checks_in_once(worker):
    patrol, same = start(worker).patrol, uuid4()
    first = actions.check_in(patrol, by=worker, client_id=same, point=HERE)
    again = actions.check_in(patrol, by=worker, client_id=same, point=HERE)

    assert (first.created, again.created) == (True, False)
    assert again.check_in == first.check_in
    for point in (THERE, None):
        code = refusal(actions.check_in, patrol, by=worker, client_id=same, point=point)
        assert code == "client_id_reused"


def test_a_retry_after_the_end_still_gets_what_it_made(worker):
    patrol, same = start(worker).patrol, uuid4()
    first = actions.check_in(patrol, by=worker, client_id=same, point=HERE)
    actions.end_patrol(patrol, by=worker)

    assert actions.check_in(patrol, by=worker, client_id=same, point=HERE) == (
        patrols.CheckedIn(first.check_in, created=False)
    )
    assert refusal(actions.check_in, patrol, by=worker, client_id=uuid4()) == "patrol_ended"


def test_an_id_belongs_to_one_patrol(worker):
    old, same = start(worker).patrol, uuid4()
    actions.check_in(old, by=worker, client_id=same)
    actions.end_patrol(old, by=worker)
    new = start(worker).patrol

    assert refusal(actions.check_in, new, by=worker, client_id=same) == "client_id_reused"


def test_nobody_checks_in_or_ends_for_another(worker, town):
    patrol = start(worker).patrol
    for other in (
        holder("grid_worker", area=town.grids[1]),
        holder("street_desk", area=town.streets[0]),
        holder("system_admin", area=town.district, is_superuser=True),
    ):
        with pytest.raises(PermissionDenied):
            actions.check_in(patrol, by=other, client_id=uuid4())
        with pytest.raises(PermissionDenied):
            actions.end_patrol(patrol, by=other)
    assert Patrol.objects.get().is_open
    assert not CheckIn.objects.exists()


def test_a_patrol_holds_so_many_check_ins(worker, monkeypatch):
    monkeypatch.setattr(patrols, "MOST_CHECK_INS", 1)
    patrol = start(worker).patrol
    actions.check_in(patrol, by=worker, client_id=uuid4())

    code = refusal(actions.check_in, patrol, by=worker, client_id=uuid4())
    assert code == "too_many_check_ins"


# ── end ───────────────────────────────────────────────────────────────────────────────────────


def test_an_ended_patrol_counts_to_its_end(worker, shift_clock):
    patrol = start(worker).patrol
    shift_clock(hours=3, minutes=12)
    ended = actions.end_patrol(patrol, by=worker)

    assert not ended.is_cut
    assert ended.counted_until == ended.ended_at
    assert ended.ended_at - ended.started_at >= timedelta(hours=3, minutes=12)


def test_a_second_end_changes_nothing(worker, shift_clock):
    patrol = start(worker).patrol
    first = actions.end_patrol(patrol, by=worker)
    shift_clock(hours=1)

    assert actions.end_patrol(patrol, by=worker).ended_at == first.ended_at


def test_who_lost_the_post_can_still_end(worker):
    patrol = start(worker).patrol
    worker.posts.update(period=(clock.today() - timedelta(days=9), clock.today()))
    vars(worker).pop("_held_posts", None)

    assert not actions.end_patrol(patrol, by=worker).is_open


def test_a_forgotten_patrol_counts_to_its_last_check_in(worker, town, shift_clock):
    patrol = start(worker).patrol
    shift_clock(hours=2)
    last = actions.check_in(patrol, by=worker, client_id=uuid4()).check_in
    shift_clock(hours=26)

    assert refusal(actions.check_in, patrol, by=worker, client_id=uuid4()) == "patrol_forgotten"
    ended = actions.end_patrol(patrol, by=worker)
    assert ended.is_cut
    assert ended.counted_until == last.at
    assert start(worker).created


def test_a_forgotten_patrol_without_check_ins_counts_nothing(worker, shift_clock):
    patrol = start(worker).patrol
    shift_clock(hours=13)

    assert actions.end_patrol(patrol, by=worker).counted_until == patrol.started_at


def test_a_night_over_midnight_is_whole(town):
    evening = clock.midnight(clock.today()) - timedelta(hours=2)
    patrol = PatrolFactory(
        area=town.grids[0],
        started_at=evening,
        ended_at=evening + timedelta(hours=3),
        counted_until=evening + timedelta(hours=3),
    )

    assert patrol.day == clock.today() - timedelta(days=1)
    assert not patrol.is_cut


def test_a_clock_set_back_ends_no_patrol_before_its_start(worker, shift_clock):
    shift_clock(hours=5)
    patrol = start(worker).patrol
    shift_clock(hours=1)

    assert actions.end_patrol(patrol, by=worker).ended_at == patrol.started_at


@pytest.mark.parametrize(
    ("ended", "counted"),
    [(1, None), (None, 1), (-1, -1), (1, 2), (1, -1)],
)
def test_a_patrol_runs_forwards(worker, town, ended, counted):
    at = clock.now()
    times = {"ended_at": ended, "counted_until": counted}
    given = {k: v and at + timedelta(hours=v) for k, v in times.items()}

    with pytest.raises(IntegrityError), transaction.atomic():
        PatrolFactory(user=worker, area=town.grids[0], started_at=at, **given)


def test_what_was_erased_has_no_point(town):
    with pytest.raises(IntegrityError, match="checkin_erased"), transaction.atomic():
        CheckInFactory(patrol__area=town.grids[0], erased_at=clock.now())


# ── two at once ───────────────────────────────────────────────────────────────────────────────


def _at_once(functions):
    """Run ``functions`` in threads that leave together; what each gave, or its refusal."""
    together = Barrier(len(functions))

    def run(function):
        together.wait()
        try:
            return function()
        except Refused as refused:
            return refused.code
        finally:
            close_old_connections()

    with ThreadPoolExecutor(len(functions)) as pool:
        return list(pool.map(run, functions))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_phones_that_start_at_once_start_one_patrol(transactional_db):
    worker = holder("grid_worker", area=build_town().grids[0])

    given = _at_once([lambda: start(worker)] * 4)

    assert given.count("patrol_open") == 3
    assert Patrol.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_one_tap_sent_twice_at_once_starts_one_patrol(transactional_db):
    worker, same = holder("grid_worker", area=build_town().grids[0]), uuid4()

    given = _at_once([lambda: start(worker, client_id=same)] * 4)

    assert sorted(one.created for one in given) == [False, False, False, True]
    assert len({one.patrol.pk for one in given}) == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_one_check_in_sent_twice_at_once_counts_once(transactional_db):
    worker, same = holder("grid_worker", area=build_town().grids[0]), uuid4()
    patrol = start(worker).patrol

    given = _at_once([lambda: actions.check_in(patrol, by=worker, client_id=same, point=HERE)] * 4)

    assert [one.created for one in given].count(True) == 1
    assert CheckIn.objects.count() == 1
