"""A great many tickets: some told in full, the rest echoes, all in the order of their filing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from operator import attrgetter
from random import Random
from typing import NamedTuple

from govgrid.core import clock
from govgrid.core.text import bigrams
from govgrid.home.demo import blanks, echoes, ledger, texts
from govgrid.home.demo.aside import put_aside
from govgrid.home.demo.courier import Courier
from govgrid.home.demo.echoes import Echoed, Slot
from govgrid.home.demo.ground import claim
from govgrid.home.demo.likeness import Fills, kinds
from govgrid.home.demo.rows import COLUMNS, Told, keep_contacts, vector
from govgrid.home.demo.spots import Spot, Spots, spots
from govgrid.home.demo.stencils import Stencil
from govgrid.home.demo.stories import Story, Teller, made_up_contact, words
from grids.models import Area
from tickets.models import Assignment, Category, Clock, Ticket, Whistle

BATCH = 1000


class Entry(NamedTuple):
    """What is filed at a moment: one told in full, or the copies of a slot."""

    filed_at: datetime
    copies: int
    what: Story | Slot


class Run(NamedTuple):
    """The copies of a slot with what the database will know them by."""

    slot: Slot
    first: int
    numbers: list[str]


def write(teller: Teller, count: int, told: int, *, quiet: bool) -> int:
    """Write ``told`` tickets in full and the rest as echoes; gives how many events they have."""
    stories = ledger.tell(teller, told, quiet=quiet)
    with spots(teller.ground) as free:
        lives = _lives(teller, free, count - told, told, quiet=quiet)
        entries = _entries(teller, stories, lives, count - told)
        with put_aside([*COLUMNS, "tickets_contact"], quiet=quiet):
            full, runs = _known(teller, entries)
            events = ledger.keep(full, teller.seed, quiet=quiet)
            return events + Filling(teller, lives, runs, free).write(quiet=quiet)


def _lives(teller: Teller, free: Spots, count: int, first: int, *, quiet: bool) -> list[Echoed]:
    wanted = echoes.how_many(count)
    told = echoes.tell(teller, kinds(teller, free.roomy()), wanted, first)
    return list(ledger.shown(told, "lives to echo", wanted, quiet=quiet))


def _entries(teller: Teller, stories: list[Story], lives: list[Echoed], count: int) -> list[Entry]:
    """All in the order of their filing, which is the order of their ids."""
    some = [one.stencil for one in lives]
    slots = echoes.plan(some, count, teller.terms.days, teller.now)
    entries = [Entry(one.life.ticket.filed_at, 1, one) for one in stories]
    entries += [Entry(slot.filed_at, slot.copies, slot) for slot in slots]
    return sorted(entries, key=attrgetter("filed_at"))


def _known(teller: Teller, entries: list[Entry]) -> tuple[list[Told], list[Run]]:
    """Ids and numbers for all of them."""
    filed = (one.filed_at for one in entries for _ in range(one.copies))
    numbers = ledger.numbers(teller.ground.district, filed)
    first = claim(Ticket, len(numbers))
    told, runs = [], []
    for one, n in zip(entries, accumulate((e.copies for e in entries), initial=0), strict=False):
        if isinstance(one.what, Story):
            told.append(Told(first + n, numbers[n], one.what))
        else:
            runs.append(Run(one.what, first + n, numbers[n : n + one.copies]))
    return told, runs


@dataclass
class Ids:
    """The next id of each table that events name."""

    part: int
    clock: int
    whistle: int

    @classmethod
    def claimed(cls, lives: list[Echoed], runs: list[Run]) -> Ids:
        """Enough for these runs."""
        many = [(lives[run.slot.number].stencil, run.slot.copies) for run in runs]
        return cls(
            claim(Assignment, sum(one.parts * n for one, n in many)),
            claim(Clock, sum(one.clocks * n for one, n in many)),
            claim(Whistle, sum(one.whistles * n for one, n in many)),
        )

    def take(self, one: Stencil) -> Fills:
        """Ids for one life, by the keys of their blanks."""
        given: Fills = {f"part{n + 1}": self.part + n for n in range(one.parts)}
        given |= {f"clock{n + 1}": self.clock + n for n in range(one.clocks)}
        given |= {f"whistle{n + 1}": self.whistle + n for n in range(one.whistles)}
        self.part += one.parts
        self.clock += one.clocks
        self.whistle += one.whistles
        return given


class Filling:
    """Fills in the stencils, run by run; the same for the same seed."""

    def __init__(self, teller: Teller, lives: list[Echoed], runs: list[Run], free: Spots) -> None:
        self.lives, self.runs = lives, runs
        self.rng = Random(f"echoes {teller.seed}")  # noqa: S311
        self.ids = Ids.claimed(lives, runs)
        self.grids = [self._somewhere(run) for run in runs]
        counts = Counter(int(grid["grid"]) for some in self.grids for grid in some)
        self.places = _places(counts)
        self.points = free.draw(dict(sorted(counts.items())), teller.seed)
        self.contacts: list[tuple[int, str, str]] = []

    def _somewhere(self, run: Run) -> list[Fills]:
        kind = self.lives[run.slot.number].kind
        return self.rng.choices(kind.grids, kind.weights, k=run.slot.copies)

    def write(self, *, quiet: bool) -> int:
        """Send them all; gives how many events they have."""
        count, events = sum(run.slot.copies for run in self.runs), 0
        texts_of: dict[str, list[str]] = {table: [] for table in COLUMNS}
        with Courier() as courier:
            for one, filled in ledger.shown(self._all(), "echoes", count, quiet=quiet):
                for table, text in one.texts.items():
                    texts_of[table].append(text % filled)
                events += one.events
                if len(texts_of["tickets_ticket"]) == BATCH:
                    _send(courier, texts_of)
            _send(courier, texts_of)
        keep_contacts(self.contacts)
        return events

    def _all(self) -> Iterator[tuple[Stencil, Fills]]:
        for run, grids in zip(self.runs, self.grids, strict=True):
            one = self.lives[run.slot.number].stencil
            filed_on = clock.local(run.slot.filed_at).date()
            dates = blanks.dated(one.days, filed_on)
            for pk, (number, grid) in enumerate(zip(run.numbers, grids, strict=True), run.first):
                own = self._own(
                    one.category,
                    pk,
                    number,
                    next(self.points[int(grid["grid"])]),
                    int(grid["grid"]),
                )
                yield one, {**dates, **grid, **self.ids.take(one), **own}
                if one.has_contact:
                    self.contacts.append((pk, *made_up_contact(self.rng)))

    def _own(self, category: Category, pk: int, number: str, spot: Spot, grid: int) -> Fills:
        text = texts.report(category.code, self.rng) + texts.aside(self.rng)
        client_id = f"{self.rng.getrandbits(128):032x}"
        return {
            "ticket": pk,
            "number": number,
            "client_id": client_id,
            "fingerprint": client_id * 2,
            "point": f"SRID=4326;POINT({spot.lon} {spot.lat})",
            "raw_lon": spot.lon,
            "raw_lat": spot.lat,
            "description": text,
            "words": f"{_vector(text, category)} {self.places[grid]}",
        }


def _places(grids: Iterable[int]) -> dict[int, str]:
    """By which words each grid, its community and its street are found."""
    rows = Area.objects.filter(pk__in=list(grids)).values_list(
        "pk", "name", "parent__name", "parent__parent__name"
    )
    return {pk: vector(bigrams(" ".join(names))) for pk, *names in rows}


@lru_cache(maxsize=50_000)
def _vector(text: str, category: Category) -> str:
    return vector(words(text, category))


def _send(courier: Courier, texts_of: dict[str, list[str]]) -> None:
    for table, some in texts_of.items():
        courier.send(table, "".join(some))
        some.clear()
