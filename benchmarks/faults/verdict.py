"""Holds what the clients heard against what the database and the mails say."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from itertools import chain
from pathlib import Path

from django.conf import settings

from benchmarks.faults.clients import Filing, Heard
from benchmarks.faults.report import Report
from benchmarks.faults.timeline import Timeline
from benchmarks.faults.town import Town
from govgrid.core import clock
from govgrid.outbox.models import Channel, Message
from tickets import staff
from tickets.models import Card, Clock, Ticket, TicketEvent
from tickets.workflow import CardCause, ClockKind, Colour, State, Tier

RECOVERY = 60  # seconds of everything being up in which a clock must fire
TICKS = frozenset({"redis", "routing", "beat", "postgres"})  # what firing needs
SENDS = frozenset({"messages", "postgres"})  # what may cut off a mail in flight
BESIDE = 3.0  # seconds between a mail's file and the blow that kept it from being marked
ONCE = ("file", "route", "sign", "finish", "verify", "close")
CHECKS = ("check_clocks", "check_histories")

Told = dict[tuple[str, int], Counter[int]]


class Verdict:
    """Reads everything once; ``write_into`` fills a report."""

    def __init__(self, seed: int, town: Town, heard: Heard, timeline: Timeline) -> None:
        self.seed, self.town, self.heard, self.timeline = seed, town, heard, timeline
        self.tickets = list(Ticket.objects.order_by("pk"))
        self.events: dict[int, list[TicketEvent]] = defaultdict(list)
        for one in TicketEvent.objects.order_by("pk"):
            self.events[one.ticket_id].append(one)
        self.clocks = list(Clock.objects.select_related("assignment", "ticket").order_by("pk"))
        self.now = clock.now()

    def write_into(self, report: Report, mails: Path) -> None:
        self.report = report
        report.clients |= dict(self.heard.counts)
        report.lost += self.heard.unanswered
        report.wrong += self.heard.strange
        self._filings()
        self._stories()
        self._moves()
        self._clocks()
        self._messages()
        self._mails(mails)
        report.wrong += chain.from_iterable(map(_complaints, CHECKS))

    def _filings(self) -> None:
        """What was answered is there, and what is there was sent, once."""
        rows: dict[str, list[str]] = defaultdict(list)
        for one in self.tickets:
            rows[one.description].append(one.number)
        for serial in range(1, self.report.tickets + 1):
            text = Filing.of(self.seed, serial, self.town).content["description"]
            kept, answered = rows.pop(text, []), self.heard.numbers.get(serial, set())
            if len(kept) > 1 or len(answered) > 1:
                self.report.doubled.append(f"report {serial}: {kept}, answered with {answered}")
            self.report.lost += [f"{number}: answered" for number in answered - {*kept}]
        self.report.wrong += [f"{text}: never sent" for text in rows]

    def _stories(self) -> None:
        """Every ticket was routed once, and nothing that happens once happened twice."""
        for ticket in self.tickets:
            verbs = Counter(one.verb for one in self.events[ticket.pk])
            self.report.doubled += [
                f"{ticket}: {verb} {verbs[verb]} times" for verb in ONCE if verbs[verb] > 1
            ]
            self.report.lost += [f"{ticket}: no {verb}" for verb in ONCE[:2] if not verbs[verb]]
            if ticket.state == State.FILED:
                self.report.lost.append(f"{ticket}: still waits to be routed")
        self.report.slowest["filing to routing"] = max(map(self._routing_took, self.tickets))

    def _routing_took(self, ticket: Ticket) -> float:
        if ticket.routed_at is None:
            return 0.0
        filed, routed = self.timeline.real(ticket.filed_at), self.timeline.real(ticket.routed_at)
        return self.timeline.healthy(filed, routed, TICKS)

    def _moves(self) -> None:
        """A move that was answered stands in the log."""
        by_number = {one.number: one.pk for one in self.tickets}
        for number, step in self.heard.moves:
            events = self.events.get(by_number.get(number, 0), [])
            if step not in {one.verb for one in events}:
                self.report.lost.append(f"{number}: {step} was answered and is not in the log")

    def _clocks(self) -> None:
        firings = self._firings()
        counts: Counter[str] = Counter()
        for one in self.clocks:
            for verb, when in _moments(one):
                told = firings.pop((one.pk, verb), [])
                counts[f"{verb} fired"] += len(told)
                self._judge(one, verb, self.timeline.real(when), told, counts)
        self.report.wrong += [f"clock {pk}: {verb} out of nowhere" for pk, verb in firings]
        self.report.clocks = {"clocks": len(self.clocks), **counts}

    def _firings(self) -> dict[tuple[int, str], list[TicketEvent]]:
        """What the log says that clocks have said or done, by clock."""
        closing = {one.ticket_id: one.pk for one in self.clocks if one.kind == ClockKind.CLOSE}
        found: dict[tuple[int, str], list[TicketEvent]] = defaultdict(list)
        for one in chain.from_iterable(self.events.values()):
            if one.verb in {"near", "over"}:
                found[one.data["clock"], one.verb].append(one)
            elif one.verb == "close":
                found[closing[one.ticket_id], one.verb].append(one)
        return found

    def _judge(
        self, one: Clock, verb: str, due: float, told: list[TicketEvent], counts: Counter[str]
    ) -> None:
        if len(told) > 1:
            self.report.doubled.append(f"{one.ticket}: clock {one.pk} fired {verb} twice")
        until = self._ran_until(one, verb)
        is_on = one.stopped_at is None and (verb != "near" or one.due_at > self.now)
        must = until > due and (is_on or self.timeline.healthy(due, until, TICKS) > RECOVERY)
        counts[f"{verb} expected"] += must or bool(told)
        if told:
            took = self.timeline.healthy(due, self.timeline.real(told[0].at), TICKS)
            self._note_firing(one, verb, took)
        elif must:
            self.report.lost.append(f"{one.ticket}: clock {one.pk} never fired {verb}")

    def _ran_until(self, one: Clock, verb: str) -> float:
        """Until when it could have said this: it stopped, was over, or runs still."""
        moments = [one.stopped_at or self.now, *([one.due_at] if verb == "near" else [])]
        return self.timeline.real(min(moments))

    def _note_firing(self, one: Clock, verb: str, took: float) -> None:
        slowest = self.report.slowest
        slowest[f"due to {verb}"] = max(took, slowest.get(f"due to {verb}", 0.0))
        if took > RECOVERY:
            self.report.late.append(f"{one.ticket}: clock {one.pk} fired {verb} after {took:.0f} s")

    def _messages(self) -> None:
        """Each fact is owed to each of its people once, by each way that reaches them."""
        owed: dict[str, Told] = {str(one): defaultdict(Counter) for one in Channel}
        for row in Message.objects.all():
            owed[row.channel][row.kind, int(row.fact.split(":")[1])][row.recipient_id] += 1
        for key, people in self._facts():
            with_mail = {pk for pk, has_mail in people.items() if has_mail}
            told, mailed = (owed[one].pop(key, Counter()) for one in Channel)
            self._compare(key, "on the site", set(people), told)
            self._compare(key, "by mail", with_mail, mailed)
        strange = chain.from_iterable(owed.values())
        self.report.wrong += [f"{kind} {pk}: owed without a fact" for kind, pk in strange]

    def _compare(
        self, key: tuple[str, int], how: str, people: set[int], told: dict[int, int]
    ) -> None:
        what = f"{key[0]} {key[1]} {how}"
        self.report.lost += [f"{what}: nobody told {pk}" for pk in people - set(told)]
        self.report.wrong += [f"{what}: {pk} was told" for pk in set(told) - people]
        self.report.doubled += [f"{what}: told {pk} {n} times" for pk, n in told.items() if n > 1]

    def _facts(self) -> Iterator[tuple[tuple[str, int], dict[int, bool]]]:
        """What happened that somebody is told of, and whom: with or without an address."""
        clocks = {one.pk: one for one in self.clocks}
        for ticket in self.tickets:
            for event in self.events[ticket.pk]:
                if event.verb in {"near", "over"}:
                    one = clocks[event.data["clock"]]
                    yield (f"clock_{event.verb}", one.pk), _who_must_act(one)
                    if event.verb == "over" and one.kind == ClockKind.MAKE_SAFE:
                        yield ("ticket_look", ticket.pk), _near(ticket)
                else:
                    yield from _told_of(ticket, event)
        for card in Card.objects.exclude(colour=Colour.BLUE).select_related("ticket"):
            yield (f"card_{card.colour}", card.pk), _told_of_card(card)

    def _mails(self, folder: Path) -> None:
        """Each mail was written once; twice only where its sender fell between file and mark."""
        written = _written(folder)
        repeats = 0
        for row in Message.objects.filter(channel=Channel.EMAIL):
            times = written.pop(row.pk, [])
            if row.sent_at is None or not times:
                self.report.lost.append(f"mail {row.pk} ({row.fact}) after {row.attempts} tries")
            repeats += max(0, len(times) - 1)
            for before in times[:-1]:
                if not self.timeline.struck(before, SENDS, BESIDE):
                    self.report.doubled.append(f"mail {row.pk} ({row.fact}) for no outage")
        self.report.wrong += [f"mail {pk}: no row" for pk in written]
        self.report.messages = {
            "owed on the site": Message.objects.filter(channel=Channel.IN_APP).count(),
            "owed by mail": Message.objects.filter(channel=Channel.EMAIL).count(),
            "mails sent again, their sender fell in between": repeats,
        }


def _moments(one: Clock) -> Iterator[tuple[str, datetime]]:
    """What it has to say or to do when. Of closing nobody is reminded."""
    if one.kind == ClockKind.CLOSE:
        yield "close", one.due_at
    else:
        yield "near", one.near_at
        yield "over", one.due_at


def _told_of(
    ticket: Ticket, event: TicketEvent
) -> Iterator[tuple[tuple[str, int], dict[int, bool]]]:
    if event.verb == "route" and event.department_id:
        yield ("ticket_offered", ticket.pk), _staff(event.department_id)
    elif event.verb == "route":
        yield ("ticket_triage", ticket.pk), _holders("tickets.triage", ticket.street_id)
    elif event.after == State.HANDLED and event.verb == "finish":
        yield ("ticket_to_verify", ticket.pk), _near(ticket)
    elif event.verb == "escalate":
        is_top = event.data["level"] == Tier.DISTRICT
        area = ticket.district_id if is_top else ticket.street_id
        yield ("ticket_up", ticket.pk), _holders("tickets.triage", area)
    elif event.verb == "close":
        kind = "ticket_ask" if ticket.callbacks.exists() else "ticket_closed"
        yield (kind, ticket.pk), {ticket.filed_by_id or 0: False}


def _told_of_card(card: Card) -> dict[int, bool]:
    """The head; where there is none, who has not heard of it by the clock; of red who oversees."""
    people = _posts(card.department_id, heads=True)
    if not people and card.cause not in {CardCause.UNSIGNED, CardCause.OVERDUE}:
        people = _staff(card.department_id)
    if card.colour == Colour.RED:
        places = (card.street_id, card.district_id)
        people = people | _holders("tickets.supervise", *places)
    return people


def _who_must_act(one: Clock) -> dict[int, bool]:
    if one.assignment is not None:
        department = one.assignment.department_id
        return _posts(department, heads=False) or _staff(department)
    if one.kind == ClockKind.VERIFY:
        return _near(one.ticket)
    return _holders("tickets.triage", one.ticket.street_id)


def _near(ticket: Ticket) -> dict[int, bool]:
    return _holders("tickets.verify", ticket.grid_id, ticket.community_id)


@cache
def _staff(department: int) -> dict[int, bool]:
    return {one.pk: bool(one.email) for one in staff.of([department])}


@cache
def _posts(department: int, *, heads: bool) -> dict[int, bool]:
    """Those who lead the department, or everybody else who answers for it."""
    posts = staff.with_roles([department])[department]
    return {one.pk: bool(one.email) for role, one in posts if (role in staff.HEADS) is heads}


@cache
def _holders(right: str, *areas: int) -> dict[int, bool]:
    return {one.pk: bool(one.email) for one in staff.holders(right, *areas)}


def _written(folder: Path) -> dict[int, list[float]]:
    """When the mails of each message were written, by its id."""
    found: dict[int, list[float]] = defaultdict(list)
    for file in sorted(folder.glob("*"), key=lambda one: one.stat().st_mtime):
        for pk in _ids(file.read_text(encoding="utf-8")):
            found[pk].append(file.stat().st_mtime)
    return found


def _ids(text: str) -> Iterable[int]:
    return map(int, re.findall(r"^Message-ID: <message-(\d+)@", text, re.MULTILINE))


def _complaints(command: str) -> Iterator[str]:
    """What the platform's own check of its histories has to say."""
    said = subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if said.returncode:
        yield f"{command}: {said.stderr.strip()}"
