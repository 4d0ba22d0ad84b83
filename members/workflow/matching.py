"""Who fits a need: by specialty, distance of the station, and how much somebody has on already.

Nothing else can come in: these two shapes are all that is compared, and a test holds them to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

EARTH_METRES = 6_371_000
# Nearer than this to each other is the same distance: nobody is first for living next door.
BAND_METRES = 500
UNKNOWN_BAND = 10**6

Point = tuple[float, float]


@dataclass(frozen=True)
class Asked:
    """A need: its specialty with those above and beneath it in the tree, and about where it is."""

    specialty: int | None
    above: frozenset[int]
    beneath: frozenset[int]
    point: Point | None
    lot: str


@dataclass(frozen=True)
class Offered:
    """A member: specialties, where the station is, and how many claims are open."""

    member: int
    specialties: frozenset[int]
    station: Point | None
    load: int


class Fit(NamedTuple):
    """How well one fits: 0 is the very specialty, 1 the branch or a leaf of it."""

    member: int
    step: int
    specialty: int | None
    metres: int | None
    load: int


def metres_between(one: Point, other: Point) -> int:
    (lon1, lat1), (lon2, lat2) = one, other
    half = sin(radians(lat2 - lat1) / 2) ** 2
    half += cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ** 2
    return round(2 * EARTH_METRES * asin(sqrt(half)))


def fit(asked: Asked, offered: Offered) -> Fit | None:
    """None: it is not this person's field."""
    step, specialty = 0, asked.specialty
    if specialty is not None and specialty not in offered.specialties:
        near = offered.specialties & (asked.above | asked.beneath)
        if not near:
            return None
        step, specialty = 1, min(near)
    metres = None
    if asked.point and offered.station:
        metres = metres_between(asked.point, offered.station)
    return Fit(offered.member, step, specialty, metres, offered.load)


def rank(asked: Asked, members: Iterable[Offered], most: int) -> list[Fit]:
    """The best first. Equals are drawn by lot, anew for each need, so that none is always first."""
    found = [one for one in (fit(asked, each) for each in members) if one is not None]
    return sorted(found, key=lambda one: (*_order(one), _lot(asked.lot, one.member)))[:most]


def _order(one: Fit) -> tuple[int, int, int]:
    band = UNKNOWN_BAND if one.metres is None else one.metres // BAND_METRES
    return one.step, band, one.load


def _lot(number: str, member: int) -> bytes:
    """A checksum would not do: of numbers that follow each other it favours the same few."""
    return sha256(f"{number}:{member}".encode()).digest()
