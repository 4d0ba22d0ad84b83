"""Echoes: lives told once and lived again, elsewhere and in other weeks.

An open one is echoed in other grids alone. One that is over may also move by whole weeks, to where
the working calendar of all its days is the same: then every deadline falls as before, to the
second, and ``check`` computes each of them again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import NamedTuple

from govgrid.home.demo import stencils
from govgrid.home.demo.likeness import Kind
from govgrid.home.demo.scripts import NobodyLeft
from govgrid.home.demo.stencils import Stencil
from govgrid.home.demo.stories import MOMENT, Teller
from govgrid.worktime.arithmetic import Calendar

# So many lives are told for echoes: one for ten of them, and no more than these. At a million,
# a street has one to three open ones of the same moment; another thousand would cost 1.2 s.
MOST, LEAST, TEN = 12_000, 300, 10
# What is open of a city's last ninety days.
OPEN = 0.07
OLDEST = timedelta(days=90)
WEEK = timedelta(weeks=1)


class Slot(NamedTuple):
    """One life in one week, so many times."""

    filed_at: datetime
    number: int  # of the stencil
    weeks: int
    copies: int


@dataclass
class Echoed:
    """A stencil and the places in which it can be filled in."""

    stencil: Stencil
    kind: Kind


def tell(teller: Teller, kinds: list[Kind], count: int, first: int) -> Iterator[Echoed]:
    """Lives for ``count`` echoes, each of a kind of place; numbered from ``first`` on."""
    rng = Random(f"kinds {teller.seed}")  # noqa: S311
    weights = [sum(one.weights) for one in kinds]
    for number, want in enumerate(teller.ordinary(count), start=first):
        kind = rng.choices(kinds, weights)[0]
        try:
            story = kind.teller.tell(number, want, kind.place, None)
        except NobodyLeft:
            kind = next(one for one in kinds if one.has_worker)
            story = kind.teller.tell(number, want, kind.place, None)
        yield Echoed(stencils.cut(story, teller.seed), kind)


def how_many(count: int) -> int:
    """How many lives are told for so many echoes."""
    return min(MOST, max(LEAST, count // TEN))


def plan(lives: list[Stencil], count: int, days: Calendar, now: datetime) -> list[Slot]:
    """When each of ``count`` echoes is filed. The weeks get their share by the lives as told."""
    weeks = Weeks(days, now)
    still = [Slot(one.filed_at, n, 0, 0) for n, one in enumerate(lives) if not one.is_over]
    over = [
        Slot(one.filed_at + WEEK * shift, number, shift, 0)
        for number, one in enumerate(lives)
        if one.is_over
        for shift in weeks.alike(one)
    ]
    told = Counter(weeks.ago(one.filed_at) for one in lives if one.is_over)
    room = Counter(weeks.ago(one.filed_at) for one in over)
    shares = [told[weeks.ago(one.filed_at)] / room[weeks.ago(one.filed_at)] for one in over]
    open_ones = round(count * OPEN) if still and any(shares) else count * (not any(shares))
    return [
        *_shared(still, [1.0] * len(still), open_ones),
        *_shared(over, shares, count - open_ones),
    ]


def _shared(slots: list[Slot], shares: list[float], count: int) -> Iterator[Slot]:
    """``count`` copies over these, by their shares, with no remainder."""
    whole, so_far, given = sum(shares), 0.0, 0
    for slot, share in zip(slots, shares, strict=True):
        so_far += share
        until = round(count * so_far / whole)
        if until > given:
            yield slot._replace(copies=until - given)
        given = max(given, until)


class Weeks:
    """Where a life that is over can go."""

    def __init__(self, days: Calendar, now: datetime) -> None:
        self.days, self.now = days, now
        self._day = cache(self._look)

    def ago(self, at: datetime) -> int:
        return (self.now - at) // WEEK

    def alike(self, one: Stencil) -> Iterator[int]:
        """By how many weeks it can move: back to ``OLDEST``, on to now, and not at all."""
        back = max(0, (one.filed_at - (self.now - OLDEST)) // WEEK)
        on = max(0, (self.now - MOMENT - one.last_at) // WEEK)
        told = self._days(one, 0)
        yield from (n for n in range(-back, on + 1) if not n or self._days(one, n) == told)

    def _days(self, one: Stencil, weeks: int) -> list[object]:
        first, whole = one.begins_on + WEEK * weeks, (one.ends_on - one.begins_on).days
        return [self._day(first + timedelta(days=n)) for n in range(whole + 1)]

    def _look(self, on: date) -> object:
        """All that deadlines know of a day."""
        day = self.days.day(on)
        return day.kind.is_working, day.is_provisional, self.days.sessions(on)
