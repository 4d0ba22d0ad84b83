"""Blanks: stand-ins for whatever differs from echo to echo, as ids so high that no row has them.

A life that is told with them is a form. Its text, wherever in it they stand, becomes a format
string.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

# What is filled in: about the place, about the ticket, and what comes in numbers.
NAMES = (
    "grid", "community", "street", "community_office", "street_office", "community_name",
    "street_name", "worker", "officer", "desk", "head",
    "ticket", "number", "client_id", "fingerprint", "point", "raw_lon", "raw_lat", "description",
    "words",
    "part", "clock", "whistle",
)  # fmt: skip
_MARK = 8_000_000_000_000
_WIDTH = 1000
_BLANK = re.compile(rf"{_MARK}(\d{{3}})(\d{{3}})")
_DAY = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)")


def blank(name: str, number: int = 0) -> int:
    """The blank of this name; the ``number``th where there are several."""
    return (_MARK * _WIDTH + NAMES.index(name)) * _WIDTH + number


def key(name: str, number: int) -> str:
    return f"{name}{number}"


def form(text: str, first: date) -> str:
    """``text`` as a format string: blanks by their :func:`key`, days by how far from ``first``."""
    text = text.replace("%", "%%")
    text = _BLANK.sub(lambda found: f"%({NAMES[int(found[1])]}{_number(found[2])})s", text)
    return _DAY.sub(lambda found: f"%({_day(found[0], first)})s", text)


def days(text: str, first: date) -> dict[str, int]:
    """The days of a text that was made no form yet: how far each is from ``first``, by key."""
    found = {date.fromisoformat(one) for one in _DAY.findall(text)}
    return {key("day", (one - first).days): (one - first).days for one in sorted(found)}


def dated(apart: dict[str, int], first: date) -> dict[str, str]:
    """What to fill in for ``days`` when the first of them is this one."""
    return {name: (first + timedelta(days=n)).isoformat() for name, n in apart.items()}


def _number(digits: str) -> str:
    return str(int(digits)) if int(digits) else ""


def _day(text: str, first: date) -> str:
    return key("day", (date.fromisoformat(text) - first).days)
