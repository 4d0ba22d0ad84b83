"""The run itself, in a process whose settings name the run's own database.

Started by ``benchmarks.faults.run`` with a folder: ``plan.json`` in it says what to do,
``report.json`` is written there.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import django

django.setup()  # what knows models can be imported only now

# ruff: noqa: E402
from django.core.management import call_command
from django.db import connection
from tqdm import tqdm

from benchmarks.cluster import Cluster
from benchmarks.faults.clients import Clients
from benchmarks.faults.havoc import STARTS, Havoc
from benchmarks.faults.plan import Fault, Plan
from benchmarks.faults.report import Report
from benchmarks.faults.town import Town, build
from benchmarks.faults.verdict import Verdict
from benchmarks.stage import Stage
from govgrid.core import clock
from govgrid.outbox.models import Message
from tickets.models import Card, Clock, Ticket
from tickets.workflow import State

TICK = 0.1  # seconds between two looks at the processes
# A mail whose sender was killed is leased for two minutes, and found by the sweep after it.
QUIET_WITHIN = 240
# Leaps after the last report: they bring every clock to its three quarters, and then over.
LAST_LEAPS = 6


class Run:
    """One plan carried out, from the empty database to the report."""

    def __init__(self, plan: Plan, folder: Path, cluster: Cluster) -> None:
        self.plan, self.folder = plan, folder
        self.report = Report(plan.tickets, plan.seed)
        self.stage = Stage(folder, SWEEP_SECONDS=str(plan.sweep))
        self.havoc = Havoc(self.stage, cluster, self.wait, more=lambda: self._phones().allow_more())
        self.bar = tqdm(total=plan.tickets, unit="ticket", disable=None)
        self.clients: Clients | None = None

    def carry_out(self) -> Report:
        town = self._timed("preparing", self._prepare)
        self.clients = Clients(self.plan, town, self.stage.url)
        self.clients.start()
        try:
            self._timed("filing, under faults", self._file_under_faults)
            self._timed("until all was quiet", self._come_to_rest)
        finally:
            self.clients.end()
            self.bar.close()
        self._timed("checking", lambda: self._judge(town))
        return self.report

    def _timed(self, name: str, do: Callable[[], Any]) -> Any:
        self.bar.set_description(name)
        begun = time.monotonic()
        done = do()
        self.report.seconds[name] = round(time.monotonic() - begun, 1)
        return done

    def _prepare(self) -> Town:
        call_command("migrate", interactive=False, verbosity=0)
        town = build()
        self.havoc.open()
        return town

    def _file_under_faults(self) -> None:
        clients = self._phones()
        faults = self.plan.faults
        clients.allow(faults[0].at)
        # Outages take longer than filing what lies between them: without a halt before each, all
        # is filed and routed long before the last ones, and they meet nobody.
        for fault, halt in zip(
            faults, [*(one.at for one in faults[1:]), self.plan.tickets], strict=True
        ):
            self._wait_until(partial(clients.has_sent, fault.at))
            clients.allow(halt)
            self.bar.set_postfix_str(fault.kind)
            self.havoc.strike(fault)
            self.bar.set_postfix_str("")
        self._wait_until(clients.is_done)

    def _phones(self) -> Clients:
        assert self.clients is not None  # noqa: S101
        return self.clients

    def _come_to_rest(self) -> None:
        for _ in range(LAST_LEAPS):
            self.havoc.leap()
            deadline = time.monotonic() + QUIET_WITHIN
            while not is_quiet() and time.monotonic() < deadline:
                self.wait(0.5)

    def _wait_until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            if self.clients is not None and self.clients.failed():
                raise RuntimeError("A client's thread died: the reason is above.")
            self.wait(TICK)

    def wait(self, seconds: float) -> None:
        """Pass the time; meanwhile what ended by itself is started again."""
        until = time.monotonic() + seconds
        while True:
            self.havoc.look_after()
            if self.clients is not None:
                self.bar.update(self.clients.filed - self.bar.n)
            left = until - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(TICK, left))

    def _judge(self, town: Town) -> None:
        clients, report, havoc = self._phones(), self.report, self.havoc
        report.faults = dict(sorted(havoc.struck.items()))
        report.cuts_missed = {name: n for name, n in havoc.missed.items() if n}
        report.ended_by_themselves = dict(havoc.ended)
        for name in [*STARTS, "postgres"]:
            spans = [one for one in havoc.timeline.outages if name in one.hit]
            report.seconds_down[name] = round(sum(one.over - one.begun for one in spans), 1)
        report.clients["filings answered"] = clients.filed
        verdict = Verdict(self.plan.seed, town, clients.heard, havoc.timeline)
        verdict.write_into(report, self.folder / "mail")


def is_quiet() -> bool:
    """Nothing waits to be routed, to fire, to turn red, to be taken up or to be sent."""
    return not (
        Ticket.objects.filter(state=State.FILED).exists()
        or Clock.objects.due_to_fire(clock.now()).exists()
        or Card.objects.left_unanswered(clock.now()).exists()
        or Card.objects.to_escalate().exists()
        or Message.objects.waiting().exists()
    )


def main(folder: Path) -> None:
    # Ending is tidied up after, however it is asked for.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    plan = json.loads((folder / "plan.json").read_text())
    plan["faults"] = [Fault(**one) for one in plan["faults"]]
    database = connection.settings_dict
    cluster = Cluster(folder / "postgres", int(database["PORT"]), database["PASSWORD"])
    run = Run(Plan(**plan), folder, cluster)
    try:
        cluster.create()
        run.carry_out().write(folder / "report.json")
    finally:
        run.stage.close()
        connection.close()
        cluster.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
