"""What stands in a grid that ends, and what becomes of it.

Each app says what it keeps of an area: a kind of thing, how to find it and how to hand it on. The
division decides where it goes, by one rule for all, and says so before anybody approves it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from grids.division.reading import Ended
from grids.models import Area, Piece


class Thing(NamedTuple):
    """Something that holds in one area: of a ``key`` an area has one, and ``says`` is what it says."""

    pk: int
    key: Hashable
    says: Hashable
    words: str


@dataclass(frozen=True)
class Kind:
    """What an app keeps of an area, as in routing rules.

    ``held`` finds what holds in some areas from a day on; ``hand_on`` takes one of them to what
    follows, or ends it where nothing does.
    """

    slug: str
    counted: Callable[[int], str]
    held: Callable[[Collection[int], date], Mapping[int, list[Thing]]]
    hand_on: Callable[[int, Area | None, date], None]


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Call from ``AppConfig.ready``."""
    _kinds[kind.slug] = kind


class Fate(TextChoices):
    GOES = "goes", _("goes on in what follows")
    SAME = "same", _("holds in what follows already")
    CLASHES = "clashes", _("ends, since something else is said for what follows")
    UNSURE = "unsure", _("ends, since nobody said who follows")

    @property
    def wants_a_person(self) -> bool:
        return self in (Fate.CLASHES, Fate.UNSURE)


@dataclass(frozen=True)
class Left:
    """One thing of a grid that ends, and what becomes of it."""

    kind: Kind
    area: Area
    heir: int | None
    thing: Thing
    fate: Fate

    def row(self, heir: Area | None) -> dict[str, Any]:
        """What the page of the division keeps of it."""
        return {
            "kind": self.kind.slug,
            "area": f"{self.area.code} {self.area.name}",
            "heir": f"{heir.code} {heir.name}" if heir else "",
            "words": self.thing.words,
            "fate": self.fate.value,
        }


def left_by(ended: Sequence[Ended], pieces: Sequence[Piece], on: date) -> list[Left]:
    """All that stands in the grids that end, and what becomes of each; reads only.

    It goes on where it is plain who follows and nothing else is said there: neither by the grid
    that follows nor by another one that ends in it.
    """
    if not ended:
        return []
    keeps = {piece.number: piece.keeps_id for piece in pieces}
    heirs = {keeps.get(one.heir or 0) for one in ended}
    areas = {one.area.pk for one in ended} | {pk for pk in heirs if pk is not None}
    found: list[Left] = []
    for kind in _kinds.values():
        held = kind.held(sorted(areas), on)
        found += _of_a_kind(kind, held, ended, keeps)
    return found


def _of_a_kind(
    kind: Kind,
    held: Mapping[int, list[Thing]],
    ended: Sequence[Ended],
    keeps: Mapping[int, int | None],
) -> Iterable[Left]:
    there = {
        number: {thing.key: thing.says for thing in held.get(area_id or 0, ())}
        for number, area_id in keeps.items()
    }
    said: dict[tuple, set] = defaultdict(set)
    for one in ended:
        for thing in held.get(one.area.pk, ()):
            if one.is_sure:
                said[one.heir, thing.key].add(thing.says)
    for one in ended:
        for thing in held.get(one.area.pk, ()):
            among = said[one.heir, thing.key]
            fate = _fate(one, thing, there.get(one.heir or 0, {}), among)
            if fate == Fate.GOES:
                # The same from a further grid has it already.
                there[one.heir or 0][thing.key] = thing.says
            yield Left(kind, one.area, one.heir, thing, fate)


def _fate(one: Ended, thing: Thing, there: Mapping[Hashable, Hashable], among: set) -> Fate:
    if thing.key in there:
        return Fate.SAME if there[thing.key] == thing.says else Fate.CLASHES
    if one.heir is None or not one.is_sure:
        return Fate.UNSURE
    return Fate.GOES if len(among) == 1 else Fate.CLASHES


def hand_on(left: Sequence[Left], areas: Mapping[int, Area], on: date) -> list[dict[str, Any]]:
    """Take each thing where it goes, end what goes nowhere; the rows say what became of it."""
    for one in left:
        one.kind.hand_on(one.thing.pk, _goes_to(one, areas), on)
    return [one.row(areas.get(one.heir or 0)) for one in left]


def _goes_to(one: Left, areas: Mapping[int, Area]) -> Area | None:
    return areas.get(one.heir or 0) if one.fate == Fate.GOES else None


class Group(NamedTuple):
    """What has one fate, in words: "2 routing rules, 1 duty", and each by itself."""

    fate: Fate
    counted: str
    words: list[str]


def grouped(rows: Iterable[tuple[str, str, str]]) -> list[Group]:
    """Rows of kind, words and fate, put together by what becomes of them; what a person must
    decide comes first."""
    told = list(rows)
    found = []
    for fate in reversed(Fate):
        mine = [(kind, words) for kind, words, one in told if one == fate]
        if mine:
            found.append(
                Group(fate, _counted(kind for kind, _words in mine), [w for _k, w in mine])
            )
    return found


def _counted(slugs: Iterable[str]) -> str:
    counts: dict[str, int] = defaultdict(int)
    for slug in slugs:
        counts[slug] += 1
    return ", ".join(kind.counted(counts[slug]) for slug, kind in _kinds.items() if slug in counts)


def grouped_left(left: Iterable[Left]) -> list[Group]:
    return grouped((one.kind.slug, one.thing.words, one.fate) for one in left)
