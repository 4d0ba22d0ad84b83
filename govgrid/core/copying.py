"""Many rows at once: their ids ahead of them, and the rows by COPY."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from govgrid.core.prepared import Prepared

NULL = r"\N"
RESERVE = """
    SELECT nextval(pg_get_serial_sequence('{table}', 'id')) FROM generate_series(1, %(count)s)
"""


def reserve(model: type[models.Model], count: int) -> list[int]:
    """Ids in advance, lowest first: events and paths name rows that are not written yet."""
    if not count:
        return []
    with connection.cursor() as cursor:
        _reserving(model).execute(cursor, {"count": count})
        return sorted(row[0] for row in cursor.fetchall())


@cache
def _reserving(model: type[models.Model]) -> Prepared:
    table = model._meta.db_table
    return Prepared(f"ids_of_{table}", RESERVE.format(table=table), count="int")


def copy_in(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Write ``rows`` by COPY; every column that may not be null must be among ``columns``.

    A third of the time of ``bulk_create`` for the same rows: no instance, no SQL to be parsed.
    Constraints and triggers hold as always.
    """
    text = "".join("\t".join(map(cell, row)) + "\n" for row in rows)
    if not text:
        return
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN', io.StringIO(text))


def cell(value: Any) -> str:
    """A value as COPY's text format has it; dictionaries and lists are JSON."""
    write = WRITERS.get(type(value))
    return write(value) if write else _text(str(value))


def _text(value: str) -> str:
    """What would end a cell or a row, or begin an escape. ``translate`` looks up every sign that is
    not ASCII, and takes ten times as long."""
    value = value.replace("\\", "\\\\").replace("\t", "\\t")
    return value.replace("\n", "\\n").replace("\r", "\\r")


# dumps() makes an encoder at every call.
_encode = DjangoJSONEncoder(ensure_ascii=False).encode


def _json(value: Any) -> str:
    """JSON has no tab and no line of its own: they are escapes already."""
    return _encode(value).replace("\\", "\\\\")


# What needs no escapes goes without: the better half of the time of a row.
WRITERS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _value: NULL,
    str: _text,
    int: str,
    bool: str,
    datetime: datetime.isoformat,
    dict: _json,
    list: _json,
}
