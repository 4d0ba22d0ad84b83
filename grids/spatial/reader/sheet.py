"""What every format is turned into: headings, and rows that come one after another."""

from collections.abc import Iterator
from typing import NamedTuple

Line = tuple[int, list[str]]


class Sheet(NamedTuple):
    """``total`` is 0 where only reading tells; ``notes`` are codes of what a reader should know."""

    kind: str
    headings: list[str]
    rows: Iterator[Line]
    total: int = 0
    notes: tuple[str, ...] = ()
    layer: str = ""
    encoding: str = ""
