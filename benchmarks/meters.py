"""What processes cost: user and system time of ours and of the database's, in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import psutil


@dataclass
class Spent:
    """CPU seconds by name: a process of the stage, or ``name + " db"`` for its backends."""

    seconds: dict[str, float] = field(default_factory=dict)

    def each(self, name: str, count: int) -> float | None:
        """Milliseconds a request; None where it could not be read."""
        if name not in self.seconds or not count:
            return None
        return 1000 * self.seconds[name] / count

    def words(self, count: int, *names: str) -> str:
        """ "CPU ms: web 2.1, web db 1.0": as notes say it."""
        found = [(name, self.each(name, count)) for name in names]
        said = [f"{name} {each:.2f}" for name, each in found if each is not None]
        return f"CPU ms each: {', '.join(said)}" if said else ""


@contextmanager
def spending(running: dict[str, Any], connection: Any) -> Iterator[Spent]:
    """Measure every process of a stage, its children, and its backends, while the block runs.

    Backends are known by the name that a process gave them; on another machine they stay unread.
    """
    spent = Spent()
    names = list(running)
    before = {name: _of(running[name].pid, connection, name) for name in names}
    yield spent
    for name in names:
        after = _of(running[name].pid, connection, name)
        for label, processes in after.items():
            earlier = before[name].get(label, {})
            spent.seconds[label] = sum(
                seconds - earlier.get(pid, 0.0) for pid, seconds in processes.items()
            )


def _of(pid: int, connection: Any, name: str) -> dict[str, dict[int, float]]:
    own = {pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))}
    found = {name: _seconds(own)}
    backends = _seconds(_backends(connection, name), named="postgres")
    return found | ({f"{name} db": backends} if backends else {})


def _backends(connection: Any, name: str) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = %s",
            [name],
        )
        return {pid for (pid,) in cursor.fetchall()}


def _seconds(pids: set[int], named: str = "") -> dict[int, float]:
    found = {}
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            if process.name().startswith(named):
                found[pid] = cpu_of(process)
    return found


def cpu_of(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system
