"""What a row of a register may say: for each column, how its cell is read.

A column that a file does not have says nothing; an empty cell empties what was there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from govgrid.core.coordinates import CRS, to_wgs84
from govgrid.core.sheets import RowError, text
from govgrid.core.text import normalise
from grids import uscc
from grids.models import (
    WGS84,
    AreaCount,
    Compound,
    Facility,
    Organisation,
    ServicePoint,
)
from grids.models.facility import CAMERAS
from grids.rows import day, is_untold, phone, yes
from grids.shapes import outline

# The usual classes, as cities number them. The standard is not public: a district that reports by
# its own table loads that one over this.
USUAL_CLASSES = Path(__file__).resolve().parents[1] / "data" / "facility_classes.csv"
Reader = Callable[[str], Any]
# What a cell of a file that went out says by a number that is not told: nothing.
UNTOLD = object()
POINT_COLUMNS = ("lon", "lat", "crs")
# Where a column is not called what the attribute is.
ATTRIBUTES = {"wkt": "outline", "households": "household_count"}
MOST = 100_000_000


class PlaceRow(NamedTuple):
    """One row: by which key it is found, and what it says of which attribute."""

    line: int
    code: str
    said: dict[str, Any]


@dataclass(frozen=True)
class Sheet:
    """The columns of a register, those that must be there, and of which a row's key is made."""

    readers: Mapping[str, Reader]
    required: tuple[str, ...]
    key: tuple[str, ...] = ("code",)
    has_point: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.readers, *(POINT_COLUMNS if self.has_point else ()))

    def read(self, line: int, cells: Mapping[str, str]) -> PlaceRow:
        for name in self.required:
            if not cells.get(name):
                raise RowError(_("“%s” is missing.") % name)
        said = {
            ATTRIBUTES.get(name, name): read(cells[name])
            for name, read in self.readers.items()
            if name in cells
        }
        said = {name: value for name, value in said.items() if value is not UNTOLD}
        if self.has_point and (cells.get("lon") or cells.get("lat")):
            said["point"] = point(cells)
        return PlaceRow(line, "".join(said[name] for name in self.key), said)


def point(cells: Mapping[str, str]) -> Point:
    """The WGS-84 point of a row with ``lon``, ``lat`` and perhaps ``crs``."""
    crs = cells.get("crs", "").lower() or CRS.WGS84.value
    if crs not in {one.value for one in CRS}:
        raise RowError(_("“%s” is no kind of coordinates: wgs84, gcj02, bd09.") % crs[:20])
    try:
        lon, lat = to_wgs84(float(cells.get("lon", "")), float(cells.get("lat", "")), crs)
    except ValueError as error:
        raise RowError(_("The position is two numbers in degrees.")) from error
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise RowError(_("The position is two numbers in degrees."))
    return Point(lon, lat, srid=WGS84)


def short(longest: int) -> Reader:
    return lambda value: text(value, longest)


def code(value: str) -> str:
    found = text(value, 40, _("The code is missing."))
    if not (found.isascii() and found.replace("-", "").replace("_", "").isalnum()):
        raise RowError(_("A code is Latin letters, digits, - and _: “%s”.") % found)
    return found


def digits(least: int, most: int) -> Reader:
    def read(value: str) -> str:
        if not re.fullmatch(rf"[0-9]{{{least},{most}}}", value):
            raise RowError(
                _("“%(value)s” is not a number of %(least)s to %(most)s digits.")
                % {"value": value[:20], "least": least, "most": most}
            )
        return value

    return read


def one_of(values: list[str]) -> Reader:
    def read(value: str) -> str:
        if value not in values:
            raise RowError(
                _("“%(kind)s” is no kind: %(kinds)s.")
                % {"kind": value[:20], "kinds": ", ".join(values)}
            )
        return value

    return read


def number(value: str) -> int:
    if not (value.isascii() and value.isdecimal() and int(value) <= MOST):
        raise RowError(_("“%s” is no number.") % value[:20])
    return int(value)


def number_or_none(value: str) -> Any:
    if is_untold(value):
        return UNTOLD
    return number(value) if value else None


def number_or_untold(value: str) -> Any:
    return UNTOLD if is_untold(value) else number(value)


def no_camera(longest: int) -> Reader:
    def read(value: str) -> str:
        if re.search(CAMERAS, normalise(value)):
            raise RowError(_("Cameras are not kept in this register."))
        return text(value, longest)

    return read


def social_credit(value: str) -> str:
    if not uscc.is_valid(value.upper()):
        raise RowError(_("“%s” is no unified social credit code.") % value[:20])
    return value.upper()


def no(value: str) -> bool:
    """Yes or no, where an empty cell is a no."""
    return bool(value) and yes(value)


def surface(value: str) -> Any:
    return outline(value)[0] if value else None


COMPOUNDS = Sheet(
    {
        "code": code,
        "name": short(80),
        "kind": one_of(Compound.Kind.values),
        "community": short(40),
        "households": number_or_none,
        "has_committee": no,
        "committee_until": day,
        "property_company": short(80),
        "property_department": short(40),
        "wkt": surface,
        "retired_on": day,
    },
    required=("code", "name", "kind"),
)
CLASSES = Sheet(
    {
        "major": digits(2, 3),
        "minor": digits(2, 3),
        "major_name": short(40),
        "name": no_camera(60),
    },
    required=("major", "minor", "major_name", "name"),
    key=("major", "minor"),
    has_point=False,
)
FACILITIES = Sheet(
    {
        "district_code": digits(6, 6),
        "major": digits(2, 3),
        "minor": digits(2, 3),
        "serial": digits(4, 8),
        "name": no_camera(80),
        "state": one_of(Facility.State.values),
        "owner": short(40),
        "retired_on": day,
    },
    required=("district_code", "major", "minor", "serial", "lon", "lat"),
    key=("district_code", "major", "minor", "serial"),
)
SERVICE_POINTS = Sheet(
    {
        "code": code,
        "name": short(80),
        "kind": one_of(ServicePoint.Kind.values),
        "address": short(120),
        "hours": short(120),
        "services": short(300),
        "office_phone": phone,
        "retired_on": day,
    },
    required=("code", "name", "kind", "lon", "lat"),
)
ORGANISATIONS = Sheet(
    {
        "code": social_credit,
        "name": short(120),
        "kind": one_of(Organisation.Kind.values),
        "industry": short(80),
        "address": short(160),
        "registered_on": day,
        "retired_on": day,
    },
    required=("code", "name", "kind"),
)
COUNTS = Sheet(
    {
        "area": short(40),
        "measure": one_of(AreaCount.Measure.values),
        "number": number_or_untold,
        "as_of": day,
        "source": short(80),
    },
    required=("area", "measure", "number", "as_of", "source"),
    key=("area", "measure"),
    has_point=False,
)
