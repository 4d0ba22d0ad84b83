"""Filing over HTTP, beside a view that does nothing and beside commits of one row."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from benchmarks.client import Answers, Request, ask
from benchmarks.meters import Spent, spending
from benchmarks.report import Figure, Goal, median, percentile
from benchmarks.scene import Scene
from benchmarks.stage import SHIPPED, SYNC, connect

FAMILY = "create"
CREATED = 201
PEER = 14.9  # a second, Signalen on the same two cores
TURNS = 3
PARTS = ("web", "web db", "routing", "routing db")


class Turn(NamedTuple):
    """A while of the bare view, and a while of filing right after it; what each cost."""

    bare: Answers
    bare_spent: Spent
    created: Answers
    spent: Spent


def measure(scene: Scene) -> Iterator[Figure]:
    scene.rows("CREATE TABLE IF NOT EXISTS bench_row (id bigserial PRIMARY KEY, words text)")
    scene.serve(SYNC)
    scene.work()
    for connections in (1, 8, 16):
        turns = _in_turns(scene, connections)
        yield from _beside(scene, connections, turns)
        if connections == 8:
            yield _times_the_peer(scene, turns)
    scene.rest()
    yield _figure(scene, "create, 8 connections, no routing beside it", _in_turns(scene, 8))
    scene.work()
    scene.serve(SHIPPED)
    yield _figure(scene, "create, 8 connections, gthread 2 × 4 as shipped", _in_turns(scene, 8))
    scene.rest()


def _in_turns(scene: Scene, connections: int) -> list[Turn]:
    """Bare, filing, bare, filing: what the machine does besides then meets both."""
    return [_turn(scene, connections) for _ in range(TURNS)]


def _turn(scene: Scene, connections: int) -> Turn:
    bare = Request("/bench/bare/", headers=scene.program("worker"))
    port, seconds = scene.stage.web_port, scene.seconds
    running = scene.stage.running
    with spending(running, scene.connection) as bare_spent:
        nothing = ask(port, [bare], connections=connections, seconds=seconds)
    with spending(running, scene.connection) as spent:
        created = ask(
            port, scene.creates, connections=connections, seconds=seconds, expected=CREATED
        )
    if "routing" in running:
        scene.settle()
    return Turn(nothing, bare_spent, created, spent)


def _figure(scene: Scene, name: str, turns: list[Turn], **more: Any) -> Figure:
    created = [turn.created for turn in turns]
    took = [one for turn in created for one in turn.took]
    cost = _median_cost(turns)
    client = median(turn.client_cpu_each for turn in created)
    return Figure(
        FAMILY,
        name,
        median(turn.rate for turn in created),
        "/s",
        at=scene.size,
        limit=median(turn.bare.rate for turn in turns),
        limit_name="/s bare view",
        notes=f"p50 {percentile(took, 50):.1f}, p95 {percentile(took, 95):.1f} ms; "
        f"CPU ms each: {cost}, client {client:.2f}",
        **more,
    )


def _median_cost(turns: list[Turn]) -> str:
    """Milliseconds of CPU a request, of each part and of the bare view's web processes."""
    found = {
        part: [turn.spent.each(part, len(turn.created.took)) for turn in turns] for part in PARTS
    }
    found["bare web"] = [turn.bare_spent.each("web", len(turn.bare.took)) for turn in turns]
    known = {part: [one for one in each if one is not None] for part, each in found.items()}
    return ", ".join(f"{part} {median(each):.2f}" for part, each in known.items() if each)


def _beside(scene: Scene, connections: int, turns: list[Turn]) -> Iterator[Figure]:
    name = f"create, {_counted(connections)}, routing beside it"
    is_goal = connections == 8
    goal = Goal(least=0.2, of_ratio=True) if is_goal else None
    yield _figure(scene, name, turns, goal=goal, peer=f"{PEER}/s" if is_goal else "")
    commits = _commits(scene, connections)
    yield Figure(
        FAMILY,
        f"{name}, beside one-row commits",
        median(turn.created.rate for turn in turns),
        "/s",
        at=scene.size,
        limit=commits,
        limit_name="/s one-row commits",
    )


def _counted(connections: int) -> str:
    return "1 connection" if connections == 1 else f"{connections} connections"


def _times_the_peer(scene: Scene, turns: list[Turn]) -> Figure:
    rate = median(turn.created.rate for turn in turns)
    return Figure(
        FAMILY,
        "create, 8 connections, times the peer",
        rate / PEER,
        "×",
        at=scene.size,
        goal=Goal(least=25),
        peer=f"{PEER}/s",
    )


def _commits(scene: Scene, connections: int) -> float:
    """INSERT and COMMIT of one row, as fast as so many connections go; a second."""
    counts: list[int] = []

    def commit_on() -> None:
        own = connect(scene.stage.database)
        until, count = time.perf_counter() + scene.seconds, 0
        with own.cursor() as cursor:
            while time.perf_counter() < until:
                cursor.execute("INSERT INTO bench_row (words) VALUES ('a row')")
                own.commit()
                count += 1
        own.close()
        counts.append(count)

    begun = time.perf_counter()
    threads = [threading.Thread(target=commit_on) for _ in range(connections)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return sum(counts) / (time.perf_counter() - begun)
