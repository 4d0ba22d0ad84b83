"""What is drawn on every page and changes a few times a year: read once a minute by each process."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar

T = TypeVar("T")
SECONDS = 60


class Remembered(Generic[T]):
    """Calls ``read`` once a minute. For what is *offered*: what is given is always looked up."""

    every: ClassVar[list[Remembered[Any]]] = []

    def __init__(self, read: Callable[[], T]) -> None:
        self._read = read
        self._kept: tuple[float, T] | None = None
        self.every.append(self)

    def __call__(self) -> T:
        kept = self._kept
        if kept is None or kept[0] < time.monotonic():
            kept = self._kept = (time.monotonic() + SECONDS, self._read())
        return kept[1]

    def forget(self) -> None:
        self._kept = None


def forget_all() -> None:
    """For tests: each has a world of its own."""
    for one in Remembered.every:
        one.forget()
