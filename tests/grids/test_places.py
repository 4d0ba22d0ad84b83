"""What is read over the registers of places: what is near, what stands in an area, who is reached."""

import pytest
from django.contrib.gis.geos import Point
from django.db import connection

from govgrid.core import clock
from grids import places
from grids.models import WGS84
from tests.factories.grids import (
    CompoundFactory,
    FacilityClassFactory,
    FacilityFactory,
    ServicePointFactory,
    build_town,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return build_town()


def at(lon, lat=30.005):
    return Point(lon, lat, srid=WGS84)


# ── near a point ──────────────────────────────────────────────────────────────────────────────


def test_facilities_near_a_pin_come_nearest_first_and_no_farther_than_50_m(town):
    second = FacilityFactory(point=at(111.0054))
    first = FacilityFactory(point=at(111.0051))
    FacilityFactory(point=at(111.0056))
    FacilityFactory(point=at(111.005), retired_on=clock.today())

    found = list(places.facilities_near(111.005, 30.005))

    assert found == [first, second]
    assert [round(one.metres.m) for one in found] == [10, 39]


def test_the_nearest_service_points_come_with_hours_and_metres(town):
    far = ServicePointFactory(point=at(111.025), hours="Mon–Fri 9–17")
    near = ServicePointFactory(point=at(111.006), hours="daily 8–20")
    ServicePointFactory(point=at(111.04))
    ServicePointFactory(point=at(111.0051), retired_on=clock.today())

    found = list(places.nearest_service_points(111.005, 30.005))

    assert [(one.name, one.hours) for one in found] == [
        (near.name, "daily 8–20"),
        (far.name, "Mon–Fri 9–17"),
    ]
    assert [round(one.metres.m, -1) for one in found] == [100, 1930]


def test_at_most_three_service_points_are_named_in_one_statement(town, django_assert_num_queries):
    for n in range(4):
        ServicePointFactory(point=at(111.005 + n / 1000))

    with django_assert_num_queries(1):
        assert len(places.nearest_service_points(111.005, 30.005)) == 3


# ── in an area ────────────────────────────────────────────────────────────────────────────────


def test_what_stands_in_an_area_is_told_by_class_and_state(town, django_assert_num_queries):
    lamp, cover = FacilityClassFactory(name="路灯"), FacilityClassFactory(name="井盖")
    for n, state in enumerate(["good", "damaged", "missing"]):
        FacilityFactory(facility_class=lamp, grid=town.grids[n % 2], state=state)
    FacilityFactory(facility_class=cover, grid=town.grids[1], state="off")
    FacilityFactory(facility_class=cover, grid=town.grids[2])
    FacilityFactory(facility_class=cover, grid=town.grids[0], retired_on=clock.today())

    with django_assert_num_queries(1):
        stands = places.what_stands_in(town.communities[0])

    assert [(one.name, one.number, one.wrong) for one in stands.classes] == [
        ("路灯", 3, 2),
        ("井盖", 1, 1),
    ]
    assert (stands.number, stands.wrong) == (4, 3)
    assert places.what_stands_in(town.grids[0]).number == 2
    assert places.what_stands_in(town.district) is None


def test_a_grid_has_the_compounds_whose_point_it_covers(town):
    here = CompoundFactory(community=town.communities[0], point=at(111.005))
    beside = CompoundFactory(community=town.communities[0], point=at(111.015))
    CompoundFactory(community=town.communities[1], point=at(111.025))

    assert list(places.compounds_of(town.grids[0])) == [here]
    assert set(places.compounds_of(town.communities[0])) == {here, beside}
    assert places.compounds_of(town.streets[0]).count() == 3


# ── a quarter of an hour's walk ───────────────────────────────────────────────────────────────


def test_the_walk_is_865_metres_as_the_crow_flies():
    assert places.WALK_METRES == 865


def test_a_point_in_the_middle_reaches_nearly_all_of_a_grid(town):
    # The square is 963 m wide and 1109 m high: the circle leaves out no corner.
    ServicePointFactory(point=at(111.005), grid=town.grids[0])

    assert places.reached(town.grids[0]) == places.Reached(100, has_middle=True)


def test_a_point_of_the_neighbour_counts_and_a_far_one_does_not(town):
    # On the eastern border of grid 1: its circle covers most of grid 1 and its like of grid 2.
    ServicePointFactory(point=at(111.02), grid=town.grids[2])

    near = places.reached(town.grids[1])

    assert near.has_middle
    # A half circle of 865 m in a square of 963 by 1109 m: the caps beyond its height come off.
    assert 80 <= near.percent <= 87
    assert places.reached(town.grids[0]) == places.Reached(0, has_middle=False)
    assert places.reached(town.grids[4]) == places.Reached(0, has_middle=False)


def test_what_is_gone_reaches_nobody(town):
    ServicePointFactory(point=at(111.005), retired_on=clock.today())

    assert places.reached(town.grids[0]) == places.Reached(0, has_middle=False)


def test_without_an_outline_or_too_large_nothing_is_said(town, monkeypatch):
    ServicePointFactory(point=at(111.005))

    assert places.reached(town.communities[0]) is None
    assert places.reached(town.district) is None
    monkeypatch.setattr(places, "MOST_POINTS", 1)
    assert places.reached(town.grids[0]) is None


def test_the_box_of_a_circle_is_asked_of_the_index(town):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        values = {
            "area": town.grids[0].pk, "on": clock.today(), "metres": places.WALK_METRES,
            "box": 0.01, "most": 400,
        }  # fmt: skip
        cursor.execute(f"EXPLAIN {places.REACHED}", values)
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "grids_servicepoint_point" in plan
