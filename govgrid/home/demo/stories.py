"""What happens in the demo: first what every desk must find waiting, then the ordinary days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random
from typing import NamedTuple

from govgrid.core.text import bigrams
from govgrid.home.demo import texts
from govgrid.home.demo.deciding import Decider, Place
from govgrid.home.demo.ground import Ground
from govgrid.home.demo.lives import Clock, Life
from govgrid.home.demo.offices import lacks_property_company
from govgrid.home.demo.people import Cast
from grids.models import Area, Level
from tickets.models import Category
from tickets.workflow import State


class Want(NamedTuple):
    """One ticket to be: how far it shall come, where, about what, and by which turns."""

    target: str
    where: str = ""  # grid, community, street of the demo's logins; market, park
    category: str = ""
    turn: str = ""  # returned, twice, settled, rejected, reopened, unresolved, border


HOUSING = ("0101", "0201", "0104", "0708", "0604", "0202", "0606")
URBAN = ("0301", "0102", "0401", "0501", "0303")

# So that nobody who tries the demo finds an empty desk.
WAITING = [
    *(Want(State.DISPATCHED, "street", code) for code in HOUSING[:5]),
    *(Want(State.HANDLING, "street", code) for code in HOUSING[1:6]),
    *(Want(State.DISPATCHED, "street", code) for code in URBAN[:4]),
    *(Want(State.HANDLING, "street", code) for code in URBAN[1:5]),
    *(Want(State.DISPATCHED, "street", code) for code in ("0106", "0806")),
    *(Want(State.HANDLING, "community", code) for code in ("0106", "0806")),
    *(Want(State.HANDLED, "grid", code) for code in ("0102", "0301", "0101")),
    *(Want(State.DISPATCHED, "grid", code) for code in ("0101", "0402")),
    Want(State.HANDLING, "grid", "0201"),
    *(Want(State.CLOSED, "grid") for _ in range(6)),
    *(Want(State.DISPATCHED, "community", code) for code in ("1001", "1005")),
    Want(State.HANDLING, "community", "1002"),
    *(Want(State.HANDLED, "community", code) for code in ("0303", "0107", "0205")),
    *(Want(State.VERIFIED, "community", code) for code in ("0302", "0504", "0707")),
    *(Want(State.TRIAGE, "street", code, "returned") for code in ("0202", "0604")),
    Want(State.TRIAGE, "street", "0405", "twice"),
    *(Want(State.TRIAGE, "street", "0302", "unresolved") for _ in range(2)),
    *(Want(State.TRIAGE, "park", code, "border") for code in ("0301", "0402", "0301")),
    *(Want(State.DISPATCHED, "street", code) for code in ("0704", "0706", "1007")),
    *(
        Want(target, "market", "0301")
        for target in (State.DISPATCHED, State.HANDLING, State.CLOSED)
    ),
    *(Want(target, "park", "0402") for target in (State.DISPATCHED, State.HANDLED, State.CLOSED)),
    Want(State.CLOSED, "street", "0301", "reopened"),
    Want(State.HANDLING, "street", "0104", "rejected"),
    Want(State.DECLINED, "street", "9903", "returned"),
]
TARGETS = {
    State.CLOSED: 66, State.VERIFIED: 5, State.HANDLED: 6, State.HANDLING: 10,
    State.DISPATCHED: 6, State.TRIAGE: 3, State.DECLINED: 4,
}  # fmt: skip
TURNS = {"": 76, "settled": 10, "returned": 5, "rejected": 5, "reopened": 2, "twice": 2}
# How many days ago, more or less.
AGES = {
    State.CLOSED: (2, 78), State.DECLINED: (1, 84), State.VERIFIED: (1, 6), State.HANDLED: (0, 6),
    State.HANDLING: (0, 9), State.DISPATCHED: (0, 2), State.TRIAGE: (0, 2),
}  # fmt: skip


@dataclass
class Story:
    """A ticket as told: its life and what was written down at filing."""

    life: Life
    category: Category
    place: Place
    text: str
    words: tuple[str, ...]
    observed_at: datetime | None
    contact: tuple[str, str] | None
    is_open: bool  # to be routed by the real thing


class Teller:
    """Makes stories; the same for the same seed but for the hours, which follow today's date."""

    def __init__(self, ground: Ground, cast: Cast, now: datetime, seed: int) -> None:
        self.ground, self.cast, self.now, self.seed = ground, cast, now, seed
        self.decider = Decider(ground)
        self.categories = {one.code: one for one in Category.objects.filter(is_active=True)}
        self.weights = {c: w for c, w in texts.weights().items() if c in self.categories}
        self.grids = ground.of_level(Level.GRID)
        self.staff = dict(cast.clerk)
        for area, office in ground.offices.items():
            self.staff[office.pk] = cast.officer.get(area) or cast.desk[area]

    # ── where and what ────────────────────────────────────────────────────────────────────────

    def wants(self, count: int) -> list[Want]:
        rng = Random(f"wants {self.seed}")  # noqa: S311
        ordinary = zip(
            rng.choices(list(TARGETS), list(TARGETS.values()), k=count),
            rng.choices(list(TURNS), list(TURNS.values()), k=count),
            rng.choices(list(self.weights), list(self.weights.values()), k=count),
            strict=True,
        )
        rest = (Want(target, "", code, _fitting(target, turn)) for target, turn, code in ordinary)
        return [*WAITING, *rest][:count]

    def spread(self, wants: Iterable[Want]) -> Iterator[Area]:
        """The grid of each."""
        rng = Random(f"places {self.seed}")  # noqa: S311
        basic = [grid for grid in self.grids if grid.kind == Area.Kind.BASIC]
        special = [grid for grid in self.grids if grid.kind == Area.Kind.SPECIAL]
        first, near = self.ground.first_street.path, self.ground.first_community.path
        communities = self.ground.of_level(Level.COMMUNITY)
        bare = [c.path for n, c in enumerate(communities) if lacks_property_company(n)]
        around = {
            "grid": [self.ground.worker_grid],
            "community": [g for g in basic if g.path.startswith(near)],
            "street": [g for g in basic if g.path.startswith(first)],
            "market": special[:1],
            "park": special[1:],
            "": basic + special * max(1, len(basic) // 40),
        }
        unresolved = [g for g in around["street"] if g.path.startswith(tuple(bare))]
        for want in wants:
            bare_only = want.turn == "unresolved"
            yield rng.choice(unresolved if bare_only else around[want.where])

    # ── one life ──────────────────────────────────────────────────────────────────────────────

    def tell(self, number: int, want: Want, place: Place) -> Story:
        """The life of ticket ``number``; told again a day earlier until it fits before now."""
        days = 0
        while True:
            rng = Random(f"{self.seed} story {number}")  # noqa: S311
            clock = Clock(self.now, Random(f"{self.seed} clock {number}"))  # noqa: S311
            clock.at = self._start(want, clock.rng, days)
            story = self._once(want, place, rng, clock)
            if clock.at < self.now - timedelta(minutes=1):
                return story
            days += 1

    def _start(self, want: Want, rng: Random, days: int) -> datetime:
        day = self.now - timedelta(days=rng.randint(*AGES[State(want.target)]) + days)
        hour = min(21, max(6, round(rng.gauss(12.5, 3.4))))
        return day.replace(
            hour=hour, minute=rng.randint(0, 59), second=rng.randint(0, 59), microsecond=0
        )

    def _once(self, want: Want, place: Place, rng: Random, clock: Clock) -> Story:
        category = self.categories[want.category or self._any_category(rng)]
        text = texts.report(category.code, rng)
        contact = _contact(rng) if rng.random() < 0.06 else None
        seen = timedelta(minutes=rng.randint(6, 90)) if rng.random() < 0.08 else None
        life = Life(clock, rng, self._reporter(place, rng))
        if want.turn != "border":
            department, why = self.decider.decide(category, place)
            life.route(department, why)
            self._live(life, want, category, place, rng)
        return Story(
            life, category, place, text,
            _words(f"{text} {category.name_zh} {category.name_en}"),
            life.filed_at - seen if seen else None, contact, want.turn == "border",
        )  # fmt: skip

    def _any_category(self, rng: Random) -> str:
        return rng.choices(list(self.weights), list(self.weights.values()))[0]

    def _reporter(self, place: Place, rng: Random) -> int:
        officer = self.cast.officer[place.community]
        return self.cast.worker.get(place.grid, officer) if rng.random() < 0.85 else officer

    def _live(self, life: Life, want: Want, category: Category, place: Place, rng: Random) -> None:
        desk = self.cast.desk[place.street]
        if want.turn == "settled":
            by = self.cast.worker.get(place.grid) if rng.random() < 0.5 else None
            office = self.ground.offices[place.community].pk
            life.settle(office, by or self.cast.officer[place.community])
        for _ in range({"returned": 1, "twice": 2}.get(want.turn, 0)):
            self._return(life, category, place, rng)
        if life.state == State.TRIAGE and want.target not in {State.TRIAGE, State.DECLINED}:
            life.assign(self._other(life, category, place, rng), desk)
        if want.target == State.DECLINED:
            life.decline(desk)
        elif want.target not in {State.TRIAGE, State.DISPATCHED}:
            self._work(life, want, category, place, rng)

    def _return(self, life: Life, category: Category, place: Place, rng: Random) -> None:
        """The lead gives it back; what lies with the desk is first given to somebody."""
        if life.state == State.TRIAGE:
            life.assign(self._other(life, category, place, rng), self.cast.desk[place.street])
        assert life.lead is not None  # noqa: S101
        owner = self.decider.short_name[self._other(life, category, place, rng)]
        life.give_back(self.staff[life.lead.department], owner)

    def _other(self, life: Life, category: Category, place: Place, rng: Random) -> int:
        """A helper of the category that has not had it, else the street's own office."""
        had = {part.department for part in life.parts}
        helpers = (self.ground.departments.get(name) for name in category.helpers.split(","))
        free = [one.pk for one in helpers if one and one.pk not in had]
        street = self.ground.offices[place.street].pk
        return rng.choice(free) if free else street if street not in had else self._urban

    @property
    def _urban(self) -> int:
        return self.ground.departments["城管局"].pk

    def _work(self, life: Life, want: Want, category: Category, place: Place, rng: Random) -> None:
        if life.state == State.DISPATCHED:
            self._come(life, want, category, rng)
        if want.turn == "rejected" and life.is_in_hand:
            life.finish(self._hand(life))
            life.reject(self._checker(life, place))
        if want.target != State.HANDLING:
            self._end(life, want, place)

    def _come(self, life: Life, want: Want, category: Category, rng: Random) -> None:
        """Signed for, and mostly reported in."""
        by = self._hand(life)
        life.sign(by)
        if rng.random() < (0.55 if want.target == State.HANDLING else 0.85):
            life.report_in(by)
            if category.hazard_limit and rng.random() < 0.6:
                life.make_safe(by)

    def _end(self, life: Life, want: Want, place: Place) -> None:
        if life.is_in_hand:
            life.finish(self._hand(life))
        if want.target == State.HANDLED:
            return
        self._approve(life, want, place)
        if want.turn == "reopened" and want.target == State.CLOSED:
            life.reopen(self.cast.desk[place.street])
            life.finish(self._hand(life))
            self._approve(life, want, place)

    def _approve(self, life: Life, want: Want, place: Place) -> None:
        life.verify(self._checker(life, place))
        if want.target == State.CLOSED:
            life.close(self.cast.officer[place.community])

    def _hand(self, life: Life) -> int:
        assert life.lead is not None  # noqa: S101
        return self.staff[life.lead.department]

    def _checker(self, life: Life, place: Place) -> int:
        """The nearest who did not do the work: grid worker, community, street."""
        did = {by for part in life.parts for _at, by in part.stamps.values()}
        near = (
            self.cast.worker.get(place.grid),
            self.cast.officer[place.community],
            self.cast.desk[place.street],
        )
        return next(one for one in near if one is not None and one not in did)


@lru_cache(maxsize=50_000)
def _words(text: str) -> tuple[str, ...]:
    """Reports are put together from a few lines: the same words come up again and again."""
    return tuple(bigrams(text))


def _fitting(target: str, turn: str) -> str:
    """The turn, where it can lead to that end."""
    if target in {State.TRIAGE, State.DECLINED}:
        return turn if turn in {"returned", "twice"} else "returned"
    if target in {State.DISPATCHED, State.HANDLING} and turn in {"settled", "reopened"}:
        return ""
    return turn


def _contact(rng: Random) -> tuple[str, str]:
    name = rng.choice("陈王李张刘杨黄周吴徐") + rng.choice(("女士", "先生"))
    return name, f"07175550{rng.randint(100, 199)}"
