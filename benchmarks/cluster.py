"""A PostgreSQL of one's own, to be stopped and started at will; it lies in one folder."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg2

from benchmarks.stage import until

VERSIONS = Path("/usr/lib/postgresql")
NAME = "govgrid"
# How a server is told to stop: after it ended what it does for others, or at once, as in a crash.
STOPS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}


class Cluster:
    """Made in ``folder`` with fsync on; ``close`` ends it. PostgreSQL refuses to run as root."""

    def __init__(self, folder: Path, port: int, password: str) -> None:
        self.folder, self.port, self.password = folder, port, password
        self.running: subprocess.Popen | None = None

    def create(self) -> None:
        self.folder.mkdir()
        secret = self.folder / "password"
        secret.write_text(self.password)
        for one in (self.folder, secret):
            os.chown(one, *_owner())
        subprocess.run(
            [_program("initdb"), "-D", self._data, "-U", NAME, "-E", "UTF8", "--locale=C.UTF-8",
             "-A", "scram-sha-256", "--pwfile", secret],
            cwd=self.folder, check=True, stdout=subprocess.DEVNULL, **_as_owner(),
        )  # fmt: skip
        secret.unlink()
        self.start()
        once = psycopg2.connect(**self._login, dbname="postgres")
        once.autocommit = True
        with once.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {NAME}")
        once.close()

    def start(self) -> None:
        with (self.folder / "server.log").open("ab") as log:
            self.running = subprocess.Popen(
                [_program("postgres"), "-D", self._data, "-p", str(self.port),
                 "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
                 "-c", "jit=off"],
                cwd=self.folder, stdout=log, stderr=log, start_new_session=True, **_as_owner(),
            )  # fmt: skip
        until(self._answers, "PostgreSQL answers")

    def stop(self, how: str = "fast") -> None:
        assert self.running is not None, "it was started"  # noqa: S101
        self.running.send_signal(STOPS[how])
        self.running.wait(timeout=60)
        self.running = None

    def close(self) -> None:
        if self.running is not None:
            self.stop()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _login(self) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": self.port, "user": NAME, "password": self.password}

    def _answers(self) -> bool:
        with suppress(psycopg2.OperationalError):
            psycopg2.connect(**self._login, dbname="postgres").close()
            return True
        return False


def _program(name: str) -> Path:
    found = [one for one in VERSIONS.glob("*") if one.name.isdecimal()]
    return max(found, key=lambda one: int(one.name)) / "bin" / name


def _user() -> pwd.struct_passwd:
    """The caller; where that is root, whom script/server or else Debian's package has made."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    known = {one.pw_name: one for one in pwd.getpwall()}
    return known.get("govgrid") or known["postgres"]


def _owner() -> tuple[int, int]:
    return _user().pw_uid, _user().pw_gid


def _as_owner() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    user = _user()
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
