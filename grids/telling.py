"""What may be told of numbers of which some are parts of others. No database.

From one to four a number is told as "<5". A total beside it would give it away by subtraction, so
that the totals above it are told only as "at least", the sum of what is told below.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

# From one to four, a number would point at somebody.
SMALLEST_SHOWN = 5
FEW = f"<{SMALLEST_SHOWN}"


class Told(NamedTuple):
    """What may be told of one number; ``at_least`` is 0 where that is "<5"."""

    at_least: int
    is_exact: bool

    @property
    def words(self) -> str:
        """As anybody may see it: 17, <5, or ≥120."""
        if self.is_exact:
            return str(self.at_least)
        return f"≥{self.at_least}" if self.at_least else FEW

    @property
    def floor(self) -> int:
        """What anybody can tell it to be at the least: a hidden number is 1 or more."""
        return self.at_least if self.is_exact else max(self.at_least, 1)


NOTHING = Told(0, is_exact=False)
SOME = Told(SMALLEST_SHOWN, is_exact=False)


def alone(number: int) -> Told:
    """Of a number that nothing else is a part of."""
    return NOTHING if 0 < number < SMALLEST_SHOWN else Told(number, is_exact=True)


def tell_parts(numbers: Mapping[int, int]) -> dict[int, Told]:
    """Of the parts of a total that may be told elsewhere: where one is hidden, the largest is too.

    Else the hidden one is what is left of the total.
    """
    told = {part: alone(number) for part, number in numbers.items()}
    if all(one.is_exact for one in told.values()):
        return told
    largest = max(numbers, key=lambda part: numbers[part])
    if told[largest].is_exact:
        told[largest] = SOME
    return told


def what_to_tell(
    numbers: Mapping[str, int], over_others: Collection[str] = frozenset()
) -> dict[str, Told]:
    """For the number of each path what may be told, from the leaves up.

    A total is exact where nothing below it is hidden and what is left of it, when all that is
    told below is taken off, is not from one to four. Else it is what anybody could add up. The
    paths in ``over_others`` may count again what their neighbours counted, as special grids do:
    what is left is looked at with and without them.
    """
    told: dict[str, Told] = {}
    # What is told below a path, by areas that have a number, wherever between they lie.
    below: dict[str, list[str]] = defaultdict(list)
    for path in sorted(numbers, key=lambda path: path.count("."), reverse=True):
        plain = [told[one] for one in below[path] if one not in over_others]
        special = [told[one] for one in below[path] if one in over_others]
        told[path] = _told(numbers[path], plain, special)
        above = _next_above(path, numbers)
        if above is not None:
            below[above].append(path)
    return told


def _told(number: int, plain: list[Told], special: list[Told]) -> Told:
    below = plain + special
    floor = sum(one.floor for one in plain)
    counted_again = sum(one.floor for one in special)
    rests = (number - floor, number - floor - counted_again)
    is_small = 0 < number < SMALLEST_SHOWN
    is_left = bool(below) and any(0 < rest < SMALLEST_SHOWN for rest in rests)
    if all(one.is_exact for one in below) and not is_small and not is_left:
        return Told(number, is_exact=True)
    # More than the whole may stand below where the numbers are of different days: then nothing is
    # told but that there is something.
    least = max(floor, counted_again)
    return Told(least if least <= number else min(number, 1), is_exact=False)


def _next_above(path: str, numbers: Mapping[str, int]) -> str | None:
    parts = path.strip(".").split(".")
    for length in range(len(parts) - 1, 0, -1):
        above = ".".join(parts[:length]) + "."
        if above in numbers:
            return above
    return None
