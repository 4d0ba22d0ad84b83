"""The newest fifty tickets, for a program and on the page, by scope and by filter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import NamedTuple
from urllib.parse import urlencode

from benchmarks.client import Request, ask
from benchmarks.meters import spending
from benchmarks.report import Figure, Goal, percentile
from benchmarks.scene import Scene
from benchmarks.stage import SYNC

FAMILY = "lists"
TIMES, WARM = 100, 10
PEER_TIME, PEER_COUNT = "2 s at 100 k", "486"
FASTEST = Goal(most=25)
FEWEST = Goal(most=5)
GROWTH = Goal(most=2.5, of_ratio=True)


class Case(NamedTuple):
    """One list: who asks for what, and whether the page is measured too."""

    name: str
    login: str
    asked: dict[str, str]
    on_page: bool = True


def cases(areas: dict[str, str], category: str) -> list[Case]:
    """Every scope by whose post it is, or by the area asked for; every filter on the district."""
    return [
        Case("city", "command", {"area": areas["city"]}),
        Case("district", "command", {}),
        Case("street", "street", {}),
        Case("community", "community", {}),
        Case("grid", "worker", {}),
        Case("department", "department", {}),
        Case("district, of one street", "command", {"area": areas["street"]}, on_page=False),
        Case("district, of one community", "command", {"area": areas["community"]}, on_page=False),
        Case("district, of one grid", "command", {"area": areas["grid"]}, on_page=False),
        Case("district, in a state", "command", {"state": "handling"}, on_page=False),
        Case("district, of a category", "command", {"category": category}, on_page=False),
        Case("district, overdue", "command", {"overdue": "true"}),
        Case("district, by time left", "command", {"ordering": "due_at"}),
        Case("street, overdue", "street", {"overdue": "true"}, on_page=False),
        Case("street, by time left", "street", {"ordering": "due_at"}),
    ]


# What the page calls otherwise than the API.
ON_PAGE = {("overdue", "true"): ("overdue", "on"), ("ordering", "due_at"): ("ordering", "due")}


def api_request(scene: Scene, case: Case) -> Request:
    query = urlencode({"page_size": "50", **case.asked})
    return Request(f"/api/v1/tickets/?{query}", headers=scene.program(case.login))


def page_request(scene: Scene, case: Case) -> Request:
    query = urlencode([ON_PAGE.get(one, one) for one in case.asked.items()])
    return Request(f"/tickets/?{query}", headers=scene.browser(case.login))


def measure(scene: Scene) -> Iterator[Figure]:
    scene.rest()
    scene.serve(SYNC)
    ((category,),) = scene.rows("SELECT min(code) FROM tickets_category WHERE is_active")
    named = []
    for case in cases(scene.areas, category):
        named.append((f"API, {case.name}", api_request(scene, case)))
        if case.on_page:
            named.append((f"page, {case.name}", page_request(scene, case)))
    for name, request in named:
        yield timed(scene, FAMILY, f"{name}, p95", request, goal=FASTEST, peer=PEER_TIME)
    if scene.is_largest:
        yield from _statements(scene, named)


def _statements(scene: Scene, named: list[tuple[str, Request]]) -> Iterator[Figure]:
    counts = scene.inside("counting.statements", requests=[asdict(one) for _name, one in named])
    for (name, _request), count in zip(named, counts, strict=True):
        yield Figure(
            FAMILY, f"{name}, statements", count, "", at=scene.size, goal=FEWEST, peer=PEER_COUNT
        )


def timed(
    scene: Scene,
    family: str,
    name: str,
    request: Request,
    *,
    goal: Goal | None = None,
    peer: str = "",
    notes: str = "",
    expected: int = 200,
) -> Figure:
    """The p95 of a request at one connection, after a few that fill the caches."""
    port = scene.stage.web_port
    ask(port, [request], times=WARM, expected=expected)
    with spending(scene.stage.running, scene.connection) as spent:
        answers = ask(port, [request], times=TIMES, expected=expected)
    words = [
        f"p50 {percentile(answers.took, 50):.1f} ms",
        spent.words(len(answers.took), "web", "web db"),
        notes,
    ]
    return Figure(
        family,
        name,
        percentile(answers.took, 95),
        "ms",
        at=scene.size,
        goal=goal,
        peer=peer,
        notes="; ".join(one for one in words if one),
    )


def growth(figures: list[Figure]) -> Iterator[Figure]:
    """Each list's p95 on the largest database beside the same on the smallest."""
    sizes = sorted({one.at or 0 for one in figures if one.family == FAMILY})
    if len(sizes) < 2:
        return
    timed_ones = {(one.name, one.at): one for one in figures if one.family == FAMILY and one.unit}
    for (name, at), one in timed_ones.items():
        if at == sizes[-1] and (small := timed_ones.get((name, sizes[0]))):
            yield Figure(
                FAMILY,
                f"{name}, growth",
                one.value,
                "ms",
                at=at,
                limit=small.value,
                limit_name=f"ms at {sizes[0]:,}",
                goal=GROWTH,
            )
