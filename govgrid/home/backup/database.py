"""What a backup asks of the database, and how a dump takes its place: whole, or not at all."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.apps import apps
from django.db import DatabaseError, OperationalError, connection
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.models import FileField

from govgrid.home.backup import tools
from govgrid.home.backup.archive import chunks_of
from govgrid.home.backup.trouble import Trouble
from govgrid.privacy import crypto
from govgrid.privacy.fields import SealedTextField

# Rows that a fresh `migrate` writes: a database with these alone is empty.
WRITTEN_BY_MIGRATIONS = frozenset(
    {
        "django_migrations",
        "django_content_type",
        "auth_permission",
        "privacy_notice",
        # Written every night, also where there is nothing to erase.
        "privacy_retentionrun",
        "worktime_edition",
        "worktime_calendarday",
        "worktime_hours",
    }
)
# Its keys are the cookies of whoever is signed in: a copy of them would open the door.
SESSIONS = "django_session"
# Ours alone: what an extension made, like spatial_ref_sys, comes with the extension.
TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT EXISTS (
        SELECT FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY c.relname
"""
# Everything in public that no extension and no column owns. A lock that somebody holds ends it after a minute.
CLEAR = """
    SET LOCAL lock_timeout = '60s';
    DO $clear$
    DECLARE one record;
    BEGIN
        FOR one IN
            -- Before the tables: one that takes a row of a table has no name without it.
            SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure) AS statement
            FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
                AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass
                    AND d.objid = p.oid AND d.deptype = 'e')
            UNION ALL
            SELECT format('DROP %s IF EXISTS public.%I CASCADE',
                CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                    WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.relname)
            FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
                AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
                AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                    AND d.objid = c.oid AND d.deptype IN ('e', 'i', 'a'))
            UNION ALL
            SELECT format('DROP COLLATION IF EXISTS public.%I CASCADE', l.collname)
            FROM pg_collation l WHERE l.collnamespace = 'public'::regnamespace
                AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_collation'::regclass
                    AND d.objid = l.oid AND d.deptype = 'e')
        LOOP
            EXECUTE one.statement;
        END LOOP;
    END $clear$;
"""
# The id of its key stands in front of every sealed text: see govgrid.privacy.crypto.
SEALED = """
    SELECT convert_from(substring({column} FROM 3 FOR get_byte({column}, 1)), 'UTF8'), count(*)
    FROM {table} WHERE {column} IS NOT NULL GROUP BY 1
"""
HAS_ROWS = """
    SELECT count(*) INTO found FROM public.{table};
    IF found <> {count} THEN
        RAISE EXCEPTION '{name} has % rows in place of {count}', found;
    END IF;
"""


class Moment:
    """One moment of the database, which counts and the dump see alike."""

    def __init__(self, cursor: CursorWrapper, name: str) -> None:
        self._cursor = cursor
        self.name = name

    def counts(self) -> dict[str, int]:
        """How many rows each of our tables has."""
        tables = [table for (table,) in self._rows(TABLES)]
        return {
            name: self._one(f"SELECT count(*) FROM {_quoted(name)}")  # noqa: S608
            for name in tables
            if name != SESSIONS
        }

    def tables_of_extensions(self) -> list[str]:
        return [table for (table,) in self._rows(TABLES.replace("NOT EXISTS", "EXISTS"))]

    def keys(self) -> dict[str, int]:
        """How many sealed texts each key id opens, read from the texts themselves."""
        found: dict[str, int] = {}
        for column, table in _columns(SealedTextField):
            for key, count in self._rows(SEALED.format(column=column, table=table)):
                found[key] = found.get(key, 0) + count
        return found

    def files(self) -> list[str]:
        """The name of every file that a row names, each once."""
        found: set[str] = set()
        for column, table in _columns(FileField):
            rows = self._rows(f"SELECT {column} FROM {table} WHERE {column} <> ''")  # noqa: S608
            found.update(name for (name,) in rows)
        return sorted(found)

    def migrations(self) -> list[str]:
        rows = self._rows("SELECT app, name FROM django_migrations ORDER BY app, name")
        return [f"{app}.{name}" for app, name in rows]

    def postgis(self) -> str:
        return self._one("SELECT extversion FROM pg_extension WHERE extname = 'postgis'")

    def _rows(self, sql: str) -> list[Any]:
        self._cursor.execute(sql)
        return self._cursor.fetchall()

    def _one(self, sql: str) -> Any:
        [(value,)] = self._rows(sql)
        return value


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _columns(kind: type) -> Iterator[tuple[str, str]]:
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, kind):
                yield _quoted(str(field.column)), _quoted(model._meta.db_table)


@contextmanager
def moment() -> Iterator[Moment]:
    """Hold one moment of the database while the block runs, on a connection of its own."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            [name] = cursor.fetchone()
            yield Moment(cursor, name)
    finally:
        other.close()


@contextmanager
def reachable() -> Iterator[None]:
    """A database that does not answer, or answers oddly, is Trouble."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise Trouble(f"The database does not answer: {_first_line(error)}.") from error
    try:
        yield
    except DatabaseError as error:
        raise Trouble(f"The database says: {_first_line(error)}.") from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def server_version() -> int:
    connection.ensure_connection()
    return connection.pg_version  # type: ignore[attr-defined]


def occupied() -> list[str]:
    """Tables with rows that no migration wrote."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = {table for (table,) in cursor.fetchall()} - WRITTEN_BY_MIGRATIONS
        return [table for table in sorted(tables) if _has_rows(cursor, table)]


def _has_rows(cursor: CursorWrapper, table: str) -> bool:
    cursor.execute(f"SELECT EXISTS (SELECT FROM {_quoted(table)})")  # noqa: S608
    return bool(cursor.fetchone()[0])


def unapplied() -> list[str]:
    """Migrations of this program that the database has not seen."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{one.app_label}.{one.name}" for one, _backwards in plan]


def unknown(applied: Iterable[str]) -> list[str]:
    """Migrations that a backup has seen and this program has not."""
    ours = MigrationLoader(None).disk_migrations or {}
    labels = {app for app, _name in ours}
    names = {f"{app}.{name}" for app, name in ours}
    replaced = {f"{app}.{name}" for one in ours.values() for app, name in one.replaces}
    known = names | replaced
    return [one for one in applied if one.split(".")[0] in labels and one not in known]


def dump(at: Moment) -> Iterator[bytes]:
    """The dump of ``at``, piece by piece."""
    major = server_version() // 10_000
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={at.name}"]
    # They belong to a superuser, whom a district's own server may not give us.
    options += [
        f"--exclude-table-data=public.{table}" for table in (*at.tables_of_extensions(), SESSIONS)
    ]
    with tools.running("pg_dump", major, *options, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101 it is a pipe
        yield from chunks_of(process.stdout)


def load(chunks: Iterable[bytes], counts: dict[str, int]) -> None:
    """Put a dump in the place of all that is there, in one transaction, if its rows are ``counts``.

    ``pg_restore`` only writes SQL here: psql runs it between our own BEGIN and COMMIT, so that
    clearing, loading and counting stand or fall together.
    """
    major = server_version() // 10_000
    options = ("-X", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
    with tools.running("psql", major, *options, stdin=subprocess.PIPE) as psql:
        assert psql.stdin is not None  # noqa: S101 it is a pipe
        _say(psql.stdin, "BEGIN;" + CLEAR)
        _feed(chunks, psql.stdin, major)
        # Without this line the end of the input takes everything back.
        _say(psql.stdin, _counted(counts) + "COMMIT;\n")


def _feed(chunks: Iterable[bytes], into: IO[bytes], major: int) -> None:
    options = ("--no-owner", "--no-privileges", "--no-comments", "--file=-")
    pipes = {"stdin": subprocess.PIPE, "stdout": into}
    with tools.running("pg_restore", major, *options, **pipes) as process:
        assert process.stdin is not None  # noqa: S101 it is a pipe
        for chunk in chunks:
            process.stdin.write(chunk)


def _say(pipe: IO[bytes], sql: str) -> None:
    pipe.write(sql.encode())
    pipe.flush()


def _counted(counts: dict[str, int]) -> str:
    """Statements that fail where a table has other rows than the backup counted."""
    checks = (
        HAS_ROWS.format(table=_quoted(table), name=table, count=count)
        for table, count in counts.items()
    )
    return f"DO $counts$ DECLARE found bigint; BEGIN {' '.join(checks)} END $counts$;"


def checks_of(sealed: dict[str, int]) -> dict[str, tuple[str, int]]:
    """For each key that a backup needs: how to recognise it, and how many texts it opens.

    The oldest key is needed even where it sealed nothing: fingerprints are made with it.
    """
    ours = crypto.keys()
    needed = {next(reversed(ours)): 0} | sealed
    if lost := sorted(needed.keys() - ours.keys()):
        raise Trouble(
            f"PRIVACY_KEYS lacks the key {lost[0]}, which sealed {needed[lost[0]]} texts of this "
            "database: put it back before backing up."
        )
    return {key: (crypto.check_value(key), count) for key, count in needed.items()}
