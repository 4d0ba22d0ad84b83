"""R32: counts that may be published, and what can be worked out from them."""

import random
from datetime import date

import pytest

from govgrid.privacy.stats import FLOOR, STEP, publishable, quarter_begun

TABLES = 20_000


def random_table(dice):
    size = dice.choice([1, 2, 2, 3, 4, 6, 9, 15])
    # Small numbers above all: there is nothing to be found in large ones.
    return {f"c{i}": dice.choice([dice.randint(0, 14), dice.randint(0, 40), dice.randint(0, 900)])
            for i in range(size)}  # fmt: skip


@pytest.fixture(scope="module")
def tables():
    dice = random.Random(32)  # noqa: S311 the same tables each time
    return [random_table(dice) for _each in range(TABLES)]


def shown_as(shown):
    """What a cell or a total can have been that is published as ``shown``."""
    return max(FLOOR, shown - STEP // 2), shown + STEP // 2


def test_r32_nothing_small_is_shown_and_all_is_rounded(tables):
    for table in tables:
        told = publishable(table)
        for label, count in table.items():
            shown = told.cells[label]
            assert shown is None or (count >= FLOOR and shown % STEP == 0)
            assert shown is None or abs(shown - count) <= STEP // 2
        assert told.total is None or told.total % STEP == 0
        assert told == publishable(dict(reversed(table.items())))


def test_r32_no_hidden_cell_can_be_worked_out(tables):
    """From the total and the other cells, rounding taken into account: a hidden cell may have been
    anything from nothing to ten at least."""
    hidden_cells = 0
    for table in tables:
        told = publishable(table)
        hidden = [label for label, shown in told.cells.items() if shown is None]
        hidden_cells += len(hidden)
        if not hidden or told.total is None:
            continue
        assert len(hidden) > 1
        most = shown_as(told.total)[1] - sum(
            shown_as(shown)[0] for shown in told.cells.values() if shown is not None
        )
        # Each of them may be all of it, and each nothing, for another one takes it up.
        assert most >= FLOOR
    assert hidden_cells > TABLES


def test_r32_who_knows_the_rule_as_well_cannot_work_it_out(tables):
    """For each hidden cell there is another table that is published in the same words."""
    checked = 0
    for table in tables:
        told = publishable(table)
        for label, shown in told.cells.items():
            if shown is None:
                checked += 1
                assert any(publishable(other) == told for other in near(table, label)), table
    assert checked > TABLES


def near(table, label):
    """Tables in which the cell is another number: by itself, or at the cost of another."""
    for step in (1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, 7, 8, 9):
        changed = table[label] + step
        if changed < 0:
            continue
        yield table | {label: changed}
        for other in table:
            if other != label and table[other] >= step:
                yield table | {label: changed, other: table[other] - step}


def test_r32_one_property_and_no_more():
    with pytest.raises(TypeError, match="one property"):
        publishable({"law": {"north": 12, "south": 30}})
    with pytest.raises(TypeError, match="one property"):
        publishable({"law": 12.5})
    with pytest.raises(ValueError, match="below zero"):
        publishable({"law": -1})


@pytest.mark.parametrize(
    ("table", "cells", "total"),
    [
        ({}, {}, None),
        ({"a": 0}, {"a": None}, None),
        ({"a": 12}, {"a": 10}, 10),
        ({"a": 9}, {"a": None}, None),
        ({"a": 9, "b": 40}, {"a": None, "b": None}, 50),
        ({"a": 3, "b": 12, "c": 60}, {"a": None, "b": None, "c": 60}, 75),
        ({"a": 1, "b": 2, "c": 60}, {"a": None, "b": None, "c": None}, 65),
        ({"a": 13, "b": 22}, {"a": 15, "b": 20}, 35),
    ],
)
def test_r32_by_example(table, cells, total):
    assert publishable(table) == (cells, total)


def test_r32_by_the_quarter():
    assert quarter_begun(date(2026, 11, 29)) == date(2026, 10, 1)
    assert quarter_begun(date(2026, 1, 1)) == date(2026, 1, 1)
    assert quarter_begun(date(2026, 6, 30)) == date(2026, 4, 1)
