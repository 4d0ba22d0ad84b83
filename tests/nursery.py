"""One process that has loaded the platform, from which web, worker and beat are forked.

To load it takes seconds of a core, and a stage with everything on it loads it four times: that was
more than half of what the tests with browsers took. A forked process is a process like any other,
to kill and to stop, with memory and connections of its own; only how it begins is not tested here
but in tests/script/test_server.py and the fault runs.

What a process reads from the environment is read once, so all that come out of one nursery have
the same folder, database and Redis; for another environment another one is made.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

import django
import psutil
from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.template.loader import get_template

from benchmarks.stage import PATIENCE, Stage

# The one thing in which processes differ; libpq reads it when it connects.
NAME = "PGAPPNAME"
# What changes from test to test and means nothing to the platform.
OF_THE_TESTS = {"PYTEST_CURRENT_TEST", "DJANGO_ALLOW_ASYNC_UNSAFE"}
LOADED = (
    "govgrid.wsgi", "govgrid.urls", "gunicorn.app.wsgiapp", "celery.bin.celery", "pypinyin",
)  # fmt: skip


class Forked:
    """A process of the nursery, with as much of a ``Popen`` as a stage needs."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._process = psutil.Process(pid)

    def poll(self) -> int | None:
        """0 when it has ended, however it did: only its parent is told more."""
        return None if self._process.is_running() else 0

    def wait(self, timeout: float) -> None:
        self._process.wait(timeout)


class Nursery:
    """Loads the platform in ``env``, and forks for as long as it is not closed."""

    def __init__(self, env: dict[str, str]) -> None:
        folder = Path(env["VAR_DIR"])
        self._log = (folder.parent / "nursery.log").open("ab")
        # Read by prometheus_client when it is loaded, which a web server otherwise sets before.
        counts = {"PROMETHEUS_MULTIPROC_DIR": str(folder / "run" / "counts")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery"],
            cwd=Path(__file__).parents[1],
            env=env | counts,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def fork(self, name: str, arguments: tuple[str, ...], log: Path) -> Forked:
        """``python -m ARGUMENTS``; blocks until the platform is loaded."""
        order = {"name": name, "arguments": arguments, "log": str(log)}
        log.touch()  # it is read before the child comes to opening it
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, Path(self._log.name).read_text()
        return Forked(int(answer))

    def close(self) -> None:
        self._process.communicate(timeout=PATIENCE)
        self._log.close()


class NursedStage(Stage):
    """A stage whose Python processes come out of a nursery; it serves one test after another."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._nurseries: dict[frozenset[tuple[str, str]], Nursery] = {}

    def clear(self) -> None:
        """End all that runs and throw away what it wrote; the nurseries and ``static`` stay."""
        self.close()
        for one in self.folder.iterdir():
            if one.name != "static":
                shutil.rmtree(one) if one.is_dir() else one.unlink()

    def close_nurseries(self) -> None:
        for one in self._nurseries.values():
            one.close()

    def _module(self, name: str, *arguments: str) -> None:
        env = {key: value for key, value in self.env.items() if key not in OF_THE_TESTS}
        key = frozenset(env.items())
        if key not in self._nurseries:
            self._nurseries[key] = Nursery(env)
        self.running[name] = self._nurseries[key].fork(  # type: ignore[assignment]
            name, arguments, self.folder / f"{name}.log"
        )


def load() -> None:
    django.setup()
    # To compress them takes longer than all else here, and no browser on this machine asks for it.
    settings.WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("css", "js", "json", "map", "md", "svg", "txt")
    # Before the web server is loaded: it looks then which files there are.
    call_command("collectstatic", interactive=False, verbosity=0)
    for name in LOADED:
        importlib.import_module(name)
    current_app.loader.import_default_modules()
    for path in sorted(Path("templates").rglob("*.html")):
        get_template(str(path.relative_to("templates")))
    # A connection that two processes talk over would answer each with what the other asked.
    connections.close_all()


def serve(orders: IO[str], answers: IO[str]) -> dict | None:
    """Fork for each order; gives the order in the child, and None where there are no more."""
    for line in orders:
        pid = os.fork()
        if pid == 0:
            return json.loads(line)
        print(pid, file=answers, flush=True)
    return None


def become(order: dict) -> None:
    """What the shell does for a command: a session, files and names of its own."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND)
    for given, taken in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(given, taken)
    os.close(nothing)
    os.close(log)
    os.environ[NAME] = order["name"]
    name, *sys.argv[1:] = order["arguments"]
    gc.enable()
    runpy.run_module(name, run_name="__main__", alter_sys=True)


def main() -> None:
    gc.disable()
    load()
    # Or the first collection in a child would touch, and so copy, all that they share.
    gc.collect()
    gc.freeze()
    # Nobody waits for the children here, so the kernel buries them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    order = serve(sys.stdin, sys.stdout)
    if order:
        become(order)


if __name__ == "__main__":
    main()
