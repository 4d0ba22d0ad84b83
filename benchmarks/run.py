"""One run: every size, every family, one after the other; what was measured is never lost."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django
import psutil
from django.conf import settings
from tqdm import tqdm

from benchmarks import (
    board,
    bulk,
    creating,
    databases,
    finding,
    lists,
    pages,
    routing,
    statements,
    sweeping,
    tiles,
)
from benchmarks.databases import Loaded
from benchmarks.report import Figure, Goal
from benchmarks.scene import Scene
from benchmarks.stage import Stage
from govgrid.core import clock

Measure = Callable[[Scene], Iterator[Figure]]

# In this order: first what reads, then what writes more and more.
EVERY_SIZE: dict[str, Measure] = {
    lists.FAMILY: lists.measure,
    finding.SEARCH: finding.measure_search,
    finding.LOCATE: finding.measure_locate,
    sweeping.FAMILY: sweeping.measure,
    board.FAMILY: board.measure,
    pages.FAMILY: pages.measure,
    tiles.FAMILY: tiles.measure,
}
LARGEST_ONLY: dict[str, Measure] = {
    statements.FAMILY: statements.measure,
    creating.FAMILY: creating.measure,
    routing.FAMILY: routing.measure,
    bulk.FAMILY: bulk.measure,
    routing.DRAIN: routing.measure_drain,
}
FAMILIES = [*EVERY_SIZE, *LARGEST_ONLY]
A_MILLION = 1_000_000
LOAD = Goal(most=300)


@dataclass
class Run:
    """What was asked for, and what has been measured so far."""

    sizes: Sequence[int]
    grids: int
    seconds: float
    seed: int
    only: Sequence[str] = ()
    drop: bool = False
    quiet: bool = False
    figures: list[Figure] = field(default_factory=list)
    head: dict[str, Any] = field(default_factory=dict)

    def measure(self) -> Generator[None, None, None]:
        """Measure family by family; the caller may keep what there is after each."""
        self.head = _head(self)
        with tempfile.TemporaryDirectory(prefix="govgrid-bench-") as folder:
            for size in sorted(self.sizes):
                yield from self._measure_size(size, Path(folder) / str(size))
        self.figures += lists.growth(self.figures)
        yield

    def _measure_size(self, size: int, folder: Path) -> Iterator[None]:
        recipe = databases.recipe(self.grids, size, self.seed)
        loaded = databases.ensure(recipe)
        self.figures.append(_loaded(loaded, size))
        families = self._families(size)
        folder.mkdir()
        try:
            with databases.copied(loaded.name) as copy, self._scene(copy, size, folder) as scene:
                bar = tqdm(families.items(), desc=f"{size:,} tickets", disable=self.quiet)
                for name, measure in bar:
                    bar.set_postfix_str(name)
                    self.figures += measure(scene)
                    yield
        finally:
            if self.drop:
                databases.drop(loaded.name)

    def _families(self, size: int) -> dict[str, Measure]:
        every = EVERY_SIZE | (LARGEST_ONLY if size == max(self.sizes) else {})
        return {name: one for name, one in every.items() if not self.only or name in self.only}

    @contextmanager
    def _scene(self, database: str, size: int, folder: Path) -> Iterator[Scene]:
        more = {
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "SWEEP_SECONDS": str(settings.SWEEP_SECONDS),
        }
        stage = Stage(folder, database, **more)
        scene = Scene(
            stage, size, self.grids, self.seconds, self.seed, is_largest=size == max(self.sizes)
        )
        try:
            stage.redis()
            _collect_static(stage)
            yield scene
        finally:
            scene.close()


def _collect_static(stage: Stage) -> None:
    """Pages name their files by what is in them, as in a real system."""
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"],
        cwd=settings.BASE_DIR,
        env=stage.env,
        check=True,
    )


def _loaded(loaded: Loaded, size: int) -> Figure:
    when = "loaded by this run" if loaded.is_fresh else "loaded by an earlier run, kept"
    return Figure(
        "load",
        "load tickets with their histories",
        loaded.seconds,
        "s",
        at=size,
        goal=LOAD if size >= A_MILLION else None,
        notes=f"{when}; grids, people and rules included",
    )


def _head(run: Run) -> dict[str, Any]:
    return {
        "date": clock.local(clock.now()).isoformat(timespec="seconds"),
        "commit": _commit(),
        "machine": f"{_processor()}, {os.cpu_count()} cores, "
        f"{psutil.virtual_memory().total / 2**30:.0f} GiB, {platform.system()} {platform.release()}",
        "versions": f"Python {platform.python_version()}, Django {django.get_version()}, "
        f"PostgreSQL {_postgres()}",
        "load average at the start": ", ".join(f"{one:.2f}" for one in psutil.getloadavg()),
        "asked for": f"{run.grids:,} grids, {run.seconds:g} s a turn, seed {run.seed}",
    }


def _commit() -> str:
    with suppress(OSError, subprocess.CalledProcessError):
        said = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=10"],
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=True,
        )
        return said.stdout.strip()
    return "unknown"


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def _postgres() -> str:
    """The server's version, PostGIS's, and the settings without which no figure can be read."""
    names = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
    with databases.cluster() as cursor:
        cursor.execute("SELECT current_setting(unnest(%s))", [list(names)])
        version, *values = (value for (value,) in cursor.fetchall())
        cursor.execute("SELECT default_version FROM pg_available_extensions WHERE name = 'postgis'")
        (postgis,) = cursor.fetchone() or ("?",)
    said = ", ".join(f"{name} {value}" for name, value in zip(names[1:], values, strict=True))
    return f"{version} with PostGIS {postgis} ({said})"
