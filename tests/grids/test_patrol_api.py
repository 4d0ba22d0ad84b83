"""Patrols over REST: one's own, idempotent, and another's are not there."""

from datetime import timedelta
from uuid import uuid4

import pytest

from govgrid.core import clock
from grids.models import CheckIn, Patrol
from tests.factories.accounts import bearer
from tests.factories.grids import CheckInFactory, PatrolFactory, build_town, holder

PATROLS = "/api/v1/patrols/"


@pytest.fixture
def town(db):
    return build_town()


@pytest.fixture
def worker(api, town):
    person = holder("grid_worker", area=town.grids[0])
    api.credentials(HTTP_AUTHORIZATION=bearer(person))
    return person


@pytest.fixture
def patrol(worker, town):
    return PatrolFactory(user=worker, area=town.grids[0])


def post(api, path, **content):
    return api.post(path, content, format="json")


def only_error(response):
    (error,) = response.json()["errors"]
    return response.status_code, error["code"], error["attr"]


def test_a_round_from_start_to_end(api, worker, town, shift_clock):
    started = post(api, PATROLS, client_id=str(uuid4()))
    row = started.json()
    assert started.status_code == 201
    assert started["Location"] == row["url"]
    assert row["area"] == {"code": town.grids[0].code, "name": town.grids[0].name}
    assert row["ended_at"] is None

    here = {"lon": 111.005, "lat": 30.005}
    noted = post(api, f"{row['url']}check-ins/", client_id=str(uuid4()), location=here)
    assert noted.status_code == 201
    assert noted.json()["location"] == here
    assert noted.json()["erase_on"] == str(clock.today() + timedelta(days=30))
    assert post(api, f"{row['url']}check-ins/", client_id=str(uuid4())).json()["location"] is None

    shift_clock(hours=3, minutes=12)
    ended = post(api, f"{row['url']}end/")
    assert ended.status_code == 200
    assert (ended.json()["minutes"], ended.json()["check_ins"]) == (192, 2)
    assert post(api, f"{row['url']}end/").json() == ended.json()
    assert api.get(row["url"]).json() == ended.json()
    assert len(api.get(f"{row['url']}check-ins/").json()["results"]) == 2


def test_the_same_id_gives_the_same(api, worker, town):
    same = str(uuid4())
    first = post(api, PATROLS, client_id=same)
    again = post(api, PATROLS, client_id=same, area=town.grids[0].code)
    other = post(api, PATROLS, client_id=same, area=town.grids[1].code)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert only_error(other)[:2] == (409, "client_id_reused")


def test_a_check_in_sent_again_counts_once(api, patrol):
    path, same = f"{PATROLS}{patrol.pk}/check-ins/", str(uuid4())
    here = {"lon": 111.292159564, "lat": 30.689461022, "crs": "gcj02"}
    first = post(api, path, client_id=same, location=here)
    again = post(api, path, client_id=same, location=here)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert first.json()["location"] == {
        "lon": pytest.approx(111.2865, abs=1e-6),
        "lat": pytest.approx(30.6919, abs=1e-6),
    }
    assert only_error(post(api, path, client_id=same))[:2] == (409, "client_id_reused")


def test_what_the_state_refuses(api, worker, patrol):
    assert only_error(post(api, PATROLS, client_id=str(uuid4())))[:2] == (409, "patrol_open")
    post(api, f"{PATROLS}{patrol.pk}/end/")
    late = post(api, f"{PATROLS}{patrol.pk}/check-ins/", client_id=str(uuid4()))
    assert only_error(late)[:2] == (409, "patrol_ended")


def test_only_a_grid_worker_starts_and_only_in_his_own(api, worker, town):
    response = post(api, PATROLS, client_id=str(uuid4()), area=town.grids[1].code)
    assert response.status_code == 403
    api.credentials(HTTP_AUTHORIZATION=bearer(holder("street_desk", area=town.streets[0])))
    assert post(api, PATROLS, client_id=str(uuid4())).status_code == 403
    assert not Patrol.objects.exists()


@pytest.mark.parametrize("role", ["grid_worker", "street_desk", "system_admin"])
def test_the_patrol_of_another_is_not_there(api, patrol, town, role):
    CheckInFactory(patrol=patrol)
    other = holder(role, area=town.grids[1] if role == "grid_worker" else town.streets[0])
    api.credentials(HTTP_AUTHORIZATION=bearer(other))

    assert api.get(PATROLS).json()["results"] == []
    for path in ("", "check-ins/"):
        assert api.get(f"{PATROLS}{patrol.pk}/{path}").status_code == 404
    assert post(api, f"{PATROLS}{patrol.pk}/end/").status_code == 404
    sent = post(api, f"{PATROLS}{patrol.pk}/check-ins/", client_id=str(uuid4()))
    assert sent.status_code == 404
    assert CheckIn.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "attr"),
    [
        ({}, "client_id"),
        ({"client_id": 7}, "client_id"),
        ({"client_id": str(uuid4()), "colour": "red"}, "colour"),
        ({"client_id": str(uuid4()), "location": 7}, "location.non_field_errors"),
        ({"client_id": str(uuid4()), "location": None}, "location"),
        ({"client_id": str(uuid4()), "location": {"lon": 111}}, "location.lat"),
        ({"client_id": str(uuid4()), "location": {"lon": "111", "lat": 30}}, "location.lon"),
        ({"client_id": str(uuid4()), "location": {"lon": 181, "lat": 30}}, "location.lon"),
        (
            {"client_id": str(uuid4()), "location": {"lon": 1, "lat": 30, "crs": "mars"}},
            "location.crs",
        ),
    ],
)
def test_a_bad_check_in_is_refused_by_field(api, patrol, content, attr):
    response = post(api, f"{PATROLS}{patrol.pk}/check-ins/", **content)

    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == attr
    assert not CheckIn.objects.exists()


def test_an_unknown_grid_is_refused(api, worker):
    response = post(api, PATROLS, client_id=str(uuid4()), area="0")

    assert only_error(response) == (400, "unknown_area", "area")


@pytest.mark.parametrize("key", ["0", "999999", "9" * 30, "x", "-1", "1.5", "%00"])
def test_a_patrol_that_never_was_is_404(api, worker, key):
    for path in ("", "check-ins/"):
        assert api.get(f"{PATROLS}{key}/{path}").status_code == 404


def test_without_the_scope_nothing_starts_and_nothing_ends(api, patrol):
    worker = patrol.user
    api.credentials(HTTP_AUTHORIZATION=bearer(worker, "read"))
    assert only_error(post(api, PATROLS, client_id=str(uuid4())))[:2] == (403, "scope_missing")
    api.credentials(HTTP_AUTHORIZATION=bearer(worker, "file"))
    assert only_error(post(api, f"{PATROLS}{patrol.pk}/end/"))[:2] == (403, "scope_missing")
    assert only_error(api.get(PATROLS))[:2] == (403, "scope_missing")


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_of_patrols_is_two_statements(api, worker, town, count, django_assert_num_queries):
    at = clock.now()
    for _ in range(count):
        patrol = PatrolFactory(
            user=worker, area=town.grids[0], started_at=at, ended_at=at, counted_until=at
        )
        CheckInFactory(patrol=patrol)

    with django_assert_num_queries(2):
        assert len(api.get(PATROLS).json()["results"]) == count
    with django_assert_num_queries(3):
        api.get(f"{PATROLS}{patrol.pk}/check-ins/")
