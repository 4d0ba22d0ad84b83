"""Counts: small ones are hidden, and no total gives them away."""

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from govgrid.core.sheets import BadRows
from grids import actions
from grids.actions.counts import what_to_tell
from grids.models import AreaCount
from tests.factories.grids import build_town, holder


@pytest.fixture
def town(db):
    return build_town()


def words(town):
    return {one.area.name: one.words for one in AreaCount.objects.select_related("area")}


def count(area, number, **cells):
    said = {"measure": "aged_60", "as_of": "2026-09-01", "source": "街道台账"}
    return said | {"area": area.code, "number": str(number)} | cells


def bring(*rows, by=None):
    return actions.import_counts(list(enumerate(rows, start=2)), by=by)


def test_a_small_number_is_hidden_and_the_totals_above_it_say_no_more(town):
    bring(
        count(town.grids[0], 3),
        count(town.grids[1], 102),
        count(town.communities[0], 105),
        count(town.communities[1], 400),
        count(town.streets[0], 505),
    )

    assert words(town) == {
        "社区11-01": "<5",
        "社区11-02": "102",
        "社区11": "≥102",
        "社区12": "400",
        "街道1": "≥502",
    }


def test_a_rest_that_was_not_entered_is_not_given_away_either(town):
    bring(count(town.grids[1], 102), count(town.communities[0], 105))

    assert words(town)["社区11"] == "≥102"


def test_totals_of_large_numbers_are_exact(town):
    bring(count(town.grids[0], 0), count(town.grids[1], 102), count(town.communities[0], 102))

    assert words(town) == {"社区11-01": "0", "社区11-02": "102", "社区11": "102"}


def test_a_number_that_grows_is_told_and_so_is_the_total(town):
    bring(count(town.grids[0], 3), count(town.grids[1], 102), count(town.communities[0], 112))
    bring(count(town.grids[0], 10))

    assert words(town) == {"社区11-01": "10", "社区11-02": "102", "社区11": "112"}


def test_a_second_run_changes_nothing_and_an_older_number_is_refused(town):
    bring(count(town.grids[0], 30))

    again = bring(count(town.grids[0], 30))
    with pytest.raises(BadRows) as refused:
        bring(count(town.grids[0], 29, as_of="2026-08-01"))

    assert again.unchanged == 1
    assert "newer number" in refused.value.problems[0].reason


def test_counts_are_entered_by_who_keeps_the_area(town):
    officer = holder("community_officer", area=town.communities[0])

    made = actions.enter_count(town.grids[0], "visits", 4, by=officer, source="登记")
    with pytest.raises(PermissionDenied):
        actions.enter_count(town.grids[2], "visits", 4, by=officer, source="登记")
    with pytest.raises(BadRows):
        bring(count(town.grids[0], 9), count(town.grids[2], 9), by=officer)

    assert made.words == "<5"
    assert AreaCount.objects.count() == 1


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6), st.integers(0, 9))
def test_nothing_told_pins_a_small_number_down(leaves, rest):
    """Whatever is told, another set of numbers would be told the same, up to a hidden one."""
    numbers = {f"1.{n}.": number for n, number in enumerate(leaves, start=2)}
    numbers["1."] = sum(leaves) + rest

    told = what_to_tell(numbers)

    shown = sum(told[path].at_least for path in numbers if path != "1.")
    hidden = [path for path in numbers if path != "1." and not told[path].is_exact]
    assert all(0 < numbers[path] < 5 for path in hidden)
    if told["1."].is_exact:
        # All below is told, and what is left over is nobody or at least five.
        assert not hidden
        assert numbers["1."] - shown not in range(1, 5)
    elif numbers["1."] >= 5:
        assert told["1."].at_least == shown
