"""Counts: small ones are hidden, and no total gives them away."""

from collections import defaultdict
from datetime import date
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied

from govgrid.core.errors import Refused
from govgrid.core.sheets import BadRows
from grids import actions
from grids.actions.counts import what_to_tell
from grids.models import AreaCount
from tests.factories.grids import build_town, holder


@pytest.fixture
def town(db):
    return build_town()


TODAY = {"as_of": date(2026, 9, 1), "source": "登记"}


def words_of(area, measure):
    return AreaCount.objects.get(area=area, measure=measure).words


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
        "社区11": "≥103",
        "社区12": "400",
        "街道1": "≥503",
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

    (made,) = actions.enter_counts(town.grids[0], {"visits": 4}, by=officer, **TODAY)
    with pytest.raises(PermissionDenied):
        actions.enter_counts(town.grids[2], {"visits": 4}, by=officer, **TODAY)
    with pytest.raises(BadRows):
        bring(count(town.grids[0], 9), count(town.grids[2], 9), by=officer)

    assert made.words == "<5"
    assert AreaCount.objects.count() == 1


@pytest.mark.parametrize(
    ("numbers", "said", "code"),
    [
        ({"residents": 5}, {}, "measure_unknown"),
        ({"visits": -1}, {}, "number_out_of_range"),
        ({"visits": 10**9}, {}, "number_out_of_range"),
        ({"visits": 5}, {"as_of": date(2999, 1, 1)}, "as_of_ahead"),
        ({"visits": 5}, {"source": ""}, "source_missing"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(town, numbers, said, code):
    with pytest.raises(Refused) as refused:
        actions.enter_counts(town.grids[0], numbers, by=None, **(TODAY | said))

    assert refused.value.code == code
    assert not AreaCount.objects.exists()


def test_a_number_entered_anew_changes_what_the_totals_tell(town):
    for area, number in ((town.grids[0], 40), (town.grids[1], 102), (town.communities[0], 142)):
        actions.enter_counts(area, {"aged_60": number, "visits": 7}, by=None, **TODAY)
    assert words_of(town.communities[0], "aged_60") == "142"

    actions.enter_counts(town.grids[0], {"aged_60": 2}, by=None, **TODAY)

    assert words_of(town.grids[0], "aged_60") == "<5"
    assert words_of(town.communities[0], "aged_60") == "≥103"
    assert words_of(town.communities[0], "visits") == "7"


def test_what_ended_counts_no_more(town):
    bring(count(town.grids[0], 3), count(town.grids[1], 102), count(town.communities[0], 112))
    town.grids[0].valid_to = date(2026, 11, 1)
    town.grids[0].save()

    actions.enter_counts(town.communities[0], {"aged_60": 112}, by=None, **TODAY)

    assert words_of(town.communities[0], "aged_60") == "112"


def told_in(leaves, rest, special=None):
    """What is told where two or three grids have numbers and one, of ``rest``, has none."""
    numbers = {f"1.2.{n}.": number for n, number in enumerate(leaves, start=3)}
    numbers["1.2."] = sum(leaves) + rest
    # The other community of the street has ten.
    numbers |= {"1.9.": 10, "1.": numbers["1.2."] + 10}
    over_others = set()
    if special is not None:
        numbers["1.2.99."] = special
        over_others = {"1.2.99."}
    told = what_to_tell(numbers, over_others)
    return tuple(sorted(told.items()))


@pytest.mark.parametrize("grids", [1, 2, 3])
def test_no_small_number_can_be_found_by_subtraction(grids):
    """The attack, by trying: all numbers there may be, and which of them are told alike.

    Who knows the rules and everything that is told must still hold every one of 1, 2, 3 and 4
    for possible, wherever one of them is the number.
    """
    alike = defaultdict(list)
    for leaves in product(range(9), repeat=grids):
        for rest in range(9):
            alike[told_in(leaves, rest)].append((*leaves, rest))

    for worlds in alike.values():
        for place in range(grids + 1):
            possible = {world[place] for world in worlds}
            assert not possible & {1, 2, 3, 4} or possible >= {1, 2, 3, 4}, worlds


def test_a_special_grid_over_others_gives_nothing_away():
    """It may count again what a basic grid counted, so that taking it off as well is no way out."""
    alike = defaultdict(set)
    for leaf, rest, special in product((0, 7, 8), range(9), (5, 6)):
        alike[told_in((leaf,), rest, special)].add(rest)

    assert all(not rests & {1, 2, 3, 4} or len(rests) > 1 for rests in alike.values())


def test_a_total_of_four_over_four_hidden_ones_does_not_say_that_each_is_one(town):
    told = what_to_tell({"1.": 4, "1.2.": 1, "1.3.": 1, "1.4.": 1, "1.5.": 1})
    other = what_to_tell({"1.": 9, "1.2.": 4, "1.3.": 1, "1.4.": 2, "1.5.": 2})

    assert told == other


def test_numbers_of_different_days_do_not_tell_the_whole():
    told = what_to_tell({"1.": 80, "1.2.": 90, "1.3.": 3})

    assert told["1."] == (1, False)
