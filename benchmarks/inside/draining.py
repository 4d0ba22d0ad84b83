"""A fresh worker at a backlog, without the broker: claim, decide, write, until nothing waits."""

import time

import psutil
from django.db import connection

from benchmarks.meters import cpu_of
from govgrid.core.wake import wake_once
from tickets import actions


def drain() -> dict[str, float]:
    """How many tickets were routed, in how long, at what cost; CPU in seconds.

    The connection is there already, as a worker's is.
    """
    connection.ensure_connection()
    backend = connection.connection.info.backend_pid
    before, cpu, begun = _cpu_of_backend(backend), time.process_time(), time.perf_counter()
    count = 0
    while routed := actions.route():
        count += routed
    return {
        "count": count,
        "seconds": time.perf_counter() - begun,
        "cpu": time.process_time() - cpu,
        "database_cpu": _cpu_of_backend(backend) - before,
    }


def wake() -> None:
    """Call the workers that run, as a commit does."""
    wake_once("tickets.tasks.route")


def _cpu_of_backend(pid: int) -> float:
    """Zero where the database runs on another machine."""
    if not psutil.pid_exists(pid) or not psutil.Process(pid).name().startswith("postgres"):
        return 0.0
    return cpu_of(psutil.Process(pid))
