"""How a name is spelt in Latin letters, so that it sorts and is found by sound. Pure but for its table."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from govgrid.core.text import normalise

TABLE = Path(__file__).parent / "data" / "surname_pinyin.csv"


@cache
def readings() -> dict[str, str]:
    """Surnames that a dictionary reads otherwise, and those of two characters."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["surname"]: row["pinyin"] for row in csv.DictReader(file)}


def spelt(name: str) -> str:
    """曾国藩 → "zeng guo fan"; what is Latin already stays, in small letters."""
    # Its dictionaries take a third of a second to load: only whoever joins a roster does.
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    plain = "".join(normalise(name).split()) if not name.isascii() else name.lower()
    for length in (2, 1):
        first, rest = plain[:length], plain[length:]
        if first in readings() and (rest or length == 1):
            return " ".join([readings()[first], *lazy_pinyin(rest, v_to_u=False)]).strip()
    return " ".join(lazy_pinyin(plain, v_to_u=False))


def surname_of(name: str) -> str:
    """The first character, or the first two where both are one surname."""
    first = name.strip()[:2]
    return first if first in readings() and len(first) == 2 else first[:1]
