"""The map's data, the list of areas and the page of one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govgrid.core import panels
from govgrid.core.panels import Panel
from grids.models import Area, Department
from tests.factories.accounts import UserFactory
from tests.factories.grids import AreaFactory, build_town, holder

pytestmark = pytest.mark.django_db
WHOLE = "111,30,111.08,30.01"


@pytest.fixture
def town():
    return build_town()


@pytest.fixture
def signed_in(client, town):
    client.force_login(holder("grid_worker", area=town.grids[0]))
    return client


def drawn(response):
    assert response.status_code == 200
    return [feature["properties"] for feature in response.json()["features"]]


def test_where_a_point_lies_is_told_to_those_who_work_here(client):
    assert client.get("/grids/locate/").status_code == 302


def test_outlines_draw_grids_only_from_zoom_14_on(signed_in, town):
    near = drawn(signed_in.get("/grids/outlines/", {"bbox": WHOLE, "zoom": 14}))
    far = drawn(signed_in.get("/grids/outlines/", {"bbox": WHOLE, "zoom": 13}))

    assert [area["level"] for area in near] == ["district"] + ["grid"] * 8
    assert near[1] == {
        "code": town.grids[0].code,
        "name": "社区11-01",
        "level": "grid",
        "kind": "basic",
    }
    assert [area["code"] for area in far] == ["420506"]


def test_outlines_draw_only_what_the_box_touches(signed_in, town):
    box = "111.011,30.001,111.012,30.002"

    codes = [
        area["code"] for area in drawn(signed_in.get("/grids/outlines/", {"bbox": box, "zoom": 16}))
    ]

    assert codes == ["420506", town.grids[1].code]


def test_outlines_answer_not_modified_to_a_browser_that_has_them(signed_in):
    first = signed_in.get("/grids/outlines/", {"bbox": WHOLE, "zoom": 14})

    again = signed_in.get(
        "/grids/outlines/", {"bbox": WHOLE, "zoom": 14}, headers={"If-None-Match": first["ETag"]}
    )

    assert again.status_code == 304
    assert "private" in first["Cache-Control"]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"bbox": WHOLE},
        {"bbox": WHOLE, "zoom": "x"},
        {"bbox": WHOLE, "zoom": "-1"},
        {"bbox": WHOLE, "zoom": "99"},
        {"bbox": "1,2,3", "zoom": "14"},
        {"bbox": "1,2,3,4,5", "zoom": "3"},
        {"bbox": "a,b,c,d", "zoom": "14"},
        {"bbox": "nan,30,112,31", "zoom": "14"},
        {"bbox": "nan,nan,nan,nan", "zoom": "14"},
        {"bbox": "-inf,30,inf,31", "zoom": "14"},
        {"bbox": "112,30,111,31", "zoom": "14"},
        {"bbox": "111,31,112,30", "zoom": "14"},
        {"bbox": "111,30,111,30", "zoom": "14"},
        {"bbox": "1e308,30,1e309,31", "zoom": "14"},
        {"bbox": "-180,-90,180,90", "zoom": "14"},
        {"bbox": "1" * 5000, "zoom": "14"},
        {"bbox": "111,30,111.08,30.01\x00", "zoom": "14"},
    ],
)
def test_a_bad_box_is_refused_in_words(signed_in, query):
    response = signed_in.get("/grids/outlines/", query)

    assert response.status_code == 400
    assert response.json()["detail"]


def test_locate_names_the_grid_and_what_lies_above(signed_in, town):
    lon, lat = town.middle(3)

    answer = signed_in.get("/grids/locate/", {"lon": lon, "lat": lat}).json()

    assert answer == {
        "grid": {"code": town.grids[3].code, "name": "社区12-02"},
        "community": {"code": town.communities[1].code, "name": "社区12"},
        "street": {"code": town.streets[0].code, "name": "街道1"},
        "district": {"code": "420506", "name": "夷陵区"},
        "border": False,
    }


def test_locate_takes_a_point_of_a_shifted_map(signed_in, town):
    # The middle of grid 3 as 高德 has it; unshifted it would lie half a grid further on.
    answer = signed_in.get(
        "/grids/locate/", {"lon": 111.040576, "lat": 30.002421, "crs": "gcj02"}
    ).json()

    assert answer["grid"]["code"] == town.grids[3].code


def test_locate_outside_says_how_far(signed_in):
    response = signed_in.get("/grids/locate/", {"lon": 111.081, "lat": 30.005})

    assert response.status_code == 404
    assert response.json() == {
        "code": "outside",
        "detail": "This point is 97 m outside 夷陵区. Please move the pin.",
    }


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"lon": "111"},
        {"lon": "nan", "lat": "30"},
        {"lon": "inf", "lat": "30"},
        {"lon": "1e400", "lat": "30"},
        {"lon": "181", "lat": "30"},
        {"lon": "111", "lat": "91"},
        {"lon": "111", "lat": "30", "crs": "mars"},
        {"lon": "111\x00", "lat": "30"},
    ],
)
def test_a_bad_point_is_refused_in_words(signed_in, query):
    response = signed_in.get("/grids/locate/", query)

    assert response.status_code == 400
    assert response.json()["code"] == "invalid"


def test_the_list_shows_ones_own_community(signed_in, town):
    page = signed_in.get("/grids/").content.decode()

    assert "社区11-01" in page
    assert "社区11-02" in page
    assert "社区12-01" not in page


def test_the_list_of_a_street_groups_grids_by_community(client, town):
    client.force_login(holder("street_desk", area=town.streets[0]))

    page = client.get("/grids/").content.decode()

    assert (
        page.index("社区11<")
        < page.index("社区11-01")
        < page.index("社区12<")
        < page.index("社区12-02")
    )
    assert "社区21" not in page


def test_the_list_of_a_department_is_its_district(client, town):
    client.force_login(holder("department_clerk", department=town.housing))

    page = client.get("/grids/").content.decode()

    assert "街道1" in page
    assert "社区22" in page


def test_who_has_no_post_sees_the_map_from_the_top(client, town):
    client.force_login(UserFactory())

    assert "夷陵区" in client.get("/grids/").content.decode()


@pytest.mark.parametrize(
    ("words", "found", "hidden"),
    [
        ("12-0", "社区12-01", "社区21-01"),
        ("420506002001001", "社区21-01", "社区12-01"),
        ("nowhere", "No area is called that.", "社区12-01"),
        ("%", "No area is called that.", "社区12-01"),
    ],
)
def test_the_list_is_searched_by_name_and_code(signed_in, words, found, hidden):
    page = signed_in.get("/grids/", {"q": words}).content.decode()

    assert found in page
    assert hidden not in page


def test_a_search_with_a_null_byte_finds_nothing(signed_in):
    assert signed_in.get("/grids/", {"q": "\x00"}).status_code == 200


def test_the_page_of_a_grid_shows_functions_and_phones_but_no_names(signed_in, town):
    holder("community_officer", area=town.communities[0], name="王芳", phone="13900000000")
    Department.objects.filter(area=town.communities[0]).update(office_phone="0717-555-0110")

    page = signed_in.get(town.grids[0].get_absolute_url()).content.decode()

    assert "Community officer" in page
    assert "0717-555-0110" in page
    assert "vacant" in page  # the street desk
    assert "王芳" not in page
    assert "13900000000" not in page


def test_the_page_of_an_area_hides_how_few_households_there_are(signed_in, town):
    grid = town.grids[0]
    for count, words in [(4, "&lt;5"), (5, ">5<"), (0, ">0<")]:
        Area.objects.filter(pk=grid.pk).update(household_count=count)
        assert words in signed_in.get(grid.get_absolute_url()).content.decode()


def test_the_page_of_an_area_asks_the_same_for_two_children_and_for_five(signed_in, town):
    def asked(area):
        with CaptureQueriesContext(connection) as queries:
            assert signed_in.get(area.get_absolute_url()).status_code == 200
        return len(queries)

    before = asked(town.streets[0])
    for n in range(3, 6):
        AreaFactory(code=f"42050600100{n}", level=4, parent=town.streets[0])

    assert asked(town.streets[0]) == before


@pytest.mark.parametrize("code", ["1", "420506999", "x" * 300, "%00", "🙂"])
def test_an_area_that_does_not_exist_is_not_found(signed_in, code):
    assert signed_in.get(f"/grids/{code}/").status_code == 404


def test_an_area_that_has_ended_is_not_found(signed_in, town):
    Area.objects.filter(pk=town.grids[7].pk).update(valid_to="2026-02-01")

    assert signed_in.get(town.grids[7].get_absolute_url()).status_code == 404


def test_upper_apps_add_panels_to_the_page(signed_in, town, monkeypatch):
    panel = Panel("components/empty.html", {"title": "Three tickets", "glyph": "list"})
    monkeypatch.setitem(panels._makers, "grids.area", [lambda request, area: panel])

    assert "Three tickets" in signed_in.get(town.grids[0].get_absolute_url()).content.decode()
