"""pg_dump, pg_restore and psql of the server's own major version, talking to the server's database."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

from govgrid.home.backup.trouble import Trouble

# Where Debian and Ubuntu put each major version; script/services.sh looks there too.
PROGRAMS = Path("/usr/lib/postgresql")


def program(name: str, major: int) -> str:
    """The path of a program of this major version: an older one cannot read, a newer one may write
    what the server does not know."""
    beside = PROGRAMS / str(major) / "bin" / name
    if beside.exists():
        return str(beside)
    found = shutil.which(name)
    if found and _major_of(found) == major:
        return found
    raise Trouble(
        f"There is no {name} of PostgreSQL {major} here: install postgresql-client-{major}."
    )


def _major_of(path: str) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.search(r"\) (\d+)", said)
    return int(found.group(1)) if found else 0


class Failed(Trouble):
    """A program ended with an error; the text is the line in which it said why."""


@contextmanager
def running(
    name: str, major: int, *options: str, **pipes: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """The program, connected to our database; raises with its own words where it fails."""
    path = program(name, major)
    with TemporaryFile() as words:
        process = subprocess.Popen(  # noqa: S603
            [path, *options], env=_environment(), stderr=words, **pipes
        )
        broken: Exception | None = None
        try:
            yield process
        except (BrokenPipeError, Failed) as error:
            # Where the program failed too, that is why, and it says more.
            broken = error
        finally:
            # What is still open here is closed, so that it hears the end and ends itself.
            for pipe in (process.stdin, process.stdout):
                _close(pipe)
            status = process.wait()
        if status:
            raise Failed(_reason(name, words)) from broken
        if broken:
            raise broken


def _close(pipe: IO[bytes] | None) -> None:
    try:
        if pipe:
            pipe.close()
    except BrokenPipeError:
        pass  # it ended before it read everything, and its status says so


def _environment() -> dict[str, str]:
    """The connection of settings.DATABASES as libpq reads it; no password on a command line."""
    settings = connection.settings_dict
    _arguments, extra = DatabaseClient.settings_to_cmd_args_env(settings, [])
    said = {
        "PGHOST": settings["HOST"],
        "PGPORT": str(settings["PORT"]),
        "PGUSER": settings["USER"],
        "PGDATABASE": settings["NAME"],
    }
    given = {name: value for name, value in said.items() if value}
    return os.environ | given | (extra or {}) | {"PGAPPNAME": "govgrid backup", "LC_ALL": "C.UTF-8"}


def _reason(name: str, words: IO[bytes]) -> str:
    words.seek(0)
    lines = [line.strip() for line in words.read().decode("utf-8", "replace").splitlines()]
    errors = [line for line in lines if "error" in line.lower() or "fatal" in line.lower()]
    said = (errors or lines or ["it said nothing"])[0]
    return f"{name} failed: {said}"
