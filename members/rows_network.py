"""What a row of the network's table may say: a body, a place, a post or who serves where. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from django.contrib.gis.geos import Point
from django.db.models import TextChoices
from django.utils.translation import gettext as _

from govgrid.core.sheets import RowError, text
from grids.rows import day, phone
from grids.rows.places import point
from members.roles import StationRole
from members.workflow.network import Sector, StationKind
from members.workflow.units import (
    LONGEST_TERM,
    RESERVED,
    SHORTEST_TERM,
    USUAL_TERM,
    PostKind,
    UnitKind,
)

COLUMNS = (
    *("what", "code", "name", "kind", "area", "place", "office_phone", "lon", "lat", "crs"),
    *("unit", "station", "holder", "since", "until", "term_months"),
)
REQUIRED = ("what", "kind")
CODE = re.compile(r"[-a-zA-Z0-9_]{1,40}")
# For each kind of row, which choice its kind is of, and what it cannot be without.
WHAT: dict[str, tuple[type[TextChoices], tuple[str, ...]]] = {
    "association": (Sector, ("code", "name", "area", "place")),
    "unit": (UnitKind, ("code", "name", "area", "place")),
    "station": (StationKind, ("code", "name", "area", "place")),
    "post": (PostKind, ("area",)),
    "liaison": (StationRole, ("station", "holder", "since")),
}


class NetworkRow(NamedTuple):
    """One row; what is empty says nothing."""

    line: int
    what: str
    code: str
    name: str
    kind: str
    area: str
    place: str
    office_phone: str
    point: Point | None
    unit: str
    station: str
    holder: str
    since: date | None
    until: date | None
    term_months: int

    @property
    def key(self) -> tuple[Any, ...]:
        """By which it is found again."""
        if self.what == "post":
            return (self.what, self.kind, self.area, self.unit, self.station)
        if self.what == "liaison":
            return (self.what, self.station, self.holder, self.since)
        return (self.what, self.code)


def read_row(line: int, cells: Mapping[str, str]) -> NetworkRow:
    said = {name: cells.get(name, "") for name in COLUMNS}
    what = said["what"].strip().lower()
    if what not in WHAT:
        raise RowError(_("“%(said)s” is none of these: %(known)s.") % {
            "said": said["what"][:20], "known": ", ".join(WHAT)})  # fmt: skip
    choices, required = WHAT[what]
    for name in required:
        if not said[name]:
            raise RowError(_("“%s” is missing.") % name)
    _code(said["code"])
    since, until = day(said["since"]), day(said["until"])
    if since and until and until < since:
        raise RowError(_("It ends after it begins."))
    if what == "post" and said["unit"] and said["station"]:
        raise RowError(_("A post is of a unit or of a station, not of both."))
    return NetworkRow(
        line, what, said["code"], text(said["name"], 80), one_of(choices, said["kind"]),
        said["area"], text(said["place"], 120), phone(said["office_phone"]),
        point(said) if said["lon"] or said["lat"] else None,
        said["unit"], said["station"], text(said["holder"], 150), since, until,
        _months(said["term_months"]),
    )  # fmt: skip


def _code(code: str) -> None:
    if code and (not CODE.fullmatch(code) or code in RESERVED):
        raise RowError(_("“%s” is no code: letters, digits, - and _.") % code[:40])


def one_of(choices: type[TextChoices], said: str) -> str:
    """A choice by its slug or by its word."""
    known = {str(label): value for value, label in choices.choices}
    known |= {value: value for value in choices.values}
    if said not in known:
        raise RowError(_("“%(said)s” is none of these: %(known)s.") % {
            "said": said[:20], "known": ", ".join(choices.values)})  # fmt: skip
    return known[said]


def _months(said: str) -> int:
    if not said:
        return USUAL_TERM
    if not (said.isascii() and said.isdecimal() and len(said) < 3):
        raise RowError(_("A term has from 6 to 60 months."))
    if not SHORTEST_TERM <= int(said) <= LONGEST_TERM:
        raise RowError(_("A term has from 6 to 60 months."))
    return int(said)
