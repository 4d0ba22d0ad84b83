"""Five hundred reports in one call."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import cycle, islice

from benchmarks.client import Request, ask
from benchmarks.meters import spending
from benchmarks.report import Figure, Goal, percentile
from benchmarks.scene import Scene
from benchmarks.stage import SYNC

FAMILY = "bulk"
MOST = 500
MULTI_STATUS = 207
CALLS = 10


def bulk_request(scene: Scene) -> Request:
    some = list(islice(cycle(scene.filings), MOST))
    body = json.dumps(some, ensure_ascii=False)
    return Request("/api/v1/tickets/bulk/", "POST", scene.program("worker"), body)


def measure(scene: Scene) -> Iterator[Figure]:
    """Without routing beside it: what these rows wait for is the figure of the drain."""
    scene.rest()
    scene.serve(SYNC)
    request, port = bulk_request(scene), scene.stage.web_port
    ask(port, [request], times=1, expected=MULTI_STATUS)
    with spending(scene.stage.running, scene.connection) as spent:
        answers = ask(port, [request], times=CALLS, expected=MULTI_STATUS)
    yield Figure(
        FAMILY,
        f"bulk of {MOST}, 1 connection",
        MOST * answers.rate,
        "rows/s",
        at=scene.size,
        goal=Goal(least=2000),
        notes=f"p50 {percentile(answers.took, 50):.0f}, p95 {percentile(answers.took, 95):.0f} ms "
        f"a call; {spent.words(MOST * CALLS, 'web', 'web db')}",
    )
