"""Where a point lies. Grids are squares of 0.01 degrees; 1 m is 0.00001037 degrees east here."""

import time

import pytest
from django.db import connection

from grids import queries
from grids.models import Area, AreaShape, Level
from tests.factories.grids import AreaFactory, build_town, shape, square

pytestmark = pytest.mark.django_db
AT = {"on": "2026-06-01", "box": queries.BOX_DEGREES, "metres": queries.BORDER_METRES}
METRE_EAST = 1 / 96_486.2  # degrees of longitude at 30.005° north, on the ellipsoid


@pytest.fixture
def town():
    return build_town()


def special(town, n, size=0.004, **fields):
    """A special grid in the middle of grid ``n``."""
    lon, lat = town.middle(n)
    grid = AreaFactory(
        code=f"{town.communities[n // 2].code}9{n:02d}",
        name="市场专属网格",
        level=Level.GRID,
        parent=town.communities[n // 2],
        kind=Area.Kind.SPECIAL,
        **fields,
    )
    shape(grid, square(lon - size / 2, lat - size / 2, size))
    return grid


@pytest.mark.parametrize("n", range(8))
def test_a_point_lies_in_its_grid_and_all_above(town, n):
    place = queries.locate(*town.middle(n))

    assert place.grid.id == town.grids[n].pk
    assert place.community.code == town.communities[n // 2].code
    assert place.street.name == town.streets[n // 4].name
    assert place.district.id == town.district.pk
    assert place.border is False


def test_locating_is_one_query_and_no_outline_leaves_the_database(town, django_assert_num_queries):
    with django_assert_num_queries(1):
        queries.locate(*town.middle(0))
    with connection.cursor() as cursor:
        cursor.execute(queries.LOCATE, {**AT, "lon": 111.005, "lat": 30.005})
        row = cursor.fetchone()

    assert len(str(row)) < 200


def test_a_special_grid_wins_over_the_basic_one_beneath(town):
    grid = special(town, 0)

    assert queries.locate(*town.middle(0)).grid.id == grid.pk
    assert queries.locate(111.001, 30.001).grid.id == town.grids[0].pk


def test_well_inside_a_special_grid_the_basic_one_beneath_is_no_neighbour(town):
    special(town, 0)

    assert queries.locate(*town.middle(0)).border is False


def test_at_the_edge_of_a_special_grid_both_sides_are_a_border(town):
    special(town, 0)
    edge = town.middle(0)[0] + 0.002

    assert queries.locate(edge - 10 * METRE_EAST, 30.005).border is True
    assert queries.locate(edge + 10 * METRE_EAST, 30.005).border is True
    assert queries.locate(edge - 16 * METRE_EAST, 30.005).border is False
    assert queries.locate(edge + 16 * METRE_EAST, 30.005).border is False


@pytest.mark.parametrize(
    ("metres", "border"), [(0.5, True), (14.9, True), (15.1, False), (16, False)]
)
@pytest.mark.parametrize("side", [-1, 1])
def test_a_border_is_within_15_metres(town, metres, border, side):
    place = queries.locate(111.01 + side * metres * METRE_EAST, 30.005)

    assert place.grid.id == town.grids[0 if side < 0 else 1].pk
    assert place.border is border


def test_on_the_very_border_the_older_grid_answers_every_time(town):
    AreaShape.objects.filter(area=town.grids[0]).update(boundary=square(111, 30))  # written last

    places = {queries.locate(111.01, 30.005) for _ in range(5)}

    assert len(places) == 1
    assert places.pop().grid.id == town.grids[0].pk


def test_at_the_outer_edge_of_the_district_there_is_no_border(town):
    assert queries.locate(111 + METRE_EAST, 30.005).border is False


def test_a_grid_that_has_ended_or_not_begun_is_not_there(town):
    old = special(town, 0, valid_to="2026-02-01")
    new = special(town, 2, valid_from="2090-01-01")

    assert queries.locate(*town.middle(0)).grid.id == town.grids[0].pk != old.pk
    assert queries.locate(*town.middle(2)).grid.id == town.grids[2].pk != new.pk


def test_a_grid_with_an_end_date_ahead_still_answers(town):
    Area.objects.filter(pk=town.grids[0].pk).update(valid_to="2090-01-01")

    assert queries.locate(*town.middle(0)).grid.id == town.grids[0].pk


def test_outside_there_is_no_place_and_the_sentence_says_how_far(town):
    lon = 111.08 + 120.5 * METRE_EAST

    assert queries.locate(lon, 30.005) is None
    assert queries.metres_outside(lon, 30.005) == ("夷陵区", 121)
    assert queries.outside_message(lon, 30.005) == (
        "This point is 121 m outside 夷陵区. Please move the pin."
    )


def test_inside_the_district_but_in_no_grid_the_sentence_says_so(town):
    AreaShape.objects.filter(area=town.grids[3]).delete()

    assert queries.locate(*town.middle(3)) is None
    assert queries.outside_message(*town.middle(3)) == (
        "This point lies in no grid. Please move the pin."
    )


def test_without_any_map_there_is_a_sentence_still(db):
    assert queries.locate(111, 30) is None
    assert queries.outside_message(111, 30) == "This point lies in no grid. Please move the pin."


def test_bounds_are_the_box_round_all(town):
    assert queries.bounds(town.grids[:2]) == (111, 30, 111.02, 30.01)
    assert queries.bounds(town.communities) is None
    assert queries.bounds([]) is None


def test_functions_tell_posts_and_vacancies_from_near_to_far(town):
    found = queries.functions(queries.line_of(town.grids[0]))

    assert [one.role for one in found] == [
        "Grid worker",
        "Community officer",
        "Street desk",
        "Street head",
        "District command",
    ]
    assert not any(one.is_held for one in found)


MANY = """
    WITH area AS (
        INSERT INTO grids_area (code, code_system, name, level, kind, parent_id, path, letters, valid_from)
        SELECT 'g' || n, 'many', 'Grid ' || n, 5, 'basic', %(parent)s, '', '', '2026-01-01'
        FROM generate_series(0, 10999) n
        RETURNING id, substr(code, 2)::int AS n
    )
    INSERT INTO grids_areashape (area_id, level, is_special, is_derived, boundary)
    SELECT id, 5, false, false, ST_Multi(ST_Segmentize(ST_MakeEnvelope(
        111 + n %% 110 * 0.005, 31 + n / 110 * 0.005,
        111 + (n %% 110 + 1) * 0.005, 31 + (n / 110 + 1) * 0.005, 4326), 0.0005))
    FROM area
"""


@pytest.fixture
def many(town):
    """11,000 grids of 40 points each, as large a city as there is."""
    with connection.cursor() as cursor:
        cursor.execute(MANY, {"parent": town.communities[0].pk})
        cursor.execute(
            "UPDATE grids_area SET path = %s || id || '.' WHERE code_system = 'many'",
            [town.communities[0].path],
        )
        cursor.execute("ANALYZE grids_area; ANALYZE grids_areashape")
    return town


@pytest.mark.slow
def test_among_11_000_grids_locate_walks_the_index_of_grids(many):
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + queries.LOCATE, {**AT, "lon": 111.2512, "lat": 31.2512})
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert plan.count("areashape_grids") == 2, plan
    assert "Seq Scan on grids_areashape" not in plan
    assert "Seq Scan on grids_area " not in plan


@pytest.mark.slow
def test_among_11_000_grids_locate_takes_milliseconds(many):
    queries.locate(111.2, 31.2)
    begun = time.perf_counter()
    for n in range(50):
        assert queries.locate(111.0012 + n * 0.01, 31.0012 + n * 0.005)
    # About 1 ms on an idle machine; the limit only catches a lost index (400 ms).
    assert (time.perf_counter() - begun) / 50 < 0.05
