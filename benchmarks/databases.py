"""Databases of the benchmark's own, beside the configured one: made, reused, copied, dropped.

Each carries a comment that says what it holds. A database of such a name without the comment is
somebody else's and is never touched. Figures are taken on a copy, so that what a run writes does
not change what the next one finds.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg2 import sql

from benchmarks.stage import connect, url_of

MARK = "govgrid benchmark"
COPY = "copy"


class Unusable(Exception):
    """A database that cannot be made, or that is not the benchmark's."""


@dataclass(frozen=True)
class Recipe:
    """What a database of the benchmark is made from; equal recipes, equal content."""

    grids: int
    tickets: int
    seed: int
    migrations: str

    @property
    def name(self) -> str:
        return f"{connection.settings_dict['NAME']}_bench_{self.tickets}"


@dataclass(frozen=True)
class Loaded:
    """A database that is ready, and how long load_demo took when it was loaded."""

    name: str
    seconds: float
    is_fresh: bool


def recipe(grids: int, tickets: int, seed: int) -> Recipe:
    return Recipe(grids, tickets, seed, _migrations())


def _migrations() -> str:
    """Changes when a migration comes or goes: the database is then made anew."""
    names = sorted(MigrationLoader(None).disk_migrations or {})
    return hashlib.sha256(repr(names).encode()).hexdigest()[:16]


def ensure(wanted: Recipe) -> Loaded:
    """The database of this recipe: found, or made anew where it is ours and of another recipe."""
    mark = _mark_of(wanted.name)
    if mark is not None and mark.get("recipe") == asdict(wanted) and "seconds" in mark:
        return Loaded(wanted.name, mark["seconds"], is_fresh=False)
    drop(wanted.name)
    _create(wanted.name)
    seconds = _load(wanted)
    _comment(wanted.name, {"recipe": asdict(wanted), "seconds": seconds})
    return Loaded(wanted.name, seconds, is_fresh=True)


@contextmanager
def copied(name: str) -> Iterator[str]:
    """A copy to write in, gone afterwards. One that a killed run left is replaced."""
    copy = f"{name}_{COPY}"
    drop(copy)
    _create(copy, template=name)
    try:
        yield copy
    finally:
        drop(copy)


def drop(name: str) -> None:
    """Drop a database of the benchmark's, whoever is still connected; nothing where none is."""
    if _mark_of(name) is not None:
        _run("DROP DATABASE {} WITH (FORCE)", name)


def _mark_of(name: str) -> dict[str, Any] | None:
    """What the comment says; None where there is no such database, refused where it is foreign."""
    with cluster() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [name],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    if not (row[0] or "").startswith(MARK):
        raise Unusable(
            f"The database {name} was not made by this command: rename it or drop it yourself."
        )
    return json.loads(row[0].removeprefix(MARK) or "{}")


def _create(name: str, template: str = "") -> None:
    if template:
        # File by file: writing a whole city through the log takes twice as long.
        _run("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
    else:
        _run("CREATE DATABASE {}", name)
    _comment(name, {})


def _comment(name: str, mark: dict[str, Any]) -> None:
    _run("COMMENT ON DATABASE {} IS %s", name, values=[MARK + json.dumps(mark)])


def _run(statement: str, *names: str, values: Sequence[str] = ()) -> None:
    with cluster() as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)), values or None)


@contextmanager
def cluster() -> Iterator[Any]:
    """The configured cluster, outside any transaction: databases are made and dropped there."""
    ours = connect(connection.settings_dict["NAME"])
    ours.autocommit = True
    try:
        with ours.cursor() as cursor:
            yield cursor
    except psycopg2.Error as error:
        raise Unusable(f"The database server refused: {str(error).strip()}") from error
    finally:
        ours.close()


def _load(wanted: Recipe) -> float:
    """Migrate and load the demo as an operator would; the seconds that load_demo took."""
    _manage(wanted.name, "migrate", "--noinput", "-v", "0")
    begun = time.monotonic()
    _manage(
        wanted.name, "load_demo", "--grids", str(wanted.grids), "--tickets", str(wanted.tickets),
        "--seed", str(wanted.seed),
    )  # fmt: skip
    seconds = time.monotonic() - begun
    vacuum(wanted.name)
    return seconds


def vacuum(name: str) -> None:
    """Right after a load the planner knows nothing and every page is looked at twice."""
    one = connect(name)
    one.autocommit = True
    with one.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    one.close()


def _manage(database: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": url_of(database)},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise Unusable(f"manage.py {arguments[0]} failed in {database}: the reason is above.")
