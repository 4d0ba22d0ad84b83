"""SQL statements of each kind of request, beside no limit but what was counted before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from benchmarks.bulk import bulk_request
from benchmarks.client import Request
from benchmarks.finding import locate_requests
from benchmarks.report import Figure
from benchmarks.scene import Scene

FAMILY = "statements"


def measure(scene: Scene) -> Iterator[Figure]:
    program, browser = scene.program("worker"), scene.browser("worker")
    whistle = scene.filings[0] | {"kind": "whistle", "whistle_kind": "emergency"}
    named = {
        "create a report": scene.creates[0],
        "blow a whistle": Request("/api/v1/tickets/", "POST", program, json.dumps(whistle)),
        "file 500 in bulk": bulk_request(scene),
        "locate": locate_requests(scene)[0],
        "the page /tickets/new/": Request("/tickets/new/", headers=browser),
        "the desk of a department": Request("/desk/", headers=scene.browser("department")),
        "the desk of a grid worker": Request("/desk/", headers=browser),
        "the bare view": Request("/bench/bare/", headers=program),
    }
    if number := scene.number:
        named["a ticket, API"] = Request(f"/api/v1/tickets/{number}/", headers=program)
        named["a ticket, page"] = Request(f"/tickets/{number}/", headers=browser)
    asked = [asdict(one) for one in named.values()]
    for name, count in zip(named, scene.inside("counting.statements", requests=asked), strict=True):
        yield Figure(FAMILY, f"statements: {name}", count, "", at=scene.size)
