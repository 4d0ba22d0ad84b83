"""Tables of places: all or nothing, safe to run again, and never about a person."""

from datetime import date

import pytest
from django.contrib.gis.geos import Point

from govgrid.core.errors import Refused
from govgrid.core.sheets import BadRows
from grids import actions, uscc
from grids.models import (
    WGS84,
    AreaCount,
    Compound,
    Facility,
    FacilityClass,
    Organisation,
    ServicePoint,
)
from tests.factories.grids import build_town, holder, square, with_check

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return build_town()


def at(town, n, **cells):
    lon, lat = town.middle(n)
    return {"lon": str(lon), "lat": str(lat), **cells}


def numbered(*rows):
    return list(enumerate(rows, start=2))


LAMP = {"major": "01", "minor": "03", "major_name": "公用设施", "name": "路灯"}
HYDRANT = {"major": "01", "minor": "05", "major_name": "公用设施", "name": "消火栓"}


def lamp(town, n, serial="000001", **cells):
    return at(town, n, district_code="420506", major="01", minor="03", serial=serial, **cells)


@pytest.fixture
def classes(town):
    return actions.import_facility_classes(numbered(LAMP, HYDRANT), by=None)


def test_facilities_come_with_their_parts_apart_and_their_grid(town, classes):
    done = actions.import_facilities(
        numbered(lamp(town, 2, owner=town.urban.code, name="灯17")), by=None
    )

    one = Facility.objects.get()
    assert done.added == ["4205060103000001 灯17"]
    assert one.code == "4205060103000001"
    parts = (one.district_code, one.facility_class.major, one.facility_class.minor, one.serial)
    assert parts == ("420506", "01", "03", "000001")
    assert (one.grid, one.owner, one.state) == (town.grids[2], town.urban, "good")


def test_a_second_run_changes_nothing_and_a_changed_row_updates(town, classes):
    row = lamp(town, 2, owner=town.urban.code)
    actions.import_facilities(numbered(row), by=None)
    first = Facility.objects.get()

    again = actions.import_facilities(numbered(row), by=None)
    moved = actions.import_facilities(numbered(lamp(town, 5, state="damaged")), by=None)

    assert (again.unchanged, again.added, again.changed) == (1, [], [])
    assert len(moved.changed) == 1
    now = Facility.objects.get()
    assert (now.pk, now.grid, now.state) == (first.pk, town.grids[5], "damaged")
    assert now.owner == town.urban  # a column that is not there says nothing


def test_what_is_gone_stays_and_says_since_when(town, classes):
    actions.import_facilities(numbered(lamp(town, 2), lamp(town, 3, "000002")), by=None)

    actions.import_facilities(numbered(lamp(town, 2, retired_on="2026-09-01")), by=None)

    assert Facility.objects.count() == 2
    assert [one.serial for one in Facility.objects.standing()] == ["000002"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"minor": "77"}, "There is no class 0177"),
        ({"serial": "1"}, "not a number of 4 to 8 digits"),
        ({"lon": "100"}, "lies in no grid"),
        ({"lon": "east"}, "two numbers in degrees"),
        ({"lon": "nan"}, "two numbers in degrees"),
        ({"crs": "epsg"}, "no kind of coordinates"),
        ({"owner": "nobody"}, "“nobody” is not known"),
        ({"state": "sad"}, "“sad” is no kind"),
        ({"name": "监控17"}, "Cameras"),
        ({"name": "CCTV 3"}, "Cameras"),
    ],
)
def test_one_wrong_row_and_nothing_is_written(town, classes, cells, reason):
    with pytest.raises(BadRows) as refused:
        actions.import_facilities(numbered(lamp(town, 1, "000009"), lamp(town, 2) | cells), by=None)

    (problem,) = refused.value.problems
    assert problem.line == 3
    assert reason in problem.reason
    assert not Facility.objects.exists()


def test_a_code_stands_once_in_a_table(town, classes):
    with pytest.raises(BadRows, match="1 rows"):
        actions.import_facilities(numbered(lamp(town, 1), lamp(town, 2)), by=None)


def test_a_class_of_cameras_is_refused(town):
    with pytest.raises(BadRows) as refused:
        actions.import_facility_classes(numbered(LAMP | {"name": "监控电子眼"}), by=None)

    assert "Cameras" in refused.value.problems[0].reason
    assert not FacilityClass.objects.exists()


def test_headings_about_persons_stop_every_import(town, classes):
    for run, row in (
        (actions.import_compounds, at(town, 0, code="c", name="n", kind="old")),
        (actions.import_facilities, lamp(town, 0)),
        (actions.import_service_points, at(town, 0, code="c", name="n", kind="hub")),
        (actions.import_organisations, {"code": with_check("91420506MA0000001"), "name": "n"}),
        (actions.import_counts, {"area": "1", "measure": "visits", "number": "7"}),
    ):
        with pytest.raises(Refused, match="户主姓名"):
            run(numbered(row | {"户主姓名": "张三"}), by=None)


def test_compounds_take_their_community_from_the_point_or_the_outline(town):
    outline = square(111.021, 30.001, 0.002).wkt
    done = actions.import_compounds(
        numbered(
            at(town, 0, code="a", name="甲", kind="old", households="3", has_committee="是",
               committee_until="2027-01-31", property_department=town.housing.code),
            {"code": "b", "name": "乙", "kind": "estate", "wkt": outline},
        ),
        by=None,
    )  # fmt: skip

    one, other = Compound.objects.order_by("code")
    assert len(done.added) == 2
    assert (one.community, other.community) == (town.communities[0], town.communities[1])
    assert (one.household_words, one.committee_until) == ("<5", date(2027, 1, 31))
    assert one.property_department == town.housing
    assert other.outline.contains(other.point)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"committee_until": "2027-01-31"}, "Only a committee that exists"),
        ({"community": "420506001002"}, "does not lie in the community"),
        ({"community": "9"}, "“9” is not known"),
        ({"lon": "", "lat": ""}, "needs a point or an outline"),
    ],
)
def test_a_compound_that_makes_no_sense_is_refused(town, cells, reason):
    with pytest.raises(BadRows) as refused:
        actions.import_compounds(
            numbered(at(town, 0, code="a", name="甲", kind="old") | cells), by=None
        )

    assert reason in refused.value.problems[0].reason


def test_who_keeps_a_community_brings_its_places_and_no_others(town):
    officer = holder("community_officer", area=town.communities[0])
    here = at(town, 1, code="here", name="站", kind="station")
    there = at(town, 2, code="there", name="站", kind="station")

    actions.import_service_points(numbered(here), by=officer)
    with pytest.raises(BadRows) as refused:
        actions.import_service_points(numbered(here, there), by=officer)

    assert "do not keep" in refused.value.problems[0].reason
    assert [one.code for one in ServicePoint.objects.all()] == ["here"]


def test_a_place_of_others_cannot_be_drawn_over(town):
    officer = holder("community_officer", area=town.communities[0])
    actions.import_service_points(
        numbered(at(town, 2, code="x", name="站", kind="station")), by=None
    )

    with pytest.raises(BadRows):
        actions.import_service_points(
            numbered(at(town, 0, code="x", name="我的", kind="station")), by=officer
        )

    assert ServicePoint.objects.get().grid == town.grids[2]


def test_a_shifted_position_is_put_right(town):
    row = at(town, 3, code="x", name="站", kind="station", crs="gcj02")

    actions.import_service_points(numbered(row), by=None)

    assert ServicePoint.objects.get().point.x < float(row["lon"]) - 0.003


def test_organisations_need_a_code_that_holds(town):
    good = with_check("91420506MA4900001")
    wrong = good[:-1] + ("0" if good[-1] != "0" else "1")

    actions.import_organisations(
        numbered({"code": good.lower(), "name": "某公司", "kind": "company"}), by=None
    )
    with pytest.raises(BadRows) as refused:
        actions.import_organisations(
            numbered({"code": wrong, "name": "某公司", "kind": "company"}), by=None
        )

    assert Organisation.objects.get().code == good
    assert "no unified social credit code" in refused.value.problems[0].reason


def test_known_codes_of_public_bodies_hold():
    # Of Tencent and of Huawei, as their seals show.
    assert uscc.is_valid("9144030071526726XG")
    assert uscc.is_valid("914403001922038216")
    assert not uscc.is_valid("914403001922038217")
    assert not uscc.is_valid("91440300192203821I")


def test_one_place_is_kept_by_who_keeps_the_area(town):
    officer = holder("community_officer", area=town.communities[0])
    one = ServicePoint(code="x", name="站", kind="hub", point=Point(*town.middle(0), srid=WGS84))

    actions.keep_place(one, by=officer)

    assert ServicePoint.objects.get().grid == town.grids[0]


def test_places_are_placed_again_when_the_map_changes(town, classes):
    actions.import_facilities(numbered(lamp(town, 2)), by=None)
    Facility.objects.update(grid=town.grids[0])

    assert actions.place_again(by=None) == 1
    assert actions.place_again(by=None) == 0
    assert Facility.objects.get().grid == town.grids[2]


def test_an_import_asks_as_often_for_one_row_as_for_many(
    town, classes, django_assert_max_num_queries
):
    rows = [lamp(town, n % 8, f"{n:06d}") for n in range(200)]

    with django_assert_max_num_queries(12):
        actions.import_facilities(numbered(*rows), by=None)

    assert Facility.objects.count() == 200
    assert not AreaCount.objects.exists()
