"""From filing to assigned, as the next person to look would see it; and a backlog drained."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.client import ask, ask_here
from benchmarks.meters import spending
from benchmarks.report import Figure, Goal, percentile
from benchmarks.scene import DRAINED, Scene
from benchmarks.stage import SYNC, connect, until

FAMILY, DRAIN = "routing", "drain"
CREATED = 201
IDLE = 60  # reports filed one by one
APART = 0.15  # seconds between two of them: a lingering worker has gone to sleep
BACKLOG = 20_000
AGAIN = 1000  # ids

# Two processes route: an id that was taken earlier may be seen later, so the last ones are asked for
# again.
ASSIGNED = """
    SELECT a.id, extract(epoch FROM t.filed_at)::float
    FROM tickets_assignment a JOIN tickets_ticket t ON t.id = a.ticket_id
    WHERE a.id > %s ORDER BY a.id
"""
FILL = """
    WITH places AS (
        SELECT a.id AS grid_id, split_part(a.path, '.', 4)::bigint AS community_id,
               split_part(a.path, '.', 3)::bigint AS street_id,
               split_part(a.path, '.', 2)::bigint AS district_id,
               (ST_Dump(ST_GeneratePoints(s.boundary, %(each)s, %(seed)s))).geom AS point
        FROM grids_areashape s JOIN grids_area a ON a.id = s.area_id
        WHERE s.level = 5 AND NOT s.is_special AND a.valid_to IS NULL
    ),
    numbered AS (
        SELECT *, row_number() OVER (ORDER BY hashint8extended(grid_id, %(seed)s), ST_X(point)) AS n
        FROM places
    ),
    categories AS (SELECT array_agg(id ORDER BY code) AS ids FROM tickets_category WHERE is_active),
    made AS (
        INSERT INTO tickets_ticket (
            number, client_id, fingerprint, kind, whistle_kind, origin, category_id, grid_id,
            community_id, street_id, district_id, point, raw_lon, raw_lat, raw_crs, description,
            state, filed_by_id, filed_at, routing, return_count, held_state)
        SELECT tickets_number(d.letters, CURRENT_DATE), gen_random_uuid(), '', 'report', '', 'api',
               ids[1 + n %% cardinality(ids)], grid_id, community_id, street_id, district_id, point,
               ST_X(point), ST_Y(point), 'wgs84', '积压的一件', 'filed', u.id, now(), '{}', 0, ''
        FROM numbered JOIN grids_area d ON d.id = district_id, categories, accounts_user u
        WHERE n <= %(count)s AND u.username = 'worker'
        RETURNING id, filed_by_id, filed_at
    )
    INSERT INTO tickets_ticketevent (ticket_id, verb, before, after, at, by_id, note, data)
    SELECT id, 'file', '', 'filed', filed_at, filed_by_id, '', '{}' FROM made
"""


def measure(scene: Scene) -> Iterator[Figure]:
    scene.serve(SYNC)
    scene.work()
    yield _idle(scene)
    yield _while_creating(scene)
    scene.rest()


def _idle(scene: Scene) -> Figure:
    port = scene.stage.web_port
    with _watching(scene, every=0.001) as seen:
        for one in scene.creates[:IDLE]:
            ask_here(port, one, expected=CREATED)
            time.sleep(APART)
        scene.settle()
    return Figure(
        FAMILY,
        "filing → assigned, idle, p95",
        percentile(seen, 95),
        "ms",
        at=scene.size,
        goal=Goal(most=25),
        peer="85 ms",
        notes=f"p50 {percentile(seen, 50):.1f} ms; {len(seen)} of {IDLE} had a rule; "
        "looked for every 1 ms",
    )


def _while_creating(scene: Scene) -> Figure:
    port, running = scene.stage.web_port, scene.stage.running
    with _watching(scene, every=0.005) as seen, spending(running, scene.connection) as spent:
        created = ask(
            port, scene.creates, connections=8, seconds=2 * scene.seconds, expected=CREATED
        )
        scene.settle()
    count = len(created.took)
    return Figure(
        FAMILY,
        "filing → assigned, creates at 8 connections, p95",
        percentile(seen, 95),
        "ms",
        at=scene.size,
        goal=Goal(most=200),
        peer="14.1 s",
        notes=f"p50 {percentile(seen, 50):.1f} ms at {created.rate:.0f} creates/s; "
        f"{len(seen)} of {count} had a rule; looked for every 5 ms; "
        f"{spent.words(count, 'routing', 'routing db', 'messages')}",
    )


@contextmanager
def _watching(scene: Scene, every: float) -> Iterator[list[float]]:
    """Milliseconds from the filing's own time until another connection sees the assignment."""
    seen: list[float] = []
    stop = threading.Event()
    ((last,),) = scene.rows("SELECT coalesce(max(id), 0) FROM tickets_assignment")

    def watch() -> None:
        nonlocal last
        known: set[int] = set()
        own = connect(scene.stage.database)
        own.autocommit = True
        with own.cursor() as cursor:
            while not stop.wait(every):
                cursor.execute(ASSIGNED, [last])
                found, now = cursor.fetchall(), time.time()
                seen.extend(1000 * (now - at) for pk, at in found if pk not in known)
                known.update(pk for pk, _at in found)
                last = max(last, found[-1][0] - AGAIN) if found else last
        own.close()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
        time.sleep(2 * every)
    finally:
        stop.set()
        watcher.join()


def measure_drain(scene: Scene) -> Iterator[Figure]:
    count = min(BACKLOG, max(scene.size, 1))
    yield _drained_as_shipped(scene, count)
    yield _drained_by_one(scene, count)


def _drained_as_shipped(scene: Scene, count: int) -> Figure:
    """By real workers: the one that is woken calls a second pair of hands."""
    scene.rest()
    fill(scene, count)
    scene.work(is_settled=False)
    running = scene.stage.running
    with spending(running, scene.connection) as spent:
        begun, left = time.monotonic(), count
        scene.inside("draining.wake")
        until(lambda: scene.unrouted() < count, "the first batch is routed")
        if scene.unrouted():
            # How long a process takes to start and to wake them is no part of a large backlog.
            begun, left = time.monotonic(), scene.unrouted()
        until(lambda: not scene.unrouted(), "nothing waits any more", DRAINED)
        seconds = time.monotonic() - begun
    scene.rest()
    return Figure(
        DRAIN,
        f"drain of a backlog of {count:,.0f}, workers as shipped",
        left / seconds,
        "/s",
        at=scene.size,
        goal=Goal(least=3000),
        peer="13.8/s",
        notes=f"{seconds:.1f} s after the first batch; {spent.words(count, 'routing', 'routing db')}",
    )


def _drained_by_one(scene: Scene, count: int) -> Figure:
    scene.rest()
    fill(scene, count)
    done = scene.inside("draining.drain")
    until(lambda: not scene.unrouted(), "nothing waits any more", 1)
    routed = done["count"]
    costs = [f"worker {1000 * done['cpu'] / routed:.2f}"]
    if done["database_cpu"]:
        costs.append(f"its db {1000 * done['database_cpu'] / routed:.2f}")
    return Figure(
        DRAIN,
        f"drain of a backlog of {routed:,.0f}, one process",
        routed / done["seconds"],
        "/s",
        at=scene.size,
        notes=f"{done['seconds']:.1f} s; CPU ms each: {', '.join(costs)}",
    )


def fill(scene: Scene, count: int) -> None:
    """Top up what waits for routing: reports of every category all over the map."""
    lacking = count - scene.unrouted()
    ((grids,),) = scene.rows("SELECT count(*) FROM grids_areashape WHERE level = 5")
    if lacking > 0:
        each = -(-lacking // grids) + 1
        scene.rows(FILL, {"each": each, "seed": scene.seed, "count": lacking})
        scene.rows("ANALYZE tickets_ticket")
