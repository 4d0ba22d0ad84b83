"""Pages that gather much: what is late for the command, a desk, and one ticket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import NamedTuple

from benchmarks.client import Request
from benchmarks.lists import timed
from benchmarks.report import Figure, Goal
from benchmarks.scene import Scene
from benchmarks.stage import SYNC

FAMILY = "pages"
LATE = Goal(most=60)


class Page(NamedTuple):
    """One page: who asks for it, and what is to be reached, where something is."""

    name: str
    login: str
    path: str
    goal: Goal | None = None


def pages(number: str) -> list[Page]:
    """``number`` is of a ticket that the grid worker sees; empty: there is none."""
    found = [
        Page("late list of the command", "command", "/tickets/late/", LATE),
        Page("desk of the command", "command", "/desk/"),
        Page("desk of a street", "street", "/desk/"),
        Page("desk of a department", "department", "/desk/"),
        Page("desk of a grid worker", "worker", "/desk/"),
    ]
    if number:
        found.append(Page("a ticket", "worker", f"/tickets/{number}/"))
    return found


def measure(scene: Scene) -> Iterator[Figure]:
    scene.rest()
    scene.serve(SYNC)
    asked = [
        (one, Request(one.path, headers=scene.browser(one.login))) for one in pages(scene.number)
    ]
    for page, request in asked:
        yield timed(scene, FAMILY, f"page, {page.name}, p95", request, goal=page.goal)
    if scene.is_largest:
        requests = [asdict(request) for _page, request in asked]
        counts = scene.inside("counting.statements", requests=requests)
        for (page, _request), count in zip(asked, counts, strict=True):
            yield Figure(FAMILY, f"page, {page.name}, statements", count, "", at=scene.size)
