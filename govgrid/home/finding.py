"""Which places of ours an address may mean: nobody else is asked, and nothing is kept of it.

The districts' own registers are the gazetteer: compounds, service points, facilities, and the
addresses of registered bodies, of which only the address is shown. What was typed is tried whole;
then from the street on, up to the house number; then the street alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib.gis.geos import Point

from govgrid.core.text import normalise, search_terms
from grids.models import Area, Compound, Facility, Level, Organisation, ServicePoint

MOST_FOUND = 20
# Of each register; more would bury the others.
MOST_EACH = 8
# Read of one register where the nearest numbers of a street are wanted.
MOST_READ = 200

# A house of a compound: its name is what is looked for.
BUILDING = re.compile(r"^(.*?\D)[a-z]?\d{1,3}(?:栋|幢|座|单元|楼|室).*$")
# A house number, with what may stand behind it: 12号, 12-3号, 12 號 3栋 501.
NUMBER = re.compile(r"^(.*?\D)?(\d{1,5})(?:[-之]\d{1,4})?(?:号|$)")
PROVINCE = re.compile(r"^.{2,8}?(?:省|自治区)")


@dataclass(frozen=True)
class Choice:
    """A place that the words may mean, and the address of its page."""

    name: str
    beside: str
    url: str


class Found(NamedTuple):
    """``is_near``: the house itself is not known, these are others of its street."""

    choices: list[Choice]
    is_near: bool = False


class Asked(NamedTuple):
    """An address in its parts; empty where there is no such part."""

    street: str
    number: int | None

    @property
    def house(self) -> str:
        return f"{self.street}{self.number}号"


def find(words: str) -> Found:
    """Places that the words may mean, areas last."""
    exact = [*_places(words), *_areas(words)]
    if exact:
        return Found(_once(exact))
    asked = _parts(words)
    if not asked.street:
        return Found([])
    if asked.number is not None and (houses := list(_places(asked.house, asked))):
        return Found(_once(houses))
    street = list(_places(asked.street, asked))
    if street:
        return Found(_once(street), is_near=asked.number is not None)
    return Found(_once(_areas(asked.street)))


def _once(choices: Iterable[Choice]) -> list[Choice]:
    return list(dict.fromkeys(choices))[:MOST_FOUND]


# ── what was typed ────────────────────────────────────────────────────────────────────────────


def _parts(words: str) -> Asked:
    """The street and the number, without the areas in front and the flat behind."""
    text = PROVINCE.sub("", "".join(normalise(words).split()))
    text = _without_areas(text)
    found = NUMBER.match(text)
    if found is None or not found[1]:
        return Asked(BUILDING.sub(r"\1", text), None)
    return Asked(found[1], int(found[2]))


def _without_areas(text: str) -> str:
    """What is left of an address when the areas that it begins with are taken off."""
    above = Area.objects.in_force().filter(level__lt=Level.GRID)
    # A folded name has the letters of its pinyin behind it.
    named = (folded.rpartition(" ")[0] for folded in above.values_list("folded", flat=True))
    names = sorted((one for one in named if one and one in text), key=len, reverse=True)
    while begins := next((one for one in names if text.startswith(one) and text != one), ""):
        text = text[len(begins) :]
    return text


# ── what there is ─────────────────────────────────────────────────────────────────────────────


def _places(words: str, asked: Asked | None = None) -> Iterator[Choice]:
    """What stands where the words say, register by register; the nearest numbers first."""
    for register in (_compounds, _service_points, _addresses, _facilities):
        yield from register(words, asked)


def _compounds(words: str, _asked: Asked | None) -> Iterator[Choice]:
    rows = Compound.objects.standing().called(words).select_related("community")
    for one in rows.defer("outline").order_by("code")[:MOST_EACH]:
        yield _at(one.name, one.community.name, one.point)


def _service_points(words: str, asked: Asked | None) -> Iterator[Choice]:
    rows = ServicePoint.objects.standing().called(words).select_related("grid").order_by("code")
    for one in _nearest(rows, lambda one: one.address, asked):
        beside = " · ".join(part for part in (one.address, _name(one.grid)) if part)
        yield _at(one.name, beside, one.point)


def _addresses(words: str, asked: Asked | None) -> Iterator[Choice]:
    """Where registered bodies are, up to the house: who is there is nobody's question here."""
    rows = Organisation.objects.standing().called(words).exclude(point=None).exclude(address="")
    terms = set(search_terms(words))
    # The words of a row hold its name too, and the name must not answer for an address.
    meant = [
        one
        for one in rows.select_related("grid").order_by("code")[:MOST_READ]
        if terms <= set(search_terms(one.address))
    ]
    for one in _nearest(meant, lambda one: one.address, asked):
        yield _at(_house(one.address), _name(one.grid), one.point)


def _facilities(words: str, asked: Asked | None) -> Iterator[Choice]:
    rows = Facility.objects.standing().exclude(name="").called(words)
    rows = rows.select_related("facility_class", "grid").order_by("code")
    for one in _nearest(rows, lambda one: one.name, asked):
        yield _at(one.name, f"{one.facility_class} · {_name(one.grid)}", one.point)


def _nearest(rows: Iterable, address: Callable, asked: Asked | None) -> list:
    """The rows of a street, the nearest house number first; as they come where none is asked."""
    if asked is None or asked.number is None:
        return list(rows[:MOST_EACH])  # type: ignore[index]
    number = asked.number
    found = list(rows[:MOST_READ])  # type: ignore[index]
    return sorted(found, key=lambda one: _apart(address(one), number))[:MOST_EACH]


def _apart(address: str, number: int) -> int:
    found = NUMBER.match("".join(normalise(address).split()))
    return abs(int(found[2]) - number) if found else 100_000


def _house(address: str) -> str:
    """An address up to the house number: a flat would point at somebody."""
    found = re.match(r"^.*?\d+\s*[号號]", address)
    return found[0] if found else re.split(r"\d+\s*[栋棟幢座室]|\d{3,}", address)[0]


def _areas(words: str) -> Iterator[Choice]:
    """Grids by their own name or their community's; of a street its communities to choose from."""
    found = list(Area.objects.in_force().called(words).order_by("-level", "code")[:MOST_FOUND])
    within = [area for area in found if area.level in (Level.STREET, Level.COMMUNITY)]
    beneath = Area.objects.in_force().filter(parent__in=within).order_by("code")
    grids = [area for area in found if area.level == Level.GRID]
    for area in [*grids, *beneath.select_related("parent")[:MOST_FOUND]]:
        yield _area(area)


def _area(area: Area) -> Choice:
    asked = {"grid": area.code} if area.level == Level.GRID else {"q": area.name}
    return Choice(area.name, _name(area.parent), f"/?{urlencode(asked)}#here")


def _at(name: str, beside: str, point: Point) -> Choice:
    where = urlencode({"lon": f"{point.x:.5f}", "lat": f"{point.y:.5f}"})
    return Choice(name, beside, f"/?{where}#here")


def _name(area: Area | None) -> str:
    return area.name if area else ""
