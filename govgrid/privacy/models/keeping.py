"""What the triggers keep, and the one word at which they let go of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

SAY = "SELECT set_config('govgrid.retaining', %s, true)"


@contextmanager
def letting_go() -> Iterator[None]:
    """Within it, and within a transaction, rows past their three years may be deleted, and words of
    somebody who is forgotten be taken out of requests. Nothing else is let go of."""
    with connection.cursor() as cursor:
        cursor.execute(SAY, ["on"])
        yield
        cursor.execute(SAY, [""])
