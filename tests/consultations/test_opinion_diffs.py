"""Diffs in characters: both texts can be read out of one, and no text makes it slow."""

import random
import time
from itertools import pairwise

import pytest

from consultations.diffs import Piece, diff


def before_and_after(pieces):
    return (
        "".join(one.text for one in pieces if one.kind != "in"),
        "".join(one.text for one in pieces if one.kind != "out"),
    )


def test_a_changed_number_is_shown_alone():
    assert diff("装护栏 60 米，费用由财政出。", "装护栏 80 米，费用由财政出。") == [
        Piece("same", "装护栏 "), Piece("out", "6"), Piece("in", "8"),
        Piece("same", "0 米，费用由财政出。"),
    ]  # fmt: skip


def test_a_clause_that_is_another_one_is_replaced_whole():
    assert diff("放学装护栏。", "周末种树。")[:2] == [
        Piece("out", "放学装护栏"),
        Piece("in", "周末种树"),
    ]


def test_a_clause_that_was_added_is_put_in():
    pieces = diff("先修路，再种树。", "先修路，拓宽人行道，再种树。")
    assert pieces == [
        Piece("same", "先修路，"), Piece("in", "拓宽人行道，"), Piece("same", "再种树。")
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(30))
def test_both_texts_are_in_it(seed):
    chance = random.Random(seed)  # noqa: S311
    signs = "装护栏米停车，。；\n a1"
    one = "".join(chance.choice(signs) for _n in range(chance.randrange(200)))
    other = "".join(chance.choice([sign, sign, sign, "", chance.choice(signs)]) for sign in one)
    pieces = diff(one, other)
    assert before_and_after(pieces) == (one, other)
    assert all(one.text for one in pieces)
    assert all(a.kind != b.kind for a, b in pairwise(pieces))


@pytest.mark.parametrize(
    ("one", "other"),
    [("啊" * 2000, "啊" * 1999 + "哦"), ("，" * 2000, "。" * 2000), ("a,b" * 660, "b,a" * 660),
     ("，啊" * 1000, "。啊" * 1000), ("啊哦" * 1000, "哦啊" * 999), ("", "x" * 2000)],
)  # fmt: skip
def test_no_text_makes_it_slow(one, other):
    started = time.perf_counter()
    assert before_and_after(diff(one, other)) == (one, other)
    assert time.perf_counter() - started < 0.5
