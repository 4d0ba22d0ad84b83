"""Every deadline follows from the log alone, to the second, by somebody else's arithmetic."""

import random
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from io import StringIO
from math import ceil
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from django.core.management import CommandError, call_command

from govgrid.core.errors import Refused
from govgrid.worktime.arithmetic import Calendar, Day, DayKind, weekday_of
from tests.factories.grids import holder
from tests.factories.tickets import CategoryFactory, routed, whistled
from tickets import actions
from tickets.clocks import Work
from tickets.limits import Limits
from tickets.models import Assignment, Category, Clock, ClockPause, Extension, Ticket
from tickets.replay import NeverStarted, replay
from tickets.workflow import AssignmentState, State, WhistleKind, sent_back_by

BEIJING = ZoneInfo("Asia/Shanghai")
HISTORIES = 2_500  # for each of four seeds
YEARS = range(2021, 2026)
SESSIONS = ((time(8), time(12)), (time(14), time(18)))


# ── somebody else's arithmetic: day by day, with another package's calendar ────────────────────


@cache
def is_workday(on: date) -> bool:
    return chinese_calendar.is_workday(on)


@cache
def moment(on: date, at: time) -> float:
    return datetime.combine(on, at, BEIJING).timestamp()


def sessions(on: date):
    if is_workday(on):
        for opens, closes in SESSIONS:
            yield moment(on, opens), moment(on, closes)


def pieces(since: float, pauses, *, urgent: bool):
    """The stretches of time that count from ``since`` on, in order."""
    on = datetime.fromtimestamp(since, BEIJING).date()
    holes = sorted(pauses)
    while True:
        midnight = moment(on, time(0))
        whole = [(midnight, midnight + 86_400)] if urgent else sessions(on)
        for begins, ends in whole:
            at = max(begins, since)
            for stops, goes_on in holes:
                if at < min(stops, ends):
                    yield at, min(stops, ends)
                at = max(at, goes_on if stops < ends else ends)
            if at < ends:
                yield at, ends
        on += timedelta(days=1)


def spend(since: float, seconds: float, pauses, *, urgent: bool) -> float:
    for begins, ends in pieces(since, pauses, urgent=urgent):
        if seconds <= ends - begins:
            return begins + seconds
        seconds -= ends - begins
    raise AssertionError


def budget(since: float, limit: str, share: int) -> tuple[float, bool]:
    unit, amount = limit[:2], int(limit[2:])
    seconds = {"UH": 3600, "WH": 3600, "UM": 60, "WM": 60}.get(unit, 0) * amount
    if unit == "WD":
        on, days = datetime.fromtimestamp(since, BEIJING).date(), 0
        while days < amount:
            on += timedelta(days=1)
            days += is_workday(on)
        close = moment(on, SESSIONS[-1][1])
        for begins, ends in pieces(since, (), urgent=False):
            if begins >= close:
                break
            seconds += min(ends, close) - begins
    if share != 100:
        seconds = min(seconds, ceil(seconds * share / 100 / 60) * 60)
    return seconds, unit[0] == "U"


def oracle(start, limit, share, pauses, _edition) -> datetime:
    since = start.timestamp()
    seconds, urgent = budget(since, limit, share)
    spans = [(a.timestamp(), b.timestamp()) for a, b in pauses if b > a]
    return datetime.fromtimestamp(spend(since, seconds, spans, urgent=urgent), UTC)


# ── histories in memory: the real reconciliation, without a database ───────────────────────────


def calendar_of_another_package() -> Calendar:
    days = {}
    for on, _name in chinese_calendar.constants.holidays.items():
        days[on] = Day(DayKind.HOLIDAY)
    for on in chinese_calendar.constants.workdays:
        if weekday_of(on) != DayKind.WORKDAY:
            days[on] = Day(DayKind.MAKEUP_WORKDAY)
    return Calendar.of(days, published=set(range(2020, 2027)), edition=7)


CALENDAR = calendar_of_another_package()
CATEGORIES = [
    Category(pk=1, hazard_limit="UH2", resolve_limit="WD5"),
    Category(pk=2, hazard_limit="", resolve_limit="WH4"),
    Category(pk=3, hazard_limit="UH24", resolve_limit=""),
]


class History:
    """One ticket that lives at random. Every step goes through the code that runs in earnest."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.ids = chance, iter(range(1, 10_000))
        self.ticket = Ticket(
            pk=1, state=State.FILED, category=chance.choice(CATEGORIES), district_id=1,
            whistle_kind=chance.choice(["", *WhistleKind.values]),
        )  # fmt: skip
        day = date(chance.choice(YEARS), 1, 1) + timedelta(days=chance.randrange(300))
        self.at = datetime.combine(day, time(0), BEIJING)
        self.rows: list[Assignment] = []
        self.clocks: list[Clock] = []
        self.spans: list[ClockPause] = []
        self.log: list[dict] = []
        self.granted: Extension | None = None

    def live(self) -> None:
        for _n in range(self.chance.randrange(3, 16)):
            self.at += timedelta(seconds=self.chance.choice([40, 900, 7_200, 90_000, 400_000]))
            self.at += timedelta(seconds=self.chance.randrange(4_000))
            tries = self.chance.sample(sorted(STEPS), len(STEPS))
            verb = next(name for name in tries if STEPS[name](self))
            self.reconcile(verb)

    def reconcile(self, verb: str) -> None:
        granted, self.granted = self.granted, None
        rows = {one.pk: one for one in self.rows}
        work = Work(self.ticket, rows, verb, self.at, self.clocks, self.pauses_of)
        work.days, work.limits = CALENDAR, Limits([])
        work.reconcile()
        if granted:
            work.lengthen(granted)
        for one in work.fresh:
            one.pk = next(self.ids)
        work.begun(work.fresh)
        self.spans += work.spans
        self.log += work.lines

    def pauses_of(self, clock: Clock) -> list[ClockPause]:
        return [one for one in self.spans if one.clock_id == clock.pk]

    @property
    def working(self):
        return [one for one in self.rows if one.is_live and one.state != AssignmentState.DONE]

    def dispatch(self) -> bool:
        if self.ticket.state not in {State.FILED, State.TRIAGE}:
            return False
        back = sent_back_by(self.rows) if self.ticket.state == State.TRIAGE else None
        if back is not None and self.chance.random() < 0.5:
            back.state = AssignmentState.SIGNED if back.signed_at else AssignmentState.OFFERED
            back.returned_at, back.offered_at = None, self.at
            self.ticket.state = State.DISPATCHED
            return True
        self.rows += [
            Assignment(pk=next(self.ids), role=role, department_id=n, offered_at=self.at)
            for n, role in enumerate(["lead", "assist"][: self.chance.randrange(1, 3)])
        ]
        self.ticket.state = State.DISPATCHED
        return True

    def triage(self) -> bool:
        if self.ticket.state != State.FILED:
            return False
        self.ticket.state = State.TRIAGE
        return True

    def step(self, state: str, *stamps: str) -> bool:
        if not self.working or self.ticket.state not in {State.DISPATCHED, State.HANDLING}:
            return False
        one = self.chance.choice(self.working)
        if state and one.state == state:
            return False
        one.state = state or one.state
        for name in stamps:
            setattr(one, name, getattr(one, name) or self.at)
        self.ticket.state = State.HANDLING
        if state == AssignmentState.RETURNED and one.is_lead:
            self.ticket.state = State.TRIAGE
        elif not self.working:
            self.ticket.state = State.HANDLED
        return True

    def go(self, before: State, after: State) -> bool:
        if self.ticket.state != before:
            return False
        self.ticket.state = after
        return True

    def back(self, before: State) -> bool:
        done = [one for one in self.rows if one.is_lead and one.state == AssignmentState.DONE]
        if not done or not self.go(before, State.HANDLING):
            return False
        done[-1].state, done[-1].done_at = AssignmentState.SIGNED, None
        return True

    def extend(self) -> bool:
        if self.ticket.state not in {State.DISPATCHED, State.HANDLING}:
            return False
        running = [one for one in self.clocks if one.is_running and one.kind == "resolve"]
        if not running:
            return False
        one = self.chance.choice(running)
        amount = f"{one.limit[:2]}{self.chance.randrange(1, 4)}"
        self.granted = Extension(clock_id=one.pk, amount=amount)
        return True

    def hold(self) -> bool:
        if self.ticket.state in {State.MERGED, State.CLOSED, State.FILED}:
            return False
        self.ticket.held_state, self.ticket.state = self.ticket.state, State.MERGED
        return True

    def part(self) -> bool:
        return self.go(State.MERGED, State(self.ticket.held_state or State.MERGED))


STEPS = {
    "route": History.dispatch,
    "triage": History.triage,
    "sign": lambda one: one.step("signed", "signed_at"),
    "report_in": lambda one: one.step("reported_in", "signed_at", "reported_in_at"),
    "make_safe": lambda one: one.step("", "made_safe_at"),
    "plan": lambda one: one.step("", "planned_at"),
    "finish": lambda one: one.step("done", "signed_at", "reported_in_at", "done_at"),
    "return": lambda one: one.step("returned", "returned_at"),
    "reject": lambda one: one.back(State.HANDLED),
    "verify": lambda one: one.go(State.HANDLED, State.VERIFIED),
    "close": lambda one: one.go(State.VERIFIED, State.CLOSED),
    "reopen": lambda one: one.back(State.CLOSED),
    "grant": History.extend,
    "merge": History.hold,
    "unmerge": History.part,
}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_ten_thousand_random_histories_give_every_deadline_to_the_second(seed):
    chance = random.Random(seed)  # noqa: S311 the same histories every time
    deadlines = resumed = halved = 0
    for number in range(HISTORIES):
        one = History(chance)
        one.live()
        told = replay(one.log)
        assert told.keys() == {clock.pk for clock in one.clocks}
        for clock in one.clocks:
            log = told[clock.pk]
            assert log.due(oracle) == clock.due_at, (number, clock.kind, clock.limit, log)
            assert (log.stopped_at, log.paused_at) == (clock.stopped_at, clock.paused_at)
            deadlines, resumed = deadlines + 1, resumed + bool(log.pauses)
            halved += log.share == 50
    # A test that tried nothing would pass as well.
    assert deadlines > 2 * HISTORIES
    assert resumed > HISTORIES / 20
    assert halved > HISTORIES / 200


# ── histories in earnest ──────────────────────────────────────────────────────────────────────


def test_what_really_happened_is_in_the_log(town, cast, clock_at):
    cast["depthead"] = holder("department_head", department=town.housing)
    chance = random.Random(3)  # noqa: S311
    hazard = CategoryFactory(code="0101", hazard_limit="UH2")
    for day in range(12, 24):
        clock_at(f"2026-11-{day} {chance.randrange(24):02}:30")
        ticket = whistled(town, by=cast["worker"], category=hazard, helpers=[town.urban])
        other = routed(town, by=cast["worker"])
        for hours in (1, 5, 20, 30, 60):
            clock_at(f"2026-11-{day + hours // 24} {hours % 24:02}:10")
            for name, by, given in chance.sample(TRIES, 8):
                said = given | ({"into": other} if name == "merge" else {})
                if name == "assign":
                    said = {"department": chance.choice([town.housing, town.urban])}
                try:
                    ticket = actions.move(ticket, name, by=cast[by], **said)
                except Refused:
                    continue
            actions.fire_clocks()

    out = StringIO()
    call_command("check_clocks", stdout=out)
    assert "24 tickets" in out.getvalue()


TRIES = [
    ("sign", "clerk", {}),
    ("report_in", "clerk", {"rank": "liaison"}),
    ("make_safe", "clerk", {}),
    ("confirm_safe", "worker", {}),
    (
        "finish",
        "clerk",
        {"note": "已修", "spoke_with": "店主", "until": date(2026, 12, 1), "no_photo": "夜间"},
    ),
    (
        "return",
        "clerk",
        {"note": "不是", "return_reason": "not_ours", "suggested_owner": "供电公司"},
    ),
    (
        "return",
        "urban",
        {"note": "不是", "return_reason": "not_ours", "suggested_owner": "供电公司"},
    ),
    ("reject", "community", {"note": "没修好"}),
    ("verify", "community", {}),
    ("close", "community", {}),
    ("reopen", "community", {"note": "又坏了"}),
    ("assign", "street", {}),
    ("extend", "clerk", {"amount": 2, "note": "配件未到"}),
    ("endorse", "depthead", {}),
    ("grant", "street", {}),
    ("suspend", "street", {"until": date(2026, 12, 31), "note": "待雨季结束"}),
    ("resume", "street", {}),
    ("merge", "community", {}),
    ("unmerge", "community", {}),
]


def test_a_row_that_says_something_else_is_found(town, cast):
    ticket = routed(town, by=cast["worker"])
    clock = ticket.clocks.first()
    Clock.objects.filter(pk=clock.pk).update(due_at=clock.due_at + timedelta(seconds=1))
    err = StringIO()

    with pytest.raises(CommandError, match="1 of the deadlines"):
        call_command("check_clocks", ticket.number, stderr=err)

    assert ticket.number in err.getvalue()


def test_a_clock_that_stops_before_it_started_is_no_history():
    line = {"clock": 12, "op": "stop", "at": "2026-11-20T09:00:00+08:00", "outcome": "met"}
    with pytest.raises(NeverStarted, match="12"):
        replay([line])
