"""Numbers of households: whoever subtracts what is told learns none that is hidden."""

from itertools import product

import pytest
from django.contrib.gis.geos import Point

from govgrid.core import clock
from grids import actions
from grids.models import WGS84, Area, Compound
from grids.telling import SMALLEST_SHOWN, tell_parts
from tests.factories.grids import CompoundFactory, build_town, holder


@pytest.fixture
def town(db):
    return build_town()


def count(area, number):
    Area.objects.filter(pk=area.pk).update(household_count=number)


def words(*rows):
    return [type(one).objects.get(pk=one.pk).household_words for one in rows]


def ranges(told):
    if told.startswith("<"):
        return range(1, SMALLEST_SHOWN)
    if told.startswith("≥"):
        return range(int(told[1:]), 400)
    return range(int(told), int(told) + 1)


def possible(total, parts, hidden):
    """What the hidden part may be for somebody who knows all that is told and can subtract."""
    others = [ranges(one) for n, one in enumerate(parts) if n != hidden]
    sums = {sum(one) for one in product(*others)}
    return {one for one in ranges(parts[hidden]) if any(one + s in ranges(total) for s in sums)}


@pytest.mark.parametrize("small", [1, 2, 3, 4])
def test_a_total_does_not_give_a_small_part_away(town, small):
    grids, community = town.grids[:2], town.communities[0]
    count(grids[0], 40)
    count(grids[1], small)
    count(community, 40 + small)
    count(town.streets[0], 40 + small)

    first, second, total, above = words(*grids, community, town.streets[0])

    assert (first, second) == ("40", "<5")
    assert total == above == "≥41"
    assert possible(total, [first, second], 1) == {1, 2, 3, 4}


def test_what_gives_nothing_away_is_told(town):
    count(town.grids[0], 40)
    count(town.grids[1], 60)
    count(town.communities[0], 100)

    assert words(*town.grids[:2], town.communities[0]) == ["40", "60", "100"]
    count(town.communities[0], 103)  # three live in no grid
    assert words(town.communities[0]) == ["≥100"]


def test_a_number_that_changes_is_told_anew(town):
    count(town.grids[0], 3)
    assert words(town.grids[0]) == ["<5"]
    count(town.grids[0], 30)
    assert words(town.grids[0]) == ["30"]


def test_a_compound_gives_no_grid_away_and_no_grid_a_compound(town):
    at = Point(*town.middle(0), srid=WGS84)
    count(town.grids[0], 40)
    count(town.communities[0], 40)
    big = CompoundFactory(community=town.communities[0], point=at, household_count=37)
    small = CompoundFactory(community=town.communities[0], point=at, household_count=3)

    assert words(big, small) == ["37", "<5"]
    assert words(town.grids[0], town.communities[0])[0].startswith("≥")
    assert words(town.communities[0])[0].startswith("≥")
    Compound.objects.filter(pk=small.pk).update(retired_on=clock.today())
    assert "≥" not in words(town.grids[0])[0] or words(town.grids[0]) == ["≥37"]


def test_counts_and_areas_do_not_give_each_other_away(town):
    for area, number in ((town.grids[0], 40), (town.grids[1], 3)):
        actions.enter_counts(
            area, {"households": number}, as_of=clock.today(), source="台账", by=None
        )
    count(town.communities[0], 43)

    assert words(town.communities[0]) == ["≥41"]


def test_a_grid_that_ended_does_not_give_away_what_came_of_it(town):
    Area.objects.filter(pk=town.grids[0].pk).update(household_count=300, valid_to=clock.today())
    count(town.grids[1], 3)

    assert words(town.grids[0]) == ["≥5"]


@pytest.mark.parametrize("numbers", [{1: 297, 2: 3}, {1: 297, 2: 3, 3: 60}, {1: 2, 2: 3}])
def test_a_piece_of_a_draft_is_not_what_is_left(numbers):
    told = {part: one.words for part, one in tell_parts(numbers).items()}
    parts = list(told.values())

    for place, (part, number) in enumerate(numbers.items()):
        if number < SMALLEST_SHOWN:
            assert told[part] == "<5"
            total = str(sum(numbers.values()))
            assert len(possible(total, parts, place)) > 1 or set(numbers.values()) == {2, 3}
    assert tell_parts({1: 40, 2: 60}) == {1: (40, True), 2: (60, True)}


def test_a_list_works_it_out_once(client, town, django_assert_max_num_queries):
    for n in range(6):
        CompoundFactory(community=town.communities[0], household_count=30 + n)
    client.force_login(holder("grid_worker", area=town.grids[0]))
    client.get("/grids/compounds/")

    with django_assert_max_num_queries(12):
        client.get("/grids/compounds/")
