"""What happens in the demo: each ticket's life as a script of acts, told until it fits the day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from random import Random

from govgrid.core.text import bigrams
from govgrid.home.demo import plots, texts
from govgrid.home.demo import wants as wishes
from govgrid.home.demo.deciding import Decider, Place
from govgrid.home.demo.ground import Ground
from govgrid.home.demo.hours import Balance, Hours, TooLate
from govgrid.home.demo.lives import Life, Terms
from govgrid.home.demo.offices import lacks_property_company
from govgrid.home.demo.people import Cast
from govgrid.home.demo.plots import Plot
from govgrid.home.demo.scripts import Script
from govgrid.home.demo.wants import Want
from govgrid.worktime.queries import calendar
from grids.models import Area, Level
from tickets.limits import Limits
from tickets.models import Category, Ticket
from tickets.workflow import State

MOMENT = timedelta(minutes=1)
# How many days ago it was filed, more or less, where nothing says when it shall stand where it is.
AGES = {State.CLOSED: (2, 78), State.DECLINED: (1, 84)}
BEFORE = (0, 4)  # days before the moment since which it waits


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
    repeat_of: Story | None = None


class Teller:
    """Makes stories; the same for the same seed but for the hours, which follow today's date."""

    def __init__(self, ground: Ground, cast: Cast, now: datetime, seed: int) -> None:
        self.ground, self.cast, self.now, self.seed = ground, cast, now, seed
        self.decider = Decider(ground)
        self.terms = Terms(calendar(ground.district.code), Limits.load())
        self.balance = Balance(self.terms.days, now)
        self.categories = {one.code: one for one in Category.objects.filter(is_active=True)}
        self.weights = {c: w for c, w in texts.weights().items() if c in self.categories}
        self.grids = ground.of_level(Level.GRID)
        self.staff = dict(cast.clerk)
        for area, office in ground.offices.items():
            self.staff[office.pk] = cast.officer.get(area) or cast.desk[area]

    # ── where and what ────────────────────────────────────────────────────────────────────────

    def wants(self, count: int) -> list[Want]:
        return wishes.wants(count, self.seed, self._any_category)

    def ordinary(self, count: int) -> Iterator[Want]:
        return wishes.ordinary(count, self.seed, self._any_category)

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
        given: list[Area] = []
        for want in wants:
            some = unresolved if want.turn == "unresolved" else around[want.where]
            given.append(given[want.like] if want.like is not None else rng.choice(some))
            yield given[-1]

    # ── one life ──────────────────────────────────────────────────────────────────────────────

    def tell_all(self, told: Iterable[tuple[Want, Place]]) -> list[Story]:
        stories: list[Story] = []
        for number, (want, place) in enumerate(told):
            first = stories[want.like] if want.like is not None else None
            is_same = first is not None and want.target != State.MERGED
            there = first.place if first is not None and is_same else place
            stories.append(self.tell(number, want, there, first))
        return stories

    def tell(self, number: int, want: Want, place: Place, first: Story | None) -> Story:
        """The life of ticket ``number``; told again from an earlier day until it fits."""
        plot = self._plot(number, want, place)
        earlier, waits_since = 0, self._waits_since(number, plot)
        while True:
            rng = Random(f"{self.seed} story {number}")  # noqa: S311
            pace = Random(f"{self.seed} clock {number}")  # noqa: S311
            hours = self._hours(want, pace, earlier, waits_since)
            try:
                return self._once(plot, rng, hours, waits_since, first)
            except TooLate as late:
                earlier += max(1, late.by.days + 1)

    def _plot(self, number: int, want: Want, place: Place) -> Plot:
        rng = Random(f"{self.seed} plot {number}")  # noqa: S311
        category = self.categories[want.category or self._any_category(rng).code]
        return plots.plot(want, category, place, rng)

    def _waits_since(self, number: int, plot: Plot) -> datetime | None:
        """From when it stands where it is; None for what is over."""
        rng = Random(f"{self.seed} wait {number}")  # noqa: S311
        jitter = timedelta(seconds=rng.randint(0, 59))
        want = plot.want
        if want.target in AGES or want.target == State.MERGED:
            return None
        if want.target == State.AWAITING_APPROVAL:
            return self.balance.since(("WH4",), rng.randint(8, 90)) - jitter
        limits = plots.awaited(plot, self.terms.limits, self._row(plot))
        if not limits:
            return self.now - timedelta(minutes=rng.randint(5, 200)) - jitter
        percent = rng.randint(10, 60)
        if want.turn != "border":
            queue = f"{want.target} {want.where} {plot.queue}"
            percent = self.balance.percent(queue, rng)
        if want.target == State.VERIFIED:
            # It closes by itself at the end: none of these is late.
            percent = min(percent, 90)
        return self.balance.since(limits, percent) - jitter

    def _hours(self, want: Want, pace: Random, earlier: int, waits_since: datetime | None) -> Hours:
        end = waits_since or self.now - MOMENT
        first, last = AGES.get(State(want.target), BEFORE)
        day = end - timedelta(days=pace.randint(first, last) + earlier)
        hour = min(21, max(6, round(pace.gauss(12.5, 3.4))))
        at = day.replace(
            hour=hour, minute=pace.randint(0, 59), second=pace.randint(0, 59), microsecond=0
        )
        return Hours(min(at, end - MOMENT), end, self.terms.days, pace)

    def _once(
        self,
        plot: Plot,
        rng: Random,
        hours: Hours,
        waits_since: datetime | None,
        first: Story | None,
    ) -> Story:
        category, place = plot.category, plot.place
        text = texts.report(category.code, rng)
        contact = made_up_contact(rng) if rng.random() < 0.06 else None
        seen = timedelta(minutes=rng.randint(6, 90)) if rng.random() < 0.08 else None
        if plot.want.target == State.MERGED and first is not None:
            self._follow(hours, first)
        life = Life(self._row(plot), hours, rng, self.terms)
        Script(self, life, plot, rng, first).play(waits_since, self.now - MOMENT)
        is_repeat = first is not None and plot.want.target != State.MERGED
        closed_at = first.life.ticket.closed_at if is_repeat and first else None
        return Story(
            life, category, place, text,
            words(text, category) + place_words(place.areas[:3]),
            life.ticket.filed_at - seen if seen else None, contact,
            plot.want.turn == "border",
            first if closed_at and closed_at < life.ticket.filed_at else None,
        )  # fmt: skip

    def _follow(self, hours: Hours, first: Story) -> None:
        """Filed after the other one, and merged while that was open."""
        end = self.now - MOMENT
        filed_at = first.life.ticket.filed_at
        hours.at = (filed_at + (end - filed_at) * hours.rng.uniform(0.1, 0.5)).replace(
            microsecond=0
        )
        hours.tighten(end)

    def _row(self, plot: Plot) -> Ticket:
        grid, community, street, district, _city = plot.place.areas
        return Ticket(
            category=plot.category, grid_id=grid, community_id=community, street_id=street,
            district_id=district, state=State.FILED,
        )  # fmt: skip

    def _any_category(self, rng: Random) -> Category:
        return self.categories[rng.choices(list(self.weights), list(self.weights.values()))[0]]


def words(text: str, category: Category) -> tuple[str, ...]:
    """By which it is found."""
    return _words(f"{text} {category.name_zh} {category.name_en}")


@lru_cache(maxsize=50_000)
def place_words(areas: tuple[int, ...]) -> tuple[str, ...]:
    """As ``tickets_place_words`` in the database, for who writes by COPY: grid, community, street."""
    names = Area.objects.filter(pk__in=areas).values_list("name", flat=True)
    return tuple(bigrams(" ".join(names)))


@lru_cache(maxsize=50_000)
def _words(text: str) -> tuple[str, ...]:
    """Reports are put together from a few lines: the same words come up again and again."""
    return tuple(bigrams(text))


def made_up_contact(rng: Random) -> tuple[str, str]:
    name = rng.choice("陈王李张刘杨黄周吴徐") + rng.choice(("女士", "先生"))
    return name, f"07175550{rng.randint(100, 199)}"
