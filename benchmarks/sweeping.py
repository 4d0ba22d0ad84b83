"""The sweep of the clocks: what it costs to look, and to fire what is found."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.report import Figure, Goal, percentile
from benchmarks.scene import Scene

FAMILY = "sweep"
GOAL = Goal(most=10)


def measure(scene: Scene) -> Iterator[Figure]:
    scene.rest()
    found = scene.inside("firing.sweep")
    for name, goal in (("full", GOAL), ("empty", None)):
        took = found[name]
        due = found["due"] if name == "full" else 0
        yield Figure(
            FAMILY,
            f"sweep, {due} clocks due, p95",
            percentile(took, 95),
            "ms",
            at=scene.size,
            goal=goal,
            notes=f"p50 {percentile(took, 50):.2f} ms; ids of clock and ticket read by Django",
        )
    fired = found["fired"]
    yield Figure(
        FAMILY,
        f"sweep, firing {fired['count']} clocks",
        fired["took"],
        "ms",
        at=scene.size,
        notes="once, taken back afterwards: rows, events and messages",
    )
