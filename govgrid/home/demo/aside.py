"""Indexes and keys put aside while a great many rows come in, and put back exactly as they were.

All in the transaction of the load: when it fails, nothing has changed. Other processes wait for
these tables until it ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.db import connection
from psycopg2 import sql
from tqdm import tqdm

# Unique and exclusion constraints with the index each stands on, and keys to other tables. Primary
# keys stay: rows come in their order.
CONSTRAINTS = """
    SELECT conname, conrelid::regclass::text, pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('u', 'x', 'f')
    ORDER BY contype = 'f', conrelid::regclass::text, conname
"""
INDEXES = """
    SELECT i.indexrelid::regclass::text, i.indrelid::regclass::text, pg_get_indexdef(i.indexrelid)
    FROM pg_index i
    WHERE i.indrelid = ANY(%s::regclass[])
      AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid
                      AND c.contype IN ('p', 'u', 'x'))
    ORDER BY 2, 1
"""


class Kept(NamedTuple):
    """What makes one of them again."""

    name: str
    table: str
    definition: str


@contextmanager
def put_aside(tables: Iterable[str], *, quiet: bool) -> Iterator[None]:
    """Without indexes and keys inside, and with them again after it."""
    with connection.cursor() as cursor:
        names = list(tables)
        # What is still to be checked would forbid to touch its table.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        constraints, indexes = _found(CONSTRAINTS, names), _found(INDEXES, names)
        for one in reversed(constraints):
            cursor.execute(_altered(one, "DROP CONSTRAINT {name}"))
        for one in indexes:
            cursor.execute(sql.SQL("DROP INDEX {}").format(sql.SQL(one.name)))
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        makes = [sql.SQL(one.definition) for one in indexes]
        makes += [_altered(one, "ADD CONSTRAINT {name} {definition}") for one in constraints]
        for make in tqdm(makes, desc="indexes and keys", unit="", disable=quiet or None):
            cursor.execute(make)


def _found(query: str, tables: list[str]) -> list[Kept]:
    with connection.cursor() as cursor:
        cursor.execute(query, [tables])
        return [Kept(*row) for row in cursor.fetchall()]


def _altered(one: Kept, change: str) -> sql.Composed:
    # A table's name as regclass gives it is quoted where it must be.
    return sql.SQL("ALTER TABLE {table} " + change).format(
        table=sql.SQL(one.table),
        name=sql.Identifier(one.name),
        definition=sql.SQL(one.definition),
    )
