"""Rows that every request reads, by SQL that is written by hand and not built anew each time.

Building a query takes Django five times what running one by a key takes PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


@cache
def columns_of(model: type[models.Model], table: str) -> str:
    """All columns of ``model`` for a SELECT, in the order in which :func:`instance` takes them."""
    fields = model._meta.concrete_fields
    # What psycopg2 gives must be what the field holds: no geometry, no JSON, nothing sealed.
    converted = [one.name for one in fields if one.get_db_converters(connection)]
    if converted:
        raise TypeError(f"{model.__name__} must be read by Django: {', '.join(converted)}")
    return ", ".join(f'{table}."{one.column}"' for one in fields)


def instance(model: type[Row], values: Sequence[Any]) -> Row:
    """The object of a row that was read with :func:`columns_of`."""
    return model.from_db(connection.alias, _names(model), values)


@cache
def _names(model: type[models.Model]) -> list[str]:
    return [one.attname for one in model._meta.concrete_fields]
