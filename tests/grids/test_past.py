"""The map on a day: on the page, for the map, and for programs."""

from datetime import date

import pytest
from django.urls import reverse

from grids import actions
from grids.division.past import outline_on, outlines_on
from grids.models import Area
from tests.factories.divisions import begin, counted, ready, upright
from tests.factories.grids import build_town, holder

BEFORE, DAY, AFTER = date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 11)


@pytest.fixture
def town(db, clock_at):
    """On 10 March the west of grid 0 becomes a new grid, and grid 1 ends in grid 0."""
    clock_at("2026-03-01 09:00")
    made = build_town()
    counted(made, 240, 260)
    officer = holder("community_officer", area=made.communities[0])
    division = begin(made, by=officer)
    actions.split(division, 1, upright(111.003), by=officer)
    actions.merge(division, [1, 2], by=officer)
    for number in (1, 3):
        actions.describe(division, number, by=officer, household_count=250)
    ready(division, by=officer, on=DAY, voted_on=date(2026, 2, 20))
    actions.move(division, "submit", by=officer)
    actions.move(division, "approve", by=holder("street_head", area=made.streets[0]))
    clock_at("2026-03-11 09:00")
    actions.take_effect()
    return made


def west_and_east(shape):
    longitudes = [x for polygon in shape["coordinates"] for ring in polygon for x, _y in ring]
    return min(longitudes), max(longitudes)


def test_the_day_before_the_old_map_holds(town):
    found = outlines_on(town.communities[0], BEFORE)
    assert [one.code for one in found] == [one.code for one in town.grids[:2]]
    assert west_and_east(found[0].shape) == (111, 111.01)
    assert [one.is_former for one in found] == [True, False]
    assert found[1].successor == town.grids[0].name


@pytest.mark.parametrize("on", [DAY, AFTER])
def test_from_the_day_on_the_new_map_holds(town, on):
    found = outlines_on(town.communities[0], on)
    assert [west_and_east(one.shape) for one in found] == [(111.003, 111.02), (111, 111.003)]


def test_one_outline_on_a_day(town):
    assert west_and_east(outline_on(town.grids[0], BEFORE)) == (111, 111.01)
    assert west_and_east(outline_on(town.grids[0], DAY)) == (111.003, 111.02)
    new = Area.objects.get(valid_from=DAY)
    assert outline_on(new, BEFORE) is None


def test_the_page_of_a_day_names_what_ended(client, town):
    client.force_login(holder("department_clerk", department=town.housing))
    address = reverse("grids:on_a_day", args=[town.communities[0].code])
    page = client.get(address, {"on": "2026-03-09"}).content.decode()
    assert town.grids[1].name in page
    assert f"now {town.grids[0].name}" in page
    today = client.get(address).content.decode()
    assert town.grids[1].code not in today
    assert client.get(address, {"on": "never"}).status_code == 200
    shapes = client.get(
        reverse("grids:on_a_day_shapes", args=[town.communities[0].code]), {"on": "2026-03-09"}
    ).json()
    assert len(shapes["pieces"]["features"]) == 2
    assert client.get(reverse("grids:on_a_day", args=["nowhere"])).status_code == 404


def test_the_page_of_an_area_leads_to_a_day_and_to_drafts_in_reach(client, town):
    area = town.communities[0]
    client.force_login(holder("street_desk", area=town.streets[0]))
    page = client.get(area.get_absolute_url()).content.decode()
    assert reverse("grids:on_a_day", args=[area.code]) in page
    assert reverse("grids:divisions", args=[area.code]) in page
    client.force_login(holder("street_desk", area=town.streets[1]))
    page = client.get(area.get_absolute_url()).content.decode()
    assert reverse("grids:on_a_day", args=[area.code]) in page
    assert reverse("grids:divisions", args=[area.code]) not in page


def test_programs_ask_for_a_day_too(api, town):
    api.force_authenticate(holder("street_desk", area=town.streets[0]))
    kept, ended = town.grids[0].code, town.grids[1].code

    def boundary(code, **query):
        return api.get(f"/api/v1/areas/{code}/boundary/", query)

    assert west_and_east(boundary(kept).json()["geometry"]) == (111.003, 111.02)
    assert west_and_east(boundary(kept, on="2026-03-09").json()["geometry"]) == (111, 111.01)
    assert boundary(ended).status_code == 404
    assert boundary(ended, on="2026-03-09").status_code == 200
    assert boundary(kept, on="yesterday").status_code == 400
    assert boundary(kept, until="2026-03-09").status_code == 400
