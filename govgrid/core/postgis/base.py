"""Whether a connection still lives, without a statement for it in every request."""

from __future__ import annotations

import select
import time

from django.contrib.gis.db.backends.postgis import base
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

# Seconds without use after which the other side may be gone without a word: a cable, a failed-over
# address. Then the database is asked.
SURE = 5.0


class DatabaseWrapper(base.DatabaseWrapper):
    _looked_at = 0.0

    def is_usable(self) -> bool:
        """As Django asks at the start of a request (``conn_health_checks``), and after an error.

        A server that ends or is restarted closes its end, and then there is something to read.
        Where there is nothing, and it was looked at within 5 s, ``SELECT 1`` would say no more:
        it took one part in thirteen of a filing.
        """
        now = time.monotonic()
        was, self._looked_at = self._looked_at, now
        if now - was < SURE and not self.errors_occurred and self._is_quiet():
            return True
        return super().is_usable()

    def _is_quiet(self) -> bool:
        """Nothing waits to be read: no end, no last words. False of one that is closed, and within a
        transaction, which may be broken."""
        one = self.connection
        if one is None or one.get_transaction_status() != TRANSACTION_STATUS_IDLE:
            return False
        look = select.poll()  # select() fails above 1,024 open files
        look.register(one.fileno(), select.POLLIN)
        return not look.poll(0)
