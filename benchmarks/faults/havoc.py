"""Doing what the plan says to real processes, and bringing back what fell, as a watchdog would."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import psutil
import redis
from celery import current_app
from django.db import connection

from benchmarks.cluster import Cluster
from benchmarks.faults.plan import Fault
from benchmarks.faults.timeline import Outage, Timeline
from benchmarks.stage import Stage, becomes, cut, gone, locked, waiters

# As script/server starts them.
STARTS: dict[str, Callable[[Stage], None]] = {
    "redis": Stage.redis,
    "routing": lambda stage: stage.worker("routing", "routing", 2),
    "messages": lambda stage: stage.worker("messages", "messages,celery", 2),
    "beat": Stage.beat,
    "web": Stage.web,
}
# The same for what ended by itself, perhaps because something else is down.
STARTS_AGAIN: dict[str, Callable[[Stage], None]] = STARTS | {
    "routing": lambda stage: stage.start_worker("routing", "routing", 2),
    "messages": lambda stage: stage.start_worker("messages", "messages,celery", 2),
}
EVERYTHING = frozenset({*STARTS, "postgres"})
# Who is cut off between claim and commit: where it is made to wait, and in which statement.
CUTS = {
    "routing": ("tickets_assignment", 'COPY "tickets_assignment"'),
    "web": ("tickets_ticketevent", "EXECUTE gg_file_by"),
    # The mail has left, and nobody has noted it yet.
    "messages": ("outbox_message", 'UPDATE "outbox_message" SET "sent_at"'),
}
# Who looks for work there, as beat asks it to; nobody is to wait for the next round.
ROUNDS = {"routing": "tickets.tasks.sweep", "messages": "govgrid.outbox.tasks.sweep"}
# So often, after so many seconds, those go one transaction on who wait elsewhere: the mail is
# claimed, the filing's statement planned. Three turns do; a worker that ended needs its time.
TURNS, HOLD = 60, 0.5
PATIENCE = 10  # seconds
REBORN = 2.0  # seconds in which a parent replaces a child that died
# Less than lies between the three quarters of a limit and its end.
LEAP_SECONDS = 100
LEAP = (
    "INSERT INTO worktime_clockshift (id, shift) VALUES (1, make_interval(secs => %s))"
    " ON CONFLICT (id) DO UPDATE SET shift = excluded.shift"
)

Wait = Callable[[float], None]


class Havoc:
    """Strikes one after the other; ``wait`` passes the time in between and looks after the rest.

    ``more`` lets people file where a fault has waited for them in vain.
    """

    def __init__(
        self, stage: Stage, cluster: Cluster, wait: Wait, more: Callable[[], None]
    ) -> None:
        self.stage, self.cluster, self.wait, self.more = stage, cluster, wait, more
        self.timeline = Timeline()
        self.struck: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()

    def open(self) -> None:
        for name in STARTS:
            STARTS[name](self.stage)
        # From now on business time is the world's; the row is there to be moved.
        self.leap(0)

    def strike(self, fault: Fault) -> None:
        verb, _, target = fault.kind.partition(" ")
        self.struck[fault.kind] += 1
        _VERBS[verb](self, target, fault.seconds)

    def look_after(self) -> None:
        """What ended by itself is started again, as script/server does after a moment."""
        for name in [one for one in [*self.stage.running] if self.stage.ended(one)]:
            begun = time.time()
            self.ended[name] += 1
            time.sleep(1)
            STARTS_AGAIN[name](self.stage)
            self._note("ended by itself", {name}, begun)

    def leap(self, seconds: float = LEAP_SECONDS) -> None:
        """Business time jumps ahead: many clocks come due at once."""
        ahead = (self.timeline.leaps[-1][1] if self.timeline.leaps else 0.0) + seconds
        with connection.cursor() as cursor:
            cursor.execute(LEAP, [ahead])
        self.timeline.leaps.append((time.time(), ahead))

    def _note(self, kind: str, hit: set[str] | frozenset[str], begun: float) -> None:
        self.timeline.outages.append(Outage(kind, frozenset(hit), begun, time.time()))

    def _kill(self, target: str, seconds: float) -> None:
        names = list(STARTS) if target == "all" else [target]
        begun = time.time()
        for name in names:
            self.stage.kill(name)
        self.wait(seconds)
        for name in names:
            STARTS[name](self.stage)
        self._note("kill", {*names}, begun)

    def _crash(self, target: str, seconds: float) -> None:
        """One child dies; its parent sees to it."""
        begun, children = time.time(), self.stage.children(target)
        for child in children[:1]:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        self.wait(REBORN)
        self._note("crash", {target}, begun)

    def _stop(self, target: str, seconds: float) -> None:
        begun = time.time()
        self.stage.stop(target)
        self.wait(seconds)
        self.stage.resume(target)
        self._note("stop", {target}, begun)

    def _wipe(self, target: str, seconds: float) -> None:
        begun = time.time()
        client = redis.Redis(port=self.stage.redis_port)
        client.flushall()
        client.close()
        self._note("wipe", {target}, begun)

    def _restart(self, how: str, seconds: float) -> None:
        begun = time.time()
        self.cluster.stop(how)
        self.wait(seconds)
        self.cluster.start()
        connection.close()  # ours died too
        self._note("restart", {"postgres"}, begun)

    def _cut(self, target: str, seconds: float) -> None:
        """Killed where it has begun to write and not committed: a lock makes it wait right there."""
        begun = time.time()
        cut_off = self._catch(target)
        if cut_off:
            becomes(lambda: gone(cut_off), PATIENCE)
        else:
            self.missed[target] += 1
            self.stage.kill(target)
        self._note("cut", EVERYTHING, begun)
        self.wait(seconds)
        STARTS[target](self.stage)
        self._note("kill", {target}, begun)

    def _catch(self, target: str) -> list[int]:
        """Kill it in mid-write; the backends that wrote for it, none where nobody came."""
        table, statement = CUTS[target]
        with locked(table) as barrier:
            for _ in range(TURNS):
                self.look_after()
                self._ask(target)
                if cut_off := becomes(lambda: waiters(table, statement), HOLD):
                    self.stage.kill(target)
                    # A single statement would be carried out and kept, though nobody waits for it.
                    cut(cut_off)
                    return cut_off
                self.more()
                barrier.step()
        return []

    def _ask(self, target: str) -> None:
        if target in ROUNDS:
            url = f"redis://127.0.0.1:{self.stage.redis_port}/0"
            with current_app.connection_for_write(url) as broker:
                current_app.send_task(ROUNDS[target], connection=broker)

    def _leap(self, target: str, seconds: float) -> None:
        self.leap()


_VERBS: dict[str, Callable[[Havoc, str, float], None]] = {
    "kill": Havoc._kill,
    "crash": Havoc._crash,
    "stop": Havoc._stop,
    "wipe": Havoc._wipe,
    "restart": Havoc._restart,
    "cut": Havoc._cut,
    "leap": Havoc._leap,
}
