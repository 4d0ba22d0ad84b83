"""Statements that the database plans once for each connection, not at every call.

Planning costs more than running where a statement joins much and finds little: of a filing's
2.0 ms of database time the plans of its four statements took 1.2, of routing one ticket 2 of 10.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from django.db.backends.utils import CursorWrapper

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
# By psycopg2's connection: a new one knows nothing.
_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


class Prepared:
    """SQL with ``%(name)s`` placeholders, and the type of each: ``Prepared("x", sql, day="date")``.

    The name is the statement's in the database and must be the only one. Types are PostgreSQL's.
    Changed statistics and changed tables make PostgreSQL plan anew.
    """

    def __init__(self, name: str, sql: str, **types: str) -> None:
        self.name, self.types = f"gg_{name}", types
        self.body = _PLACEHOLDER.sub(lambda found: f"${self._place(found[1])}", sql)
        # Of ARRAY['…'] PostgreSQL makes text, and coerces that to no array of anything else.
        places = ", ".join(f"%s::{one}" if one.endswith("[]") else "%s" for one in types.values())
        self.call = f"EXECUTE {self.name} ({places})" if types else f"EXECUTE {self.name}"

    def execute(self, cursor: CursorWrapper, values: Mapping[str, Any] | None = None) -> None:
        """Run it on ``cursor``, which then gives the rows."""
        self._be_known(cursor)
        cursor.execute(self.call, [values[name] for name in self.types] if values else None)

    def _place(self, name: str) -> int:
        return list(self.types).index(name) + 1

    def _be_known(self, cursor: CursorWrapper) -> None:
        known = _known.setdefault(cursor.db.connection, set())
        if self.name in known:
            return
        kinds = f" ({', '.join(self.types.values())})" if self.types else ""
        # Past Django's count of statements: it happens once in a connection's life. What a
        # transaction prepares stays when it is rolled back.
        with cursor.db.wrap_database_errors, cursor.db.connection.cursor() as raw:
            raw.execute(f"PREPARE {self.name}{kinds} AS {self.body}")
        known.add(self.name)
