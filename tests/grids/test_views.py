"""The map's data, the list of areas and the page of one."""

from datetime import date, datetime

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from govgrid.core import panels
from govgrid.core.panels import Panel
from govgrid.core.templatetags import gg
from grids import tiles
from grids.models import Area, AreaCode, AreaName, Department
from tests.factories.accounts import UserFactory
from tests.factories.grids import (
    AreaFactory,
    CheckInFactory,
    CompoundFactory,
    FacilityClassFactory,
    FacilityFactory,
    PatrolFactory,
    ServicePointFactory,
    build_town,
    holder,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return build_town()


@pytest.fixture
def signed_in(client, town):
    client.force_login(holder("grid_worker", area=town.grids[0]))
    return client


@pytest.mark.parametrize("address", ["/grids/", "/grids/locate/", "/grids/at/"])
def test_the_map_asks_who_you_are(client, address):
    assert client.get(address).status_code == 302


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


def test_an_area_is_reached_by_any_code_it_bears_or_bore(client, town):
    client.force_login(UserFactory())
    street = town.streets[0]
    AreaCode.objects.create(area=street, code_system="civil", code="420506100")

    answer = client.get(reverse("grids:detail", args=["420506100"]))

    assert (answer.status_code, answer["Location"]) == (302, street.get_absolute_url())
    assert client.get(reverse("grids:detail", args=["420506101"])).status_code == 404


def test_the_list_offers_what_it_shows_as_a_file(client, town):
    client.force_login(holder("street_desk", area=town.streets[0]))

    page = client.get(reverse("grids:list")).content.decode()
    found = client.get(reverse("grids:list"), {"q": "街道"}).content.decode()

    assert f"/grids/export/geopackage/?within={town.streets[0].code}" in page
    assert "/grids/export/csv/?q=%E8%A1%97%E9%81%93" in found
    assert reverse("grids:bring") not in page


def test_who_may_bring_files_finds_the_way_there(client, town):
    client.force_login(holder("system_admin", area=town.district))

    assert f'href="{reverse("grids:bring")}"' in client.get(reverse("grids:list")).content.decode()


# ── the map ───────────────────────────────────────────────────────────────────────────────────


def test_the_map_stands_beside_a_list_that_says_the_same(signed_in, town):
    page = signed_in.get("/grids/").content.decode()

    assert f'data-gg-own="{town.communities[0].code}"' in page
    assert f"/grids/tiles/areas/{{z}}/{{x}}/{{y}}.mvt?v={tiles.edition()}" in page
    assert "/tickets/tiles/{z}/{x}/{y}.mvt" in page
    assert f'data-gg-area="{town.grids[0].code}"' in page


def test_the_list_alone_has_no_map(signed_in, town):
    page = signed_in.get("/grids/", {"view": "list"}).content.decode()

    assert "data-gg-map" not in page
    assert f'data-gg-area="{town.grids[0].code}"' in page


def test_rows_carry_what_upper_apps_note_of_them(signed_in, town, monkeypatch):
    def notes(_request, areas):
        return {area.pk: f"note of {area.name}" for area in areas}

    monkeypatch.setitem(panels._notes, "grids.areas", [notes])

    for path in ("/grids/", "/grids/?q=11-01", town.communities[0].get_absolute_url()):
        assert "note of 社区11-01" in signed_in.get(path).content.decode()


@pytest.mark.parametrize(("zoom", "found"), [(13, "社区12-02"), (11, "社区12"), (9, "街道1")])
def test_a_tap_finds_the_smaller_area_the_nearer_one_looks(signed_in, town, zoom, found):
    lon, lat = town.middle(3)

    page = signed_in.get("/grids/at/", {"lon": lon, "lat": lat, "zoom": zoom}).content.decode()

    area = Area.objects.get(name=found)
    assert f'data-gg-code="{area.code}"' in page
    assert f">{found}</h2>" in page
    assert area.get_absolute_url() in page


def test_the_sheet_says_who_answers_but_no_name(signed_in, town):
    holder("grid_worker", area=town.grids[3], name="王芳")
    Department.objects.filter(area=town.communities[1]).update(office_phone="0717-555-0110")
    lon, lat = town.middle(3)
    asked = {"lon": lon, "lat": lat, "zoom": 15}

    page = signed_in.get("/grids/at/", asked).content.decode()
    assert "0717-555-0110" in page
    assert "vacant" not in page
    assert "王芳" not in page

    lon, lat = town.middle(2)
    assert "vacant" in signed_in.get("/grids/at/", asked | {"lon": lon}).content.decode()


def test_a_tap_beside_the_map_says_so(signed_in):
    page = signed_in.get("/grids/at/", {"lon": 112, "lat": 30, "zoom": 15})

    assert page.status_code == 200
    assert "No grid lies here." in page.content.decode()


@pytest.mark.parametrize("zoom", ["", "x", "-1", "23"])
def test_a_tap_at_no_zoom_is_refused(signed_in, zoom):
    asked = {"lon": 111.005, "lat": 30.005, "zoom": zoom}
    assert signed_in.get("/grids/at/", asked).status_code == 400


def test_panels_stand_in_the_order_of_their_ranks(signed_in, town, monkeypatch):
    def maker(title, rank):
        panel = Panel("components/empty.html", {"title": title, "glyph": "list"}, rank=rank)
        return lambda request, area: panel

    makers = [maker("third", 50), maker("second", 20), maker("first", 10)]
    monkeypatch.setitem(panels._makers, "grids.area", makers)

    page = signed_in.get(town.grids[0].get_absolute_url()).content.decode()

    assert page.index("first") < page.index("second") < page.index("third")


# ── the last patrol ───────────────────────────────────────────────────────────────────────────


def test_a_grid_says_on_how_many_days_somebody_went_round_and_nothing_more(
    client, town, signed_in, clock_at
):
    clock_at("2026-09-24 09:05")
    worker = holder("grid_worker", area=town.grids[1], name="王芳")
    for at in ("2026-09-23T23:30", "2026-09-23T10:17", "2026-09-21T08:11", "2026-08-01T08:00"):
        started = datetime.fromisoformat(f"{at}+08:00")
        patrol = PatrolFactory(
            user=worker,
            area=town.grids[1],
            started_at=started,
            ended_at=started,
            counted_until=started,
        )
        CheckInFactory(patrol=patrol, at=started)
    client.force_login(holder("street_desk", area=town.streets[0]))

    page = client.get(town.grids[1].get_absolute_url()).content.decode()

    assert "Last on 23 September" in page
    assert "on 2 days" in page
    for told in ("10:17", "23:30", "08:11", "王芳", "111.005,30.005"):
        assert told not in page


def test_who_does_not_answer_for_a_grid_is_told_nothing_of_its_patrols(client, town):
    PatrolFactory(area=town.grids[1])
    for person in (
        UserFactory(),
        holder("street_desk", area=town.streets[1]),
        holder("department_clerk", department=town.housing),
        holder("grid_worker", area=town.grids[0]),
    ):
        client.force_login(person)
        assert "Patrol</h2>" not in client.get(town.grids[1].get_absolute_url()).content.decode()


def test_a_grid_where_nobody_went_round_says_so(signed_in, town):
    page = signed_in.get(town.grids[0].get_absolute_url()).content.decode()

    assert "Nobody has gone round here." in page


def test_the_page_of_an_area_tells_its_codes_its_names_and_what_it_came_of(client, town):
    client.force_login(UserFactory())
    street, other = town.streets
    AreaCode.objects.create(area=street, code_system="civil", code="420506100")
    AreaName.objects.create(area=street, name="旧街道", valid_to=date(2026, 3, 1))
    Area.objects.filter(pk=other.pk).update(valid_to=date(2026, 4, 1), successor=street)

    page = client.get(street.get_absolute_url()).content.decode()

    assert "Codes and names" in page
    assert "420506100" in page
    assert "旧街道" in page
    assert f"ended {gg.day(date(2026, 4, 1))}, followed by this area" in page
    assert "Codes and names" not in client.get(town.grids[0].get_absolute_url()).content.decode()


# ── the sheet says what stands there ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(("zoom", "number"), [(15, "1 facility"), (12, "2 facilities")])
def test_a_tap_says_what_stands_in_the_area(
    client, town, zoom, number, django_assert_max_num_queries
):
    lamp = FacilityClassFactory(name="路灯", major="01", minor="18")
    for n, state in ((0, "good"), (1, "damaged"), (2, "good")):
        point = Point(*town.middle(n), srid=4326)
        FacilityFactory(facility_class=lamp, grid=town.grids[n], point=point, state=state)
        CompoundFactory(community=town.grids[n].parent, point=point)
        ServicePointFactory(grid=town.grids[n], point=point)
    client.force_login(holder("community_officer", area=town.communities[0]))
    lon, lat = town.middle(0)

    with django_assert_max_num_queries(20):
        answer = client.get("/grids/at/", {"lon": lon, "lat": lat, "zoom": zoom})
    page = answer.content.decode()

    area = town.grids[0] if zoom == 15 else town.communities[0]
    assert f'/grids/facilities/?area={area.code}">{number}</a>' in page
    assert f'/grids/facilities/?area={area.code}&amp;kind=0118">路灯' in page
    assert f'/grids/compounds/?area={area.code}">' in page
    assert f'/grids/service-points/?area={area.code}">' in page
    assert ("Nobody has gone round here." in page) == (zoom == 15)


def test_the_last_patrol_in_the_sheet_is_for_who_answers_for_the_grid(client, town):
    client.force_login(holder("community_officer", area=town.communities[3]))
    lon, lat = town.middle(0)

    page = client.get("/grids/at/", {"lon": lon, "lat": lat, "zoom": 15}).content.decode()

    assert "No facility is listed here." in page
    assert "gone round" not in page
