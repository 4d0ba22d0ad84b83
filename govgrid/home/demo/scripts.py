"""A ticket's life as a list of acts: who does what next, and how long that takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from govgrid.home.demo import texts
from govgrid.home.demo.hours import TooLate
from govgrid.home.demo.lives import ASSIST, Blown, Life
from govgrid.home.demo.plots import FINISHED, Plot
from tickets.models import Assignment
from tickets.workflow import CLOCKS_OF_TICKET, TERMS, ClockKind, Rank, State, WhistleKind

if TYPE_CHECKING:
    from govgrid.home.demo.stories import Story, Teller

# The act since which a ticket of this state waits.
_SINCE = {
    State.AWAITING_APPROVAL: {"file", "blow"},
    State.TRIAGE: {"file", "return"},
    State.DISPATCHED: {"file", "blow", "approve", "assign"},
    State.HANDLING: {"file", "blow", "approve", "assign"},
    State.HANDLED: {"finish", "settle"},
    State.VERIFIED: {"verify"},
}
RANKS = {Rank.LIAISON: 4, Rank.SECTION_HEAD: 5, Rank.DEPUTY_HEAD: 3, Rank.HEAD: 1}
SHORT = timedelta(hours=6)
# More than four who help have not been seen.
MOST_HELPERS = 4


class NobodyLeft(Exception):
    """Where a grid has no worker, and community and street had a hand in it: nobody can verify."""


class Act(NamedTuple):
    name: str
    wait: Callable[[], object]
    do: Callable[[], object]


def _nothing() -> None:
    return None


def _for(do: Callable[[Assignment], None], who: Callable[[], Assignment]) -> None:
    """Who assists is known when the moment has come, and not before."""
    do(who())


class Script:
    """The acts of one plot, for the people of its place."""

    def __init__(
        self, teller: Teller, life: Life, plot: Plot, rng: Random, first: Story | None
    ) -> None:
        self.teller, self.life, self.plot, self.rng, self.first = teller, life, plot, rng, first
        self.want, self.place, self.category = plot.want, plot.place, plot.category
        cast = teller.cast
        self.worker = cast.worker.get(self.place.grid)
        self.officer = cast.officer[self.place.community]
        self.desk, self.head = cast.desk[self.place.street], cast.head[self.place.street]
        self.is_at_desk = False
        self.helpers: list[int] = []

    def play(self, waits_since: datetime | None, now: datetime) -> None:
        acts, hours = list(self._acts()), self.life.hours
        names = _SINCE.get(State(self.want.target), set())
        last = max((n for n, one in enumerate(acts) if one.name in names), default=None)
        for number, one in enumerate(acts):
            if waits_since is not None and number == last:
                if number and hours.at > waits_since:
                    raise TooLate(hours.at - waits_since)
                hours.at = waits_since.replace(microsecond=0)
                hours.tighten(now)
            else:
                one.wait()
            one.do()
        self.life.fire(self.teller.now)

    def _acts(self) -> Iterator[Act]:
        yield Act("file", _nothing, self._file)
        if self.want.turn == "border":
            return
        late = self.want.is_late_blown
        if self.want.whistle and not late:
            yield from self._asked()
        if late or self.want.target != State.AWAITING_APPROVAL:
            yield from self._route("" if late else self.plot.whistle)
        if late:
            yield from self._blow_late()
        if self.want.target != State.AWAITING_APPROVAL:
            yield from self._turns()
            yield from self._ends()

    def _ends(self) -> Iterator[Act]:
        if self.want.target == State.MERGED:
            yield Act("merge", self._a_while, self._merge)
        elif self.want.target == State.DECLINED:
            triage = self._toward(ClockKind.TRIAGE)
            yield Act("decline", triage, lambda: self.life.decline(self.desk))
        elif self.want.target == State.HANDLING or self.want.target in FINISHED:
            yield from self._work()

    # ── filing and whistle ────────────────────────────────────────────────────────────────────

    def _file(self) -> None:
        kind, officer = self.want.whistle, self.officer
        is_worker = self.rng.random() < 0.85
        if kind and not self.want.is_late_blown:
            is_worker = kind == WhistleKind.EMERGENCY
        self.life.file((self.worker or officer) if is_worker else officer)
        if kind and not self.want.is_late_blown:
            self._blow()

    def _blow(self) -> None:
        kind = WhistleKind(self.want.whistle)
        tried, power = texts.reasons(kind, self.rng)
        is_worker = kind == WhistleKind.EMERGENCY and self.worker
        by = self.worker if is_worker and self.worker else self.officer
        lead, _why = self.teller.decider.decide(self.category, self.place, is_whistle=True)
        blown = Blown(kind, tried, power, self.life.hours.at, by, self._helpers(lead))
        self.life.blow(blown, waits=bool(TERMS[kind].approve))

    def _helpers(self, lead: int | None) -> list[tuple[int, dict]]:
        found = self.teller.decider.helpers(self.category, self.place, lead)
        # Who alone could verify does not help.
        own = None if self.worker else self.teller.ground.offices[self.place.community].pk
        return [one for one in found if one[0] != own][:MOST_HELPERS]

    def _asked(self) -> Iterator[Act]:
        """What comes between a whistle and its routing."""
        kind = WhistleKind(self.want.whistle)
        if self.want.target == State.AWAITING_APPROVAL or not TERMS[kind].approve:
            return
        by = self.head if kind == WhistleKind.HARD else self.desk
        if self.want.turn == "refused":
            yield Act("refuse", self._a_while, lambda: self.life.refuse(by))
        else:
            yield Act("approve", self._a_while, lambda: self.life.approve(by))

    def _blow_late(self) -> Iterator[Act]:
        """As a report it went nowhere, so the whistle is blown for it."""
        if self.is_at_desk:
            yield self._assign()
        elif self.rng.random() < 0.5:
            yield Act("sign", self._to_sign, self._sign)
        yield Act("blow", self._a_while, self._blow)
        yield from self._asked()
        if self.want.target != State.AWAITING_APPROVAL:
            yield from self._route(self.plot.whistle)

    # ── the desk ──────────────────────────────────────────────────────────────────────────────

    def _route(self, whistle: str) -> Iterator[Act]:
        decider = self.teller.decider
        department, why = decider.decide(self.category, self.place, is_whistle=bool(whistle))
        self.is_at_desk = department is None
        helpers = self._helpers(department) if whistle and department else []
        self.helpers = [one for one, _why in helpers]
        yield Act("route", _nothing, lambda: self.life.route(department, why))

    def _turns(self) -> Iterator[Act]:
        if self.want.turn == "settled":
            office = self.teller.ground.offices[self.place.community].pk
            by = self.worker if self.rng.random() < 0.5 and self.worker else self.officer
            wait = lambda: self.life.hours.seconds(600, 7200)  # noqa: E731
            yield Act(
                "settle", wait, lambda: self.life.settle(office, by, on_the_spot=by == self.worker)
            )
            self.is_at_desk = False
        for _ in range({"returned": 1, "twice": 2}.get(self.want.turn, 0)):
            if self.is_at_desk:
                yield self._assign()
            yield Act("return", self._to_return, self._return)
            self.is_at_desk = True
        if self.is_at_desk and self.want.target not in {State.TRIAGE, State.DECLINED, State.MERGED}:
            yield self._assign()

    def _assign(self) -> Act:
        self.is_at_desk = False
        return Act(
            "assign",
            self._toward(ClockKind.TRIAGE),
            lambda: self.life.assign(self._other(), self.desk),
        )

    def _return(self) -> None:
        part = self._lead()
        owner = self.teller.decider.short_name[self._other()]
        self.life.give_back(part, self._hand(part), owner)

    def _other(self) -> int:
        """A helper of the category that has not had it, else the street's own office."""
        had = {part.department_id for part in self.life.parts}
        ground = self.teller.ground
        helpers = (ground.departments.get(name) for name in self.category.helpers.split(","))
        free = [one.pk for one in helpers if one and one.pk not in had]
        street = ground.offices[self.place.street].pk
        rest = [street, ground.departments["城管局"].pk, ground.departments["住建局"].pk]
        return self.rng.choice(free) if free else next(one for one in rest if one not in had)

    def _merge(self) -> None:
        self.life.merge(self.first, self.officer)

    # ── work ──────────────────────────────────────────────────────────────────────────────────

    def _work(self) -> Iterator[Act]:
        if self.want.turn != "settled":
            yield from self._come()
            if self.want.turn == "rejected":
                yield from self._finish_all()
                yield Act("reject", self._toward(ClockKind.VERIFY), self._reject)
                self.helpers = []
            if self.want.target != State.HANDLING:
                yield from self._finish_all()
        if self.want.target in {State.VERIFIED, State.CLOSED}:
            yield from self._approve()
        if self.want.turn == "reopened" and self.want.target == State.CLOSED:
            wait = lambda: self.life.hours.worked(600, 4000)  # noqa: E731
            yield Act("reopen", wait, lambda: self.life.reopen(self.desk))
            yield Act("finish", self._to_finish, self._finish)
            yield from self._approve()
        if self.want.target == State.CLOSED and self.plot.whistle and self.plot.is_scored:
            yield Act("rate", self._a_while, self._rate)

    def _come(self) -> Iterator[Act]:
        """Signed for, mostly reported in, the danger over, and the plan on the table."""
        assists = [self._assist(n) for n in range(len(self.helpers))]
        yield Act("sign", self._to_sign, self._sign)
        for one in assists:
            yield Act("sign", self._shortly, partial(_for, self._sign, one))
        if self.plot.reports_in:
            yield Act("report_in", self._to_report_in, self._report_in)
            for one in assists:
                yield Act("report_in", self._shortly, partial(_for, self._report_in, one))
        if self.plot.has_hazard and self.plot.makes_safe:
            yield Act("make_safe", self._toward(ClockKind.MAKE_SAFE, 45), self._make_safe)
        if self.plot.has_plan and self.plot.plans:
            yield Act("plan", self._toward(ClockKind.PLAN, 20), self._plan)

    def _finish_all(self) -> Iterator[Act]:
        """The lead last."""
        for number in range(len(self.helpers)):
            one = self._assist(number)
            if self.rng.random() < 0.12:
                yield Act("leave", self._shortly, partial(_for, self._leave, one))
            else:
                yield Act("finish", self._shortly, partial(_for, self._finish, one))
        yield Act("finish", self._to_finish, self._finish)

    def _approve(self) -> Iterator[Act]:
        yield Act(
            "verify",
            self._toward(ClockKind.VERIFY, 20),
            lambda: self.life.verify(self._checker()),
        )
        if self.want.target != State.CLOSED:
            return
        if self.plot.closes_by_itself:
            yield Act("close", self._to_the_end, lambda: self.life.close(None))
        else:
            close = self._toward(ClockKind.CLOSE)
            yield Act("close", close, lambda: self.life.close(self.officer))

    # ── one step ──────────────────────────────────────────────────────────────────────────────

    def _lead(self) -> Assignment:
        part = self.life.lead
        assert part is not None  # noqa: S101
        return part

    def _assist(self, number: int) -> Callable[[], Assignment]:
        return lambda: [one for one in self.life.parts if one.role == ASSIST][number]

    def _hand(self, part: Assignment) -> int:
        return self.teller.staff[part.department_id]

    def _sign(self, part: Assignment | None = None) -> None:
        part = part or self._lead()
        self.life.sign(part, self._hand(part))

    def _report_in(self, part: Assignment | None = None) -> None:
        part = part or self._lead()
        if not self.plot.whistle:
            self.life.report_in(part, self._hand(part))
            return
        rank = self.rng.choices(list(RANKS), list(RANKS.values()))[0]
        via = self.rng.choice(("code", "page"))
        self.life.report_in(part, self._hand(part), str(rank), via)

    def _make_safe(self) -> None:
        """Mostly in the department's own words; now and then seen by who lives with it."""
        part = self._lead()
        is_seen = self.plot.whistle and self.rng.random() < 0.3
        if is_seen:
            self.life.confirm_safe(self._checker())
        else:
            self.life.make_safe(part, self._hand(part))

    def _plan(self) -> None:
        self.life.plan(self._lead(), self._hand(self._lead()))

    def _finish(self, part: Assignment | None = None) -> None:
        part = part or self._lead()
        self.life.finish(part, self._hand(part))

    def _leave(self, part: Assignment) -> None:
        """An assistant that is not needed after all: its four hours to return are over."""
        self.life.take_off(part, self.desk)

    def _reject(self) -> None:
        self.life.reject(self._checker())

    def _rate(self) -> None:
        if self.officer not in self._workers():
            self.life.rate(self.officer)

    def _workers(self) -> set[int | None]:
        steps = ("signed", "reported_in", "made_safe", "done")
        return {getattr(p, f"{step}_by_id") for p in self.life.parts for step in steps}

    def _checker(self) -> int:
        """The nearest who did not do the work: grid worker, community, street."""
        did = self._workers()
        near = (self.worker, self.officer, self.desk)
        free = [one for one in near if one is not None and one not in did]
        if not free:
            raise NobodyLeft
        return free[0]

    # ── how long it takes ─────────────────────────────────────────────────────────────────────

    def _a_while(self) -> None:
        self.life.hours.worked(10, 240)

    def _shortly(self) -> None:
        lead = self.life.lead
        one = self.life.clock(ClockKind.RESOLVE, lead) or self.life.clock(ClockKind.SIGN, lead)
        is_short = one is not None and one.due_at - one.started_at < SHORT
        if self.plot.whistle == WhistleKind.EMERGENCY or is_short:
            self.life.hours.seconds(20, 90)
        else:
            self.life.hours.worked(2, 50)

    def _toward(self, kind: ClockKind, low: int = 10, high: int = 85) -> Callable[[], object]:
        def wait() -> None:
            part = None if kind in CLOCKS_OF_TICKET.values() else self.life.lead
            self.life.hours.toward(self.life.clock(kind, part), low, high)

        return wait

    def _to_sign(self) -> None:
        """What is short goes before anything else."""
        self._toward_first({
            ClockKind.SIGN: (10, 80), ClockKind.MAKE_SAFE: (4, 30), ClockKind.RESOLVE: (4, 30),
        })  # fmt: skip

    def _to_return(self) -> None:
        self._toward_first({
            ClockKind.SIGN: (20, 90), ClockKind.MAKE_SAFE: (10, 50), ClockKind.RESOLVE: (5, 40),
        })  # fmt: skip

    def _to_report_in(self) -> None:
        self._toward_first({
            ClockKind.REPORT_IN: (30, 80), ClockKind.MAKE_SAFE: (30, 45),
            ClockKind.RESOLVE: (5, 25),
        })  # fmt: skip

    def _toward_first(self, kinds: dict[ClockKind, tuple[int, int]]) -> None:
        found = [(self.life.clock(kind, self.life.lead), span) for kind, span in kinds.items()]
        clocks = [(one, span) for one, span in found if one is not None]
        one, span = min(clocks, key=lambda pair: pair[0].due_at)
        self.life.hours.toward(one, *span)

    def _to_finish(self) -> None:
        self._toward(ClockKind.RESOLVE, 25, 92)()

    def _to_the_end(self) -> None:
        one = self.life.clock(ClockKind.CLOSE)
        assert one is not None  # noqa: S101
        self.life.hours.set(one.due_at)
