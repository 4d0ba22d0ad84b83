"""REST: vacancies, duties and their answers, layers and conflicts, each within reach only."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.core import clock
from grids import actions
from grids.models import WGS84, DutyDone
from tests.factories.accounts import UserFactory
from tests.factories.grids import PostFactory, build_town, holder

V1 = "/api/v1"


@pytest.fixture
def town(db):
    return build_town()


@pytest.fixture
def officer(town):
    return holder("community_officer", area=town.communities[0])


@pytest.fixture
def worker(town):
    return holder("grid_worker", area=town.grids[0], name="Lin Old")


def admitted(town, officer, **said):
    today = clock.today()
    given = {
        "name": "Fire lanes",
        "what": "Look whether they are free.",
        "items": ["Stairwell"],
        "department": town.housing,
        "area": town.communities[0],
        "rhythm": "weekly",
        "starts_on": today,
        "ends_on": today + timedelta(days=90),
    }
    proposed = actions.propose_duty(by=officer, **(given | said))
    return actions.decide_duty(proposed, "admit", by=holder("street_head", area=town.streets[0]))


def ask(api, user, path, status=200, **given):
    api.force_authenticate(user)
    response = api.get(f"{V1}/{path}", given)
    assert response.status_code == status, response.content
    return response.json()


def codes(answer):
    return [one["area"]["code"] for one in answer["results"]]


# ── vacancies ─────────────────────────────────────────────────────────────────────────────────


def test_vacancies_within_reach(api, town, officer, worker):
    assert codes(ask(api, officer, "vacancies/")) == [town.grids[1].code]
    for person in (worker, UserFactory(), holder("resident", area=town.grids[0])):
        assert codes(ask(api, person, "vacancies/")) == []
    desk = holder("street_desk", area=town.streets[0])
    assert codes(ask(api, desk, "vacancies/", area=town.communities[1].code)) == [
        town.communities[1].code,
        town.grids[2].code,
        town.grids[3].code,
    ]
    assert codes(ask(api, desk, "vacancies/", area=town.streets[1].code)) == []


def test_a_vacancy_in_full_and_by_pages(api, town, officer):
    row = ask(api, officer, "vacancies/")["results"][0]
    assert row == {
        "area": {"code": town.grids[0].code, "name": town.grids[0].name, "level": "grid"},
        "role": "grid_worker",
        "vacant_from": clock.today().isoformat(),
        "vacant_since": None,
        "was_held": False,
        "days": 0,
        "filled_from": None,
    }
    page = ask(api, officer, "vacancies/", page_size=1)
    assert codes(page) == [town.grids[0].code]
    assert codes(api.get(page["next"]).json()) == [town.grids[1].code]


# ── duties ────────────────────────────────────────────────────────────────────────────────────


def test_duties_within_reach(api, town, officer, worker):
    duty = admitted(town, officer)
    for person in (officer, worker, holder("department_clerk", department=town.housing)):
        rows = ask(api, person, "duties/")["results"]
        assert [(one["id"], one["stage"], one["level"]) for one in rows] == [
            (duty.pk, "running", "grid")
        ]
        assert ask(api, person, f"duties/{duty.pk}/")["items"] == ["Stairwell"]
    for person in (UserFactory(), holder("grid_worker", area=town.grids[2])):
        assert ask(api, person, "duties/")["results"] == []
        ask(api, person, f"duties/{duty.pk}/", status=404)
        ask(api, person, f"duties/{duty.pk}/answers/", status=404)
    assert ask(api, officer, "duties/", stage="ended")["results"] == []
    ask(api, officer, "duties/", status=400, stage="x")


def test_an_answer_is_noted_once(api, town, officer, worker):
    duty = admitted(town, officer)
    api.force_authenticate(worker)
    body = {
        "client_id": str(uuid4()),
        "area": town.grids[0].code,
        "outcome": "done",
        "answers": ["fault"],
    }
    path = f"{V1}/duties/{duty.pk}/answers/"

    first = api.post(path, body, format="json")
    again = api.post(path, body, format="json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = api.post(path, body | {"outcome": "not_done", "note": "x"}, format="json")
    assert (other.status_code, other.json()["errors"][0]["code"]) == (409, "client_id_reused")
    second = api.post(path, body | {"client_id": str(uuid4())}, format="json")
    assert (second.status_code, second.json()["errors"][0]["code"]) == (409, "duty_done")
    foreign = body | {"client_id": str(uuid4()), "area": town.grids[1].code}
    assert api.post(path, foreign, format="json").status_code == 403
    assert DutyDone.objects.count() == 1


def test_answers_are_read_by_who_is_there_and_name_nobody(api, town, officer, worker):
    duty = admitted(town, officer, area=town.communities[0])
    for grid, person in [(town.grids[0], worker), (town.grids[1], officer)]:
        actions.answer_duty(duty, grid, by=person, client_id=uuid4(), answers=["good"])
    path = f"duties/{duty.pk}/answers/"

    assert codes(ask(api, officer, path)) == [town.grids[0].code, town.grids[1].code]
    assert codes(ask(api, worker, path)) == [town.grids[0].code]
    clerk = holder("department_clerk", department=town.housing)
    assert len(codes(ask(api, clerk, path))) == 2
    assert "Lin Old" not in str(ask(api, officer, path))
    assert "post" not in ask(api, officer, path)["results"][0]


@pytest.mark.parametrize("path", ["duties/", "vacancies/", "layers/"])
def test_lists_cost_the_same_for_one_and_for_three(api, town, officer, path):
    counts = []
    for more in (1, 2):
        for n in range(more):
            admitted(town, officer)
            actions.open_layer(town.urban, f"matter {more}{n}", town.communities[0], by=None)
        if more == 2:
            PostFactory(role="grid_worker", area=town.grids[0])
        ask(api, officer, path)
        with CaptureQueriesContext(connection) as asked:
            ask(api, officer, path)
        counts.append(len(asked))
    assert counts[0] == counts[1]


# ── layers ────────────────────────────────────────────────────────────────────────────────────


def box(west, east):
    return MultiPolygon(Polygon.from_bbox((west, 30.0, east, 30.01)), srid=WGS84)


@pytest.fixture
def layer(town):
    layer = actions.open_layer(town.urban, "street trade", town.district, by=None)
    actions.draw_piece(layer, town.urban, box(111, 111.037), by=None)
    actions.draw_piece(layer, town.housing, box(111.037, 111.07), by=None)
    return layer


def test_a_layer_with_its_pieces(api, town, officer, layer):
    assert [one["matter"] for one in ask(api, officer, "layers/")["results"]] == ["street trade"]
    assert ask(api, officer, "layers/", matter="parks")["results"] == []
    whole = ask(api, officer, f"layers/{layer.pk}/")
    assert [one["unit"]["name"] for one in whole["pieces"]] == [town.urban.name, town.housing.name]
    assert whole["pieces"][0]["geometry"]["type"] == "MultiPolygon"
    far = actions.open_layer(town.urban, "parks", town.streets[1], by=None)
    ask(api, officer, f"layers/{far.pk}/", status=404)
    ask(api, UserFactory(), f"layers/{layer.pk}/", status=404)
    assert ask(api, UserFactory(), "layers/")["results"] == []


def test_conflicts_where_one_oversees(api, town, officer, layer):
    command = holder("district_command", area=town.district)
    rows = ask(api, command, "conflicts/")["results"]
    assert [(one["kind"], one["place"]["code"], one["percent"]) for one in rows] == [
        ("cut", town.grids[3].code, 30),
        ("nobody", town.grids[7].code, 100),
    ]
    assert ask(api, officer, "conflicts/")["results"] == []
    ask(api, officer, "conflicts/", status=404, area=town.communities[1].code)
    ask(api, UserFactory(), "conflicts/", status=404)
    only = ask(api, command, "conflicts/", kind="nobody", area=town.communities[3].code)
    assert [one["kind"] for one in only["results"]] == ["nobody"]
