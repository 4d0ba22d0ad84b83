"""Areas, locate, departments and me, as a program sees them."""

from datetime import date, timedelta

import pytest

from govgrid.core import clock
from grids.models import Area, AreaCode, AreaName, AreaShape
from tests.factories.accounts import UserFactory, bearer
from tests.factories.grids import AreaFactory, PostFactory, build_town, holder


@pytest.fixture
def town(db):
    return build_town()


@pytest.fixture
def caller(api, town):
    """A signed-in person without any post: areas are no secret."""
    user = UserFactory()
    api.credentials(HTTP_AUTHORIZATION=bearer(user))
    api.user = user
    return api


def only_error(response):
    (error,) = response.json()["errors"]
    return response.status_code, error["code"], error["attr"]


def codes(response):
    assert response.status_code == 200, response.content
    return [row["code"] for row in response.json()["results"]]


# ── areas ─────────────────────────────────────────────────────────────────────────────────────


def test_areas_are_listed_by_level_and_parent(caller, town):
    assert codes(caller.get("/api/v1/areas/?level=district")) == ["420506"]
    assert codes(caller.get("/api/v1/areas/?parent=420506")) == ["420506001", "420506002"]
    assert len(codes(caller.get("/api/v1/areas/"))) == 16
    assert codes(caller.get("/api/v1/areas/?level=grid&q=社区11-02")) == ["420506001001002"]


def test_an_area_says_what_it_is(caller):
    (row,) = caller.get("/api/v1/areas/?level=street&q=街道1").json()["results"]

    assert row == {
        "code": "420506001",
        "name": "街道1",
        "level": "street",
        "kind": "",
        "parent": "420506",
        "codes": {"statistics": "420506001", "civil": None},
    }


def test_one_area_names_those_above_from_the_city_down(caller):
    area = caller.get("/api/v1/areas/420506001001/").json()

    assert (area["level"], area["kind"]) == ("community", "urban")
    assert [one["level"] for one in area["above"]] == ["city", "district", "street"]
    assert "household_count" not in area


def test_an_area_is_found_by_its_code_in_either_system(caller, town):
    street = town.streets[0]
    AreaCode.objects.create(area=street, code_system="civil", code="420506100")

    def found(query):
        return codes(caller.get(f"/api/v1/areas/?{query}"))

    assert found("code=420506100") == found("code=420506001") == [street.code]
    assert found("system=civil") == [street.code]
    assert found("system=civil&code=420506001") == []
    assert found("system=statistics&code=420506001") == [street.code]
    assert found("q=4205061") == [street.code]
    area = caller.get("/api/v1/areas/420506100/").json()
    assert area["codes"] == {"statistics": "420506001", "civil": "420506100"}
    assert caller.get("/api/v1/areas/?system=postal").status_code == 400


def test_the_tree_of_a_day_has_the_names_and_codes_of_then(caller, town):
    street = town.streets[0]
    AreaName.objects.create(area=street, name="旧街道", valid_to=date(2026, 3, 1))
    AreaCode.objects.create(
        area=street, code_system="statistics", code="420506099", valid_to=date(2026, 3, 1)
    )
    Area.objects.filter(pk=town.communities[0].pk).update(valid_to=date(2026, 4, 1))

    def on(day):
        rows = caller.get(f"/api/v1/areas/?on={day}&parent=420506001").json()["results"]
        (one,) = caller.get(f"/api/v1/areas/?on={day}&code=420506001").json()["results"]
        return one["code"], one["name"], [(row["code"], row["parent"]) for row in rows]

    first, second = (one.code for one in town.communities[:2])
    assert on("2026-02-28") == (
        "420506099", "旧街道", [(first, "420506099"), (second, "420506099")],
    )  # fmt: skip
    assert on("2026-04-01") == ("420506001", "街道1", [(second, "420506001")])
    whole = caller.get("/api/v1/areas/420506099/").json()
    assert whole["former_names"] == [{"name": "旧街道", "until": "2026-03-01"}]
    assert caller.get("/api/v1/areas/?on=yesterday").status_code == 400


def test_names_are_searched_in_either_script_and_by_letters(caller, town):
    AreaFactory(code="420506900", name="龙泉镇", level=3, parent=town.district)

    for words in ("龍泉", "lqz", "龙泉镇"):
        assert codes(caller.get("/api/v1/areas/", {"q": words})) == ["420506900"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_of_areas_costs_the_same_for_many(
    caller, town, count, django_assert_max_num_queries
):
    for area in town.grids[:count]:
        AreaCode.objects.create(area=area, code_system="civil", code=f"9{area.code[1:]}")

    with django_assert_max_num_queries(6):
        assert len(codes(caller.get("/api/v1/areas/?system=civil&on=2026-09-01"))) == count


def test_an_area_that_has_ended_is_gone(caller, town):
    ended = town.grids[0]
    Area.objects.filter(pk=ended.pk).update(valid_to=clock.today())

    assert ended.code not in codes(caller.get("/api/v1/areas/?level=grid"))
    assert caller.get(f"/api/v1/areas/{ended.code}/").status_code == 404
    assert caller.get(f"/api/v1/areas/{ended.code}/boundary/").status_code == 404


def test_an_area_to_come_is_not_there_yet(caller, town):
    coming = AreaFactory(
        code="9", name="X", level=5, parent=town.communities[0], valid_from=clock.today()
    )
    Area.objects.filter(pk=coming.pk).update(valid_from=clock.today() + timedelta(days=1))

    assert caller.get("/api/v1/areas/9/").status_code == 404


def test_the_outline_is_a_geojson_feature(caller, town):
    feature = caller.get(f"/api/v1/areas/{town.grids[0].code}/boundary/").json()

    assert feature["type"] == "Feature"
    assert feature["id"] == feature["properties"]["code"] == town.grids[0].code
    assert feature["geometry"]["type"] == "MultiPolygon"
    assert [111.01, 30.01] in feature["geometry"]["coordinates"][0][0]


def test_an_area_without_an_outline_has_no_geometry(caller, town):
    AreaShape.objects.filter(area=town.grids[0]).delete()

    assert caller.get(f"/api/v1/areas/{town.grids[0].code}/boundary/").json()["geometry"] is None


NO_CODES = ["0", "%00", "a%00b", "路", "x" * 300, "..%2f", "%ff", "'; --"]


def test_an_area_that_never_was_is_404(caller):
    for code in NO_CODES:
        for rest in ("", "boundary/"):
            assert caller.get(f"/api/v1/areas/{code}/{rest}").status_code == 404


BAD_FILTERS = [
    ("level=galaxy", "invalid_choice", "level"),
    ("parent=0", "unknown_area", "parent"),
    ("parent=" + "9" * 21, "max_length", "parent"),
    ("q=" + "x" * 81, "max_length", "q"),
    ("q=%00", "invalid", "q"),
    ("q=a&q=b", "repeated", "q"),
    ("nonsense=1", "unknown_filter", "nonsense"),
    ("page_size=201", "invalid", "page_size"),
    ("page_size=1000000000000000000000000000000", "invalid", "page_size"),
    ("cursor=garbage", "invalid_cursor", "cursor"),
]


def test_a_filter_that_means_nothing_is_refused(caller):
    for query, code, attr in BAD_FILTERS:
        assert only_error(caller.get(f"/api/v1/areas/?{query}")) == (400, code, attr)


def test_an_empty_filter_counts_as_not_given(caller):
    assert len(codes(caller.get("/api/v1/areas/?level=&parent=&q="))) == 16


def test_pages_of_areas_lead_to_the_end(caller):
    seen, url = [], "/api/v1/areas/?page_size=5"
    while url:
        page = caller.get(url)
        seen += codes(page)
        url = page.json()["next"]

    assert len(seen) == len(set(seen)) == 16


def test_a_page_of_areas_is_three_statements(caller, town, django_assert_num_queries):
    for size in (1, 3):
        with django_assert_num_queries(3):
            caller.get(f"/api/v1/areas/?page_size={size}")


def test_an_outline_never_becomes_a_polygon_in_python(caller, town, monkeypatch):
    def never(*args, **kwargs):
        raise AssertionError("a polygon was built")

    monkeypatch.setattr("django.contrib.gis.geos.geometry.GEOSGeometryBase.__init__", never)

    assert caller.get(f"/api/v1/areas/{town.grids[0].code}/boundary/").status_code == 200
    assert caller.get("/api/v1/areas/").status_code == 200


# ── locate ────────────────────────────────────────────────────────────────────────────────────


def test_a_point_lies_in_a_grid(caller, town):
    lon, lat = town.middle(2)

    assert caller.get(f"/api/v1/locate/?lon={lon}&lat={lat}").json() == {
        "grid": {"code": "420506001002001", "name": "社区12-01"},
        "community": {"code": "420506001002", "name": "社区12"},
        "street": {"code": "420506001", "name": "街道1"},
        "district": {"code": "420506", "name": "夷陵区"},
        "border": False,
    }


def test_a_point_beside_a_border_says_so(caller):
    assert caller.get("/api/v1/locate/?lon=111.01005&lat=30.005").json()["border"] is True


def test_the_same_numbers_mean_another_place_in_another_system(caller, town):
    lon, lat = town.middle(1)
    grids = {
        crs: caller.get(f"/api/v1/locate/?lon={lon}&lat={lat}&crs={crs}").json()["grid"]["code"]
        for crs in ("wgs84", "bd09")
    }

    assert grids["wgs84"] == town.grids[1].code
    assert grids["bd09"] == town.grids[0].code


def test_a_point_outside_is_404_and_says_how_far(caller):
    response = caller.get("/api/v1/locate/?lon=111.09&lat=30.005")

    assert only_error(response) == (404, "outside", None)
    assert "夷陵区" in response.json()["errors"][0]["detail"]


BAD_NUMBERS = [
    ("lat=30", "lon"),
    ("lon=111", "lat"),
    ("lon=&lat=30", "lon"),
    ("lon=nan&lat=30", "lon"),
    ("lon=inf&lat=30", "lon"),
    ("lon=1e400&lat=30", "lon"),
    ("lon=180.1&lat=30", "lon"),
    ("lon=111&lat=-90.0001", "lat"),
    ("lon=1_1&lat=30", "lon"),
    ("lon=٣&lat=30", "lon"),
    ("lon=" + "9" * 5000 + "&lat=30", "lon"),
    ("lon=111&lat=30&crs=mars", "crs"),
    ("lon=111&lat=30&lon=112", "lon"),
    ("lon=111&lat=30&colour=red", "colour"),
    ("lon=111&lat=30&page_size=1", "page_size"),
    ("lon=%00&lat=30", "lon"),
]


def test_bad_numbers_are_refused(caller):
    for query, attr in BAD_NUMBERS:
        response = caller.get(f"/api/v1/locate/?{query}")

        assert response.status_code == 400
        assert response.json()["type"] == "validation_error"
        assert response.json()["errors"][0]["attr"] == attr


def test_locate_is_two_statements(caller, town, django_assert_num_queries):
    lon, lat = town.middle(0)
    with django_assert_num_queries(2):
        caller.get(f"/api/v1/locate/?lon={lon}&lat={lat}")


# ── departments ───────────────────────────────────────────────────────────────────────────────


def test_departments_of_an_area_and_all_beneath(caller, town):
    everything = caller.get("/api/v1/departments/").json()["results"]
    street = caller.get("/api/v1/departments/?area=420506001").json()["results"]

    assert {"住建局", "城管局"} < {one["short_name"] for one in everything}
    assert len(street) == 3
    assert {one["kind"] for one in street} == {"office"}


def test_departments_are_found_by_name_and_those_closed_are_not(caller, town):
    town.urban.is_active = False
    town.urban.save()

    (row,) = caller.get("/api/v1/departments/?q=建").json()["results"]
    assert row == {
        "code": town.housing.code,
        "name": "住建局",
        "short_name": "住建局",
        "kind": "bureau",
        "area": {"code": "420506", "name": "夷陵区", "level": "district"},
    }
    assert caller.get("/api/v1/departments/?q=城管").json()["results"] == []


def test_a_percent_sign_is_a_letter(caller):
    assert caller.get("/api/v1/departments/?q=%25").json()["results"] == []


def test_departments_are_two_statements(caller, django_assert_num_queries):
    for size in (1, 3):
        with django_assert_num_queries(2):
            caller.get(f"/api/v1/departments/?page_size={size}")


# ── me ────────────────────────────────────────────────────────────────────────────────────────


def test_me_names_my_posts_and_nobody_elses(api, town):
    clerk = holder("department_clerk", department=town.housing, username="clerk", name="Clerk")
    PostFactory(user=clerk, role="recorder", area=town.streets[0])
    holder("street_head", area=town.streets[1])
    api.credentials(HTTP_AUTHORIZATION=bearer(clerk, "read"))

    me = api.get("/api/v1/me/").json()

    assert (me["username"], me["name"], me["scopes"]) == ("clerk", "Clerk", ["read"])
    assert me["posts"] == [
        {
            "role": "department_clerk",
            "label": "Department clerk",
            "area": None,
            "department": {
                "code": town.housing.code,
                "name": "住建局",
                "short_name": "住建局",
            },
        },
        {
            "role": "recorder",
            "label": "Recorder",
            "area": {"code": "420506001", "name": "街道1", "level": "street"},
            "department": None,
        },
    ]
    assert "id" not in me
    assert "phone" not in me


def test_me_in_a_browser_has_every_scope(client, town):
    client.force_login(holder("grid_worker", area=town.grids[0]))

    assert client.get("/api/v1/me/").json()["scopes"] == ["read", "file", "act"]


def test_a_post_that_has_ended_is_not_mine_any_more(api, town):
    worker = holder("grid_worker", area=town.grids[0])
    worker.posts.update(period=(clock.today() - timedelta(days=9), clock.today()))
    api.credentials(HTTP_AUTHORIZATION=bearer(worker))

    assert api.get("/api/v1/me/").json()["posts"] == []


def test_without_the_scope_to_read_nothing_is_read(api, town):
    api.credentials(HTTP_AUTHORIZATION=bearer(UserFactory(), "file"))

    for path in ("me/", "areas/", "departments/", "locate/?lon=111.005&lat=30.005"):
        assert only_error(api.get(f"/api/v1/{path}"))[:2] == (403, "scope_missing")
