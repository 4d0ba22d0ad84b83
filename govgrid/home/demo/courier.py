"""Carries text to the database while the next is written: it reads on one core, Python writes on
the other."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from django.db import connection

from govgrid.home.demo.rows import copy

# Batches on their way at one time: enough that neither side waits, little enough for memory.
AHEAD = 24


class Courier:
    """One thread on this transaction's own connection. Nobody else may ask it anything inside."""

    def __init__(self) -> None:
        connection.ensure_connection()
        self._raw = connection.connection
        self._thread = ThreadPoolExecutor(1)
        self._sent: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        return self

    def send(self, table: str, text: str) -> None:
        """Into the table, after what was sent before."""
        if len(self._sent) >= AHEAD:
            self._sent.popleft().result()
        self._sent.append(self._thread.submit(copy, self._raw.cursor, table, text))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._thread.shutdown(cancel_futures=error is not None)
        if error is None:
            for one in self._sent:
                one.result()
