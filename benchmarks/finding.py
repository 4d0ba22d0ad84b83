"""Search by two-character words, rare and common; and the grid that a point lies in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlencode

from benchmarks.client import Request, ask
from benchmarks.lists import TIMES, timed
from benchmarks.report import Figure, Goal, median, percentile
from benchmarks.scene import Scene
from benchmarks.stage import SYNC

SEARCH, LOCATE = "search", "locate"
SAMPLE = 100_000  # tickets whose words are counted
RARE = 1e-4
MOST_CALLS = 1000
# Two Chinese characters: what people type.
WORDS = """
    SELECT word, ndoc FROM ts_stat(
        'SELECT words FROM tickets_ticketwords TABLESAMPLE SYSTEM (%s) REPEATABLE (%s)')
    WHERE word ~ '^[一-龥]{2}$' ORDER BY ndoc DESC, word
"""


class Word(NamedTuple):
    text: str
    hits: int
    of: int

    def said(self) -> str:
        return f"“{self.text}”, in 1 of {self.of / self.hits:,.0f}"


def words(scene: Scene) -> dict[str, Word]:
    """The most common word of the texts, and the one nearest to one ticket in ten thousand."""
    share = min(100.0, 100 * SAMPLE / max(scene.size, 1))
    found = scene.rows(WORDS % (share, scene.seed))
    of = max(1, round(scene.size * share / 100))
    every = [Word(text, hits, of) for text, hits in found]
    rare = min(every, key=lambda one: (abs(one.hits / of - RARE), one.text))
    return {"common": every[0], "rare": rare}


def measure_search(scene: Scene) -> Iterator[Figure]:
    scene.rest()
    scene.serve(SYNC)
    for kind, word in words(scene).items():
        for login, scope in (("command", "district"), ("street", "street")):
            query = urlencode({"page_size": "50", "q": word.text})
            request = Request(f"/api/v1/tickets/?{query}", headers=scene.program(login))
            name = f"search, {kind} word, {scope}, p95"
            yield timed(scene, SEARCH, name, request, goal=Goal(most=25), notes=word.said())


def locate_requests(scene: Scene) -> list[Request]:
    headers = scene.program("worker")
    return [
        Request(f"/api/v1/locate/?{urlencode({'lon': lon, 'lat': lat})}", headers=headers)
        for lon, lat in scene.spots
    ]


def measure_locate(scene: Scene) -> Iterator[Figure]:
    scene.rest()
    found = scene.inside("locating.locate", spots=scene.spots[:MOST_CALLS])
    yield Figure(
        LOCATE,
        "locate, a call in process",
        median(found["call"]),
        "ms",
        at=scene.size,
        limit=median(found["raw"]),
        limit_name="ms raw SQL",
        goal=Goal(most=2, of_ratio=True),
        peer="1.4 ms",
        notes=f"medians of {len(found['raw'])} turns; {scene.grids:,} grids",
    )
    scene.serve(SYNC)
    answers = ask(scene.stage.web_port, locate_requests(scene), times=4 * TIMES)
    yield Figure(
        LOCATE,
        "locate, over HTTP, p50",
        percentile(answers.took, 50),
        "ms",
        at=scene.size,
        notes=f"p95 {percentile(answers.took, 95):.1f} ms",
    )
