"""Codes of grids: which are valid, and which come next."""

import pytest

from govgrid.core.sheets import RowError
from grids.numbering import check_code, reading_order, suggest_codes

COMMUNITY = "420506001003"


def test_numbers_run_from_west_to_east_and_row_by_row_southwards():
    # Two rows of two, none of them quite level.
    south_east, north_west, south_west, north_east = (
        (111.02, 30.001),
        (111.00, 30.019),
        (111.00, 30.000),
        (111.02, 30.020),
    )

    codes = suggest_codes(COMMUNITY, [south_east, north_west, south_west, north_east], ())

    assert [code[-3:] for code in codes] == ["004", "001", "003", "002"]
    assert all(code.startswith(COMMUNITY) for code in codes)


def test_grids_in_one_line_are_counted_along_it():
    assert reading_order([(3, 30), (1, 30), (2, 30)]) == [1, 2, 0]
    assert reading_order([]) == []
    assert reading_order([(1, 2)]) == [0]


def test_a_number_that_was_ever_used_is_not_given_again():
    taken = {f"{COMMUNITY}001", f"{COMMUNITY}003"}

    assert suggest_codes(COMMUNITY, [(1, 1), (2, 1)], taken) == [
        f"{COMMUNITY}002",
        f"{COMMUNITY}004",
    ]


def test_special_grids_have_numbers_of_their_own():
    assert suggest_codes(COMMUNITY, [(1, 1)], (), "special") == [f"{COMMUNITY}901"]


def test_a_community_without_numbers_left_says_so():
    taken = {f"{COMMUNITY}{n}" for n in range(901, 1000)}

    with pytest.raises(RowError, match="no numbers left for 1 grids"):
        suggest_codes(COMMUNITY, [(1, 1)], taken, "special")


@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        ("420506001004001", "basic", "begins with its community's, 420506001003"),
        ("420506001003000", "basic", "001 to 899"),
        ("420506001003900", "basic", "001 to 899"),
        ("420506001003901", "hamlet", "001 to 899"),
        ("420506001003900", "special", "901 to 999"),
        ("420506001003001", "special", "901 to 999"),
    ],
)
def test_a_code_that_no_such_grid_may_bear_is_refused(code, kind, reason):
    with pytest.raises(RowError, match=reason):
        check_code(code, COMMUNITY, kind)


@pytest.mark.parametrize(
    ("code", "kind"), [("001", "basic"), ("899", "hamlet"), ("901", "special"), ("999", "special")]
)
def test_a_code_that_such_a_grid_may_bear_is_taken(code, kind):
    check_code(f"{COMMUNITY}{code}", COMMUNITY, kind)
