"""Phones and clerks: they ask over REST, and whatever was not answered is asked again, the same."""

from __future__ import annotations

import http.client
import json
import queue
import random
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from benchmarks.faults.plan import Plan
from benchmarks.faults.town import GRIDS, Town

PHONES, CLERKS = 8, 3
TIMEOUT = 5  # seconds until a phone no longer waits for an answer
GIVE_UP = 300  # seconds until what is never answered is called lost
TWICE = 0.05  # of all reports are sent two times at once
# What becomes of a ticket: the steps that are taken on it, and how often out of a hundred.
FATES = {
    (): 50,
    ("sign",): 20,
    ("sign", "finish"): 15,
    ("sign", "finish", "verify"): 15,
}
# Every twentieth is an emergency whistle, every tenth is for the street desk to assign.
WHISTLE, UNRULED = 20, 10


@dataclass(frozen=True)
class Filing:
    """One filing, made anew from its serial by whoever looks."""

    serial: int
    grid: int
    content: dict[str, Any]
    steps: tuple[str, ...]
    is_twice: bool

    @classmethod
    def of(cls, seed: int, serial: int, town: Town) -> Filing:
        dice = random.Random(f"{seed}/{serial}")  # noqa: S311 not for secrets
        grid = dice.randrange(GRIDS)
        steps = dice.choices(list(FATES), list(FATES.values()))[0]
        category = dice.choice(["0101", "0201", "0201"])
        content = {
            "client_id": str(UUID(int=dice.getrandbits(128), version=4)),
            "category": category,
            "description": f"run {seed}, report {serial}",
            "location": town.middle(grid),
        }
        if serial % WHISTLE == 1:
            content |= {"kind": "whistle", "whistle_kind": "emergency"}
            steps = steps[:1]  # a whistle's end needs more words than a run has
        if serial % UNRULED == 2:
            content["category"], steps = "0301", ()
        return cls(serial, grid, content, steps, dice.random() < TWICE)


@dataclass
class Heard:
    """What the answers said. Filled from many threads."""

    numbers: dict[int, set[str]] = field(default_factory=dict)
    moves: dict[tuple[str, str], str] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def number(self, serial: int, number: str) -> None:
        with self.lock:
            self.numbers.setdefault(serial, set()).add(number)

    def count(self, what: str) -> None:
        with self.lock:
            self.counts[what] += 1


@dataclass
class Job:
    """What is still to be done on a ticket, and by when it is tried again."""

    filing: Filing
    number: str
    steps: list[str]
    not_before: float = 0.0
    is_unsure: bool = False  # the step was sent before, and no answer came
    since: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Answer:
    status: int
    said: dict[str, Any]


class Clients:
    """All of them; ``start`` lets them go, ``is_done`` says whether everything is answered."""

    def __init__(self, plan: Plan, town: Town, url: str) -> None:
        self.plan, self.town, self.url = plan, town, url
        self.heard = Heard()
        self.sent = 0  # reports begun
        self.filed = 0  # reports answered
        self._allowed = 0  # reports that may be begun
        self._added = 0  # of these, beyond the plan
        self._slot = 0.0  # when the latest begun report was due
        self._jobs: queue.Queue[Job] = queue.Queue()
        self._open = 0  # jobs not ended yet
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        targets = [self._be_a_phone] * PHONES + [self._be_a_clerk] * CLERKS
        self._threads = [threading.Thread(target=one, daemon=True) for one in targets]
        for one in self._threads:
            one.start()

    def allow(self, count: int) -> None:
        """So many reports may be begun; the others wait for the fault that is to meet them."""
        self._allowed = count + self._added

    def allow_more(self) -> None:
        """One more for each phone, where all that were allowed are begun."""
        with self.heard.lock:
            if self.sent >= self._allowed:
                self._allowed += PHONES
                self._added += PHONES

    def has_sent(self, count: int) -> bool:
        """Whether so many were begun, beside those that were allowed beyond the plan."""
        return self.sent >= min(count + self._added, self.plan.tickets)

    def is_done(self) -> bool:
        return self.filed == self.plan.tickets and self._open == 0

    def failed(self) -> bool:
        """A thread that ended too early died of a fault of its own."""
        return not self.is_done() and not all(one.is_alive() for one in self._threads[PHONES:])

    def end(self) -> None:
        self._ended.set()
        for one in self._threads:
            one.join(timeout=TIMEOUT * 2)

    def _be_a_phone(self) -> None:
        with ThreadPoolExecutor(2) as both:
            while (serial := self._next()) is not None:
                filing = Filing.of(self.plan.seed, serial, self.town)
                copies = 2 if filing.is_twice else 1
                self.heard.counts["sent twice at once"] += copies - 1
                numbers = list(both.map(self._file, [filing] * copies))
                with self.heard.lock:
                    self.filed += 1
                    if numbers[0] is not None and filing.steps:
                        self._open += 1
                        self._jobs.put(Job(filing, numbers[0], list(filing.steps)))

    def _next(self) -> int | None:
        """The next filing's serial, when its time has come; None when all are sent."""
        while self.sent < self.plan.tickets and not self._ended.is_set():
            with self.heard.lock:
                serial, slot = self._begin()
            time.sleep(max(0.0, slot - time.monotonic()))
            if serial is not None:
                return serial
        return None

    def _begin(self) -> tuple[int | None, float]:
        """A serial and when its time comes; without one, when to ask again."""
        now = time.monotonic()
        if self.sent >= min(self._allowed, self.plan.tickets):
            return None, now + 0.02
        self.sent += 1
        # What was held back comes at the same rate, not all at once.
        self._slot = max(self._slot + 1 / self.plan.rate, now)
        return self.sent, self._slot

    def _file(self, filing: Filing) -> str | None:
        token, since = self.town.workers[filing.grid], time.monotonic()
        while not self._ended.is_set() and time.monotonic() < since + GIVE_UP:
            answer = self._post("tickets/", token, filing.content)
            if answer is None:
                self.heard.count("filings sent again")
                time.sleep(0.5)
            elif answer.status in {200, 201}:
                self.heard.number(filing.serial, answer.said["number"])
                return answer.said["number"]
            else:
                self.heard.strange.append(f"report {filing.serial} was answered {answer}")
                return None
        self.heard.unanswered.append(f"report {filing.serial}")
        return None

    def _be_a_clerk(self) -> None:
        while not self._ended.is_set():
            try:
                job = self._jobs.get(timeout=0.2)
            except queue.Empty:
                continue
            if time.monotonic() < job.not_before:
                self._jobs.put(job)
                time.sleep(0.02)
            elif self._take(job):
                with self.heard.lock:
                    self._open -= 1
            else:
                self._jobs.put(job)

    def _take(self, job: Job) -> bool:
        """Try the next step; whether nothing more is to be done."""
        step = job.steps[0]
        if time.monotonic() > job.since + GIVE_UP:
            self.heard.unanswered.append(f"{step} of {job.number}")
            return True
        answer = self._post(f"tickets/{job.number}/actions/{step}/", *self._words(job))
        job.not_before = time.monotonic() + 0.5
        if answer is None:
            self.heard.count("moves sent again")
            job.is_unsure = True
        elif answer.status == 200:
            return self._on(job, "done")
        elif answer.status == 409 and job.is_unsure:
            # The first sending was heard, and only its answer was lost.
            return self._on(job, "done before")
        elif answer.status != 404:  # not routed yet, or not to this department
            self.heard.strange.append(f"{step} of {job.number} was answered {answer}")
            return True
        return False

    def _on(self, job: Job, how: str) -> bool:
        self.heard.moves[job.number, job.steps.pop(0)] = how
        self.heard.count(f"moves {how}")
        job.is_unsure, job.since = False, time.monotonic()
        return not job.steps

    def _words(self, job: Job) -> tuple[str, dict[str, Any]]:
        if job.steps[0] == "verify":
            return self.town.officer(job.filing.grid), {}
        token = self.town.clerks[job.filing.content["category"]]
        return token, {"note": "done"} if job.steps[0] == "finish" else {}

    def _post(self, path: str, token: str, content: dict[str, Any]) -> Answer | None:
        """None: no answer, or one that says "not now"; nobody knows whether it was heard."""
        request = urllib.request.Request(  # noqa: S310 our own server
            f"{self.url}/api/v1/{path}",
            data=json.dumps(content).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                return Answer(answer.status, json.load(answer))
        except urllib.error.HTTPError as error:
            with error:
                return _refusal(error)
        except (OSError, http.client.HTTPException, ValueError):
            return None


def _refusal(error: urllib.error.HTTPError) -> Answer | None:
    if error.code >= http.client.INTERNAL_SERVER_ERROR:
        return None
    try:
        return Answer(error.code, json.load(error))
    except (OSError, http.client.HTTPException, ValueError):
        return None
