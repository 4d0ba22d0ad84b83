"""Fields of the REST API that take what the schema says and nothing that merely looks like it.

DRF's own read 7 as "7", true as 1.0 and "nan" as a number; each of these ends in a wrong row or
in the database's own error.
"""

import re
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from govgrid.core import clock
from govgrid.core.days import FIRST, LAST, RANGE
from govgrid.core.text import tidy

# As bigint has it.
BIGGEST = 2**63 - 1
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,20})?", re.ASCII)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
# A plus sign that nobody escaped arrives as a blank.
_LOST_PLUS = re.compile(r" (?=[0-9]{2}:?[0-9]{2}\Z)")


class Text(serializers.CharField):
    """A string, and no number that could be written as one; as a reader sees it, so that one with
    nothing to be seen is blank."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, str) and self.trim_whitespace:
            data = tidy(data)
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Number(serializers.FloatField):
    """A finite JSON number."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, (int, float)):
            self.fail("invalid")
        try:
            number = float(data)
        except OverflowError:
            self.fail("overflow")
        if not isfinite(number):
            self.fail("overflow")
        return number


class NumberInQuery(Number):
    """The same, written out behind the question mark."""

    def to_internal_value(self, data: Any) -> float:
        if not isinstance(data, str) or not _NUMBER.fullmatch(data):
            self.fail("invalid")
        return super().to_internal_value(float(data))


class Whole(serializers.IntegerField):
    """A whole JSON number, neither true nor "4" nor 4.0."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


class Id(Whole):
    """The number of a row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=BIGGEST, **kwargs)


class Flag(serializers.BooleanField):
    """true or false, and no word for it."""

    def to_internal_value(self, data: Any) -> bool:
        return data if isinstance(data, bool) else self.fail("invalid", input=data)


class Uuid(serializers.UUIDField):
    """A UUID in its usual spelling."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class Moment(serializers.DateTimeField):
    """A date and a time, given as UTC. Without an offset it is the district's own time."""

    default_error_messages = {
        "invalid": _("Write the time as in 2026-11-22T09:20:00+08:00."),
        "overflow": _("This time is out of range."),
    }
    pattern = _MOMENT

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str) or not self.pattern.match(value):
            self.fail("invalid")
        try:
            moment = parse_datetime(value)
        except ValueError:
            moment = None
        if moment is None:
            self.fail("invalid")
        if timezone.is_naive(moment):
            moment = moment.replace(tzinfo=timezone.get_default_timezone())
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            self.fail("overflow")


class Day(serializers.DateField):
    """A date as in 2026-11-22, of those that a working calendar can hold."""

    default_error_messages = {"invalid": _("Write the date as in 2026-11-22."), "range": RANGE}

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            self.fail("invalid")
        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.fail("invalid")
        return day if FIRST <= day <= LAST else self.fail("range")


class FlagInQuery(serializers.BooleanField):
    """true or false, in these words."""

    default_error_messages = {"invalid": _("Write true or false.")}

    def to_internal_value(self, data: Any) -> bool:
        if data not in {"true", "false"}:
            self.fail("invalid")
        return data == "true"


class MomentInQuery(Moment):
    """The same behind the question mark, where a date alone is its first moment."""

    pattern = _DAY

    def to_internal_value(self, value: Any) -> datetime:
        if _DAY.fullmatch(value):
            value += "T00:00"
        return super().to_internal_value(_LOST_PLUS.sub("+", value))


class Box(Text):
    """West, south, east and north in degrees of WGS-84, separated by commas."""

    default_error_messages = {
        "invalid_box": _("Write west,south,east,north in degrees, as in 111.2,30.6,111.4,30.8."),
    }

    def to_internal_value(self, data: Any) -> tuple[float, float, float, float]:
        parts = super().to_internal_value(data).split(",")
        if len(parts) != 4 or not all(_NUMBER.fullmatch(part) for part in parts):
            self.fail("invalid_box")
        west, south, east, north = (float(part) for part in parts)
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            self.fail("invalid_box")
        return west, south, east, north


class Slugs(serializers.ListField):
    """One or several of a choice: repeated, or separated by commas."""

    def to_internal_value(self, data: list[str]) -> list[str]:
        parts = [part for value in data for part in value.split(",") if part]
        return list(dict.fromkeys(super().to_internal_value(parts)))


def told(moment: datetime | None) -> str | None:
    """A time as the API writes it: in the district's own zone, with its offset."""
    if moment is None:
        return None
    return clock.local(moment).isoformat()
