"""Real processes to start, kill and wait for: web, worker, beat and a Redis of their own."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg2
import redis
from django.conf import settings
from django.db import connection

PATIENCE = 60  # seconds until a condition that does not come true fails the test
# How gunicorn is run: as script/server does it, as figures are taken, and with room for a test.
SHIPPED = ("--worker-class", "gthread", "--workers", "2", "--threads", "4")
SYNC = ("--worker-class", "sync", "--workers", "2")
ROOMY = ("--worker-class", "gthread", "--workers", "2", "--threads", "10")


def becomes(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Wait until ``condition`` gives something true, and give that; None if it never does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    return None


def until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Wait until ``condition`` gives something true; say ``what`` was waited for if it never does."""
    found = becomes(condition, seconds)
    if not found:
        raise AssertionError(f"waited {seconds} s for: {what}")
    return found


def free_port() -> int:
    """Below 32768, so that no outgoing connection takes it before it is listened on.

    And above 10080, the highest that a Chromium refuses to open.
    """
    while True:
        port = 11_000 + secrets.randbelow(9_000)
        with socket.socket() as one, suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port


def url_of(database: str) -> str:
    """The address of a database of the configured cluster."""
    db = connection.settings_dict
    who = quote(db["USER"], safe="")
    who += f":{quote(db['PASSWORD'], safe='')}" if db["PASSWORD"] else ""
    at = f"{db['HOST']}:{db['PORT']}" if db["PORT"] else db["HOST"]
    return f"postgis://{who}@{at}/{database}"


def connect(database: str) -> Any:
    """A bare connection to a database of the configured cluster."""
    db = connection.settings_dict
    return psycopg2.connect(
        dbname=database, user=db["USER"], password=db["PASSWORD"], host=db["HOST"],
        port=db["PORT"] or None,
    )  # fmt: skip


def has_ended(process: psutil.Process) -> bool:
    """Whoever is left without a parent waits to be buried, and holds nothing any more.

    But for threads of its own: while one of them is still on its way out, so is all they hold, and
    a port is listened on that nobody answers.
    """
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE and process.num_threads() == 1)
    except psutil.NoSuchProcess:
        return True


def members(group: int) -> list[psutil.Process]:
    """Whoever is in this process group now."""
    found = []
    for process in psutil.process_iter():
        with suppress(ProcessLookupError):
            if os.getpgid(process.pid) == group:
                found.append(process)
    return found


class Stage:
    """Everything that a test starts, with one log folder; ``close`` ends all of it.

    ``database`` is one beside the configured one; ``settings`` go to every process as environment
    variables.
    """

    def __init__(self, folder: Path, database: str = "", **settings: str) -> None:
        self.folder, self.database, self.settings = folder, database, settings
        self.redis_port, self.web_port = free_port(), free_port()
        self.running: dict[str, subprocess.Popen] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def env(self) -> dict[str, str]:
        env = os.environ | {
            "DATABASE_URL": url_of(self.database or connection.settings_dict["NAME"]),
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "SECRET_KEY": settings.SECRET_KEY,
            "PRIVACY_KEYS": ",".join(settings.PRIVACY_KEYS),
            "VAR_DIR": str(self.folder),
            "SWEEP_SECONDS": "1",
            "ALLOWED_HOSTS": "127.0.0.1",
            "LOG_FORMAT": "json",
        }
        return env | self.settings

    def _start(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            # A session of its own, so that a kill takes the children along.
            self.running[name] = subprocess.Popen(
                command,
                # By this name the database tells whose connection is whose.
                env=self.env | {"PGAPPNAME": name},
                cwd=settings.BASE_DIR,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _module(self, name: str, *arguments: str) -> None:
        self._start(name, sys.executable, "-m", *arguments)

    def redis(self) -> None:
        self._start(
            "redis", "redis-server", "--port", str(self.redis_port), "--bind", "127.0.0.1",
            "--save", "", "--appendonly", "no", "--dir", str(self.folder),
        )  # fmt: skip
        client = redis.Redis(port=self.redis_port)

        def answers() -> bool:
            with suppress(redis.ConnectionError):
                return bool(client.ping())
            return False

        until(answers, "Redis answers")
        client.close()

    def web(self, how: Sequence[str] = ROOMY) -> None:
        self._module(
            "web", "gunicorn", "govgrid.wsgi", "--bind", f"127.0.0.1:{self.web_port}", *how,
        )  # fmt: skip
        until(lambda: b"Listening at" in self.log("web"), "the web server listens")

    def worker(
        self,
        name: str = "worker",
        queues: str = "routing,messages,celery,heavy",
        processes: int = 1,
    ) -> None:
        self.start_worker(name, queues, processes)
        until(lambda: b"ready." in self.log(name), "the worker is ready")

    def start_worker(self, name: str, queues: str, processes: int = 1) -> None:
        """And do not wait for it: without a broker it will not be ready."""
        self._module(
            name, "celery", "--quiet", "-A", "govgrid", "worker", "-Q", queues, "-c", str(processes),
            "-n", f"{name}-{time.monotonic_ns()}@%h", "-l", "INFO", "--without-mingle", "--without-gossip",
        )  # fmt: skip

    def beat(self) -> None:
        self._module(
            "beat", "celery", "--quiet", "-A", "govgrid", "beat", "-s", str(self.folder / "schedule"),
            "-l", "INFO", "--pidfile=",
        )  # fmt: skip
        until(lambda: b"beat: Starting..." in self.log("beat"), "beat has started")

    def log(self, name: str) -> bytes:
        return (self.folder / f"{name}.log").read_bytes()

    def kill(self, name: str) -> None:
        """SIGKILL to the process and all its children: nobody tidies up."""
        family = self._send(name, signal.SIGKILL)
        # One that was forked since the family was counted has its parent's group.
        group = self.running[name].pid
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        family += members(group)
        self.running.pop(name).wait(timeout=PATIENCE)
        until(lambda: all(has_ended(one) for one in family), f"{name} has ended")
        self._put_log_aside(name)

    def stop(self, name: str) -> None:
        """SIGSTOP to the process and all its children: they live, and answer nobody."""
        self._send(name, signal.SIGSTOP)

    def resume(self, name: str) -> None:
        self._send(name, signal.SIGCONT)

    def children(self, name: str) -> list[psutil.Process]:
        return psutil.Process(self.running[name].pid).children(recursive=True)

    def ended(self, name: str) -> bool:
        """Whether it ended by itself; its children, which it may have left, end with it."""
        process = self.running[name]
        if process.poll() is None:
            return False
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        del self.running[name]
        self._put_log_aside(name)
        return True

    def _send(self, name: str, what: signal.Signals) -> list[psutil.Process]:
        family = [psutil.Process(self.running[name].pid), *self.children(name)]
        for one in family:
            with suppress(psutil.NoSuchProcess):
                one.send_signal(what)
        return family

    def _put_log_aside(self, name: str) -> None:
        """What is started again writes a new one, in which it says that it is ready."""
        log = self.folder / f"{name}.log"
        if log.exists():
            log.rename(self.folder / f"{name}-until-{time.time_ns()}.log")

    def close(self) -> None:
        for name in list(self.running):
            with suppress(psutil.NoSuchProcess):
                self.kill(name)
        # What had ended by itself is none of ours any more, nor is who may have its number next.
        self.running.clear()


class Barrier:
    """A lock that lets nobody write ``table``: whoever tries stops right there.

    ``step`` lets those who wait end their transaction, and stops whoever begins another: what a
    process does in two transactions is cut between them, however fast it is.
    """

    def __init__(self, table: str) -> None:
        self.table = table
        self._holder = connect(connection.settings_dict["NAME"])
        self._hold(self._holder)

    def step(self) -> None:
        following = connect(connection.settings_dict["NAME"])
        with ThreadPoolExecutor(1) as one:
            held = one.submit(self._hold, following)
            # Whoever waits already is served before it, and everybody else after it.
            becomes(lambda: held.done() or following.info.backend_pid in waiters(self.table))
            self.close()
            self._holder = following
            held.result()

    def close(self) -> None:
        self._holder.rollback()
        self._holder.close()

    def _hold(self, who: Any) -> None:
        with who.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {self.table} IN SHARE ROW EXCLUSIVE MODE")


@contextmanager
def locked(table: str) -> Iterator[Barrier]:
    """Hold a :class:`Barrier` before ``table``."""
    barrier = Barrier(table)
    try:
        yield barrier
    finally:
        barrier.close()


def waiters(table: str, statement: str = "") -> list[int]:
    """Backends that wait for a lock on ``table``, in a statement that begins like that."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid)"
            r" WHERE NOT granted AND relation = %s::regclass AND ltrim(query, E' \n') LIKE %s",
            [table, f"{statement}%"],
        )
        return [pid for (pid,) in cursor.fetchall()]


def cut(pids: list[int]) -> None:
    """End these backends, with what they were about to write."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) pid", [pids])


def gone(pids: list[int]) -> bool:
    """Whether these backends have ended, and with them what they had not committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)", [pids])
        return cursor.fetchone()[0] == 0
