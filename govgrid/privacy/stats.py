"""Counts of people as they may be published: so that nobody can be found in them.

Counts only; by one property and never by two at once; nothing below ten; where one cell is hidden
another one is hidden with it, or the total would give it away; rounded to five; by the quarter.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

FLOOR = 10
STEP = 5
MONTHS = 3


class Published(NamedTuple):
    """What may be read. None stands for a cell that is hidden, and a total that would tell one."""

    cells: dict[str, int | None]
    total: int | None


def publishable(table: Mapping[str, int]) -> Published:
    """``table`` as it may be published; equal tables give equal answers.

    A table by two properties is no such mapping and is refused: specialty by area names people.
    """
    counts = {str(label): _checked(count) for label, count in table.items()}
    hidden = _hidden(counts)
    # A sum of what is hidden alone, or of too few, stays hidden as well.
    total = sum(counts.values())
    tells = total < FLOOR or len(hidden) == len(counts) == 1
    cells = {label: None if label in hidden else _rounded(n) for label, n in counts.items()}
    return Published(cells, None if tells else _rounded(total))


def _checked(count: object) -> int:
    if isinstance(count, bool) or not isinstance(count, int):
        raise TypeError("Only counts by one property are published.")
    if count < 0:
        raise ValueError("A count is not below zero.")
    return count


def _hidden(counts: Mapping[str, int]) -> set[str]:
    """The small cells, and after them the smallest of the others, until what is hidden together is
    two cells at least and as much as one cell that might be shown."""
    small = [label for label, count in counts.items() if count < FLOOR]
    if not small:
        return set()
    rest = sorted(counts.keys() - set(small), key=lambda label: (counts[label], label))
    hidden = set(small)
    for label in rest:
        if len(hidden) > 1 and sum(counts[one] for one in hidden) >= FLOOR:
            break
        hidden.add(label)
    return hidden


def _rounded(count: int) -> int:
    return STEP * ((count + STEP // 2) // STEP)


def quarter_begun(on: date) -> date:
    """The first day of the quarter of ``on``. Published is what was counted on such a day: between
    two that lie closer together, who came and went could be read off."""
    return date(on.year, on.month - (on.month - 1) % MONTHS, 1)
