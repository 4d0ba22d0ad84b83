"""Divisions for programs: within reach, page by page, with pieces and findings."""

import pytest

from grids import actions
from grids.models import Piece
from tests.factories.divisions import begin, upright
from tests.factories.grids import holder

DIVISIONS = "/api/v1/divisions/"


@pytest.fixture
def drawn(town, officer):
    return begin(town, by=officer)


def test_out_of_reach_is_not_there(api, town, drawn):
    api.force_authenticate(holder("community_officer", area=town.communities[1]))
    assert api.get(DIVISIONS).json()["results"] == []
    assert api.get(f"{DIVISIONS}{drawn.pk}/").status_code == 404


def test_pieces_and_findings_come_with_their_geometry(api, town, drawn, officer):
    actions.split(drawn, 1, upright(111.003), by=officer)
    Piece.objects.filter(division=drawn, number=2).update(household_count=90)
    api.force_authenticate(officer)
    found = api.get(f"{DIVISIONS}{drawn.pk}/").json()
    assert [one["number"] for one in found["pieces"]] == [1, 2, 3]
    assert [one["keeps"] for one in found["pieces"]] == [
        town.grids[0].code,
        town.grids[1].code,
        None,
    ]
    assert all(one["geometry"]["type"] == "MultiPolygon" for one in found["pieces"])
    assert "size:2:90" in {one["key"] for one in found["findings"]}
    assert found["vote"] is None


def test_the_list_is_narrowed_and_goes_on(api, town, officer):
    made = [begin(town, by=officer) for _n in range(3)]
    begin(town, community=1)
    api.force_authenticate(holder("street_desk", area=town.streets[0]))
    community = town.communities[0].code
    first = api.get(DIVISIONS, {"community": community, "page_size": 2}).json()
    assert [one["id"] for one in first["results"]] == [made[2].pk, made[1].pk]
    second = api.get(first["next"]).json()
    assert [one["id"] for one in second["results"]] == [made[0].pk]
    assert api.get(DIVISIONS, {"state": "in_force"}).json()["results"] == []
    assert api.get(DIVISIONS, {"state": "melted"}).status_code == 400
    assert api.get(DIVISIONS, {"colour": "red"}).status_code == 400


def test_a_list_costs_the_same_for_one_and_three(api, town, officer, django_assert_max_num_queries):
    api.force_authenticate(officer)
    begin(town, by=officer)
    with django_assert_max_num_queries(6) as one:
        api.get(DIVISIONS)
    for _n in range(2):
        begin(town, by=officer)
    with django_assert_max_num_queries(6) as three:
        assert len(api.get(DIVISIONS).json()["results"]) == 3
    assert len(one) >= len(three)
