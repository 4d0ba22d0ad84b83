"""How the database stands: what a load must leave as it found it."""

import re

from django.db import connection

from govgrid.home.demo.rows import COLUMNS

TABLES = [*COLUMNS, "tickets_contact"]
# PostgreSQL writes these otherwise when it reads its own text again.
_WRITING = re.compile(r"::[a-z ]+(\[\])?|[()]")


def rows(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def structure():
    """Every index and constraint of the tables that a load fills, as PostgreSQL would write it."""
    indexes = rows("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)", TABLES)
    constraints = rows(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated"
        " FROM pg_constraint WHERE conrelid = ANY(%s::regclass[])",
        TABLES,
    )
    return sorted(map(_plain, indexes)), sorted(map(_plain, constraints))


def _plain(row):
    return tuple(_WRITING.sub("", one) if isinstance(one, str) else one for one in row)
