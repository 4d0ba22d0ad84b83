"""The words of the arithmetic: limits, days, sessions, steps."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from govgrid.worktime.arithmetic.moments import DAY, HOUR, MINUTE

SATURDAY = 5
LIMIT = r"(UH|UM|WH|WM|WD)[1-9][0-9]{0,3}"
_LIMIT = re.compile(LIMIT, re.ASCII)
# A day that was promised; what a district may set as its own limit is a length of time alone.
_DATED = re.compile(r"ON[0-9]{6}", re.ASCII)
CENTURY = 2000
SESSIONS = r"[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]"
_SESSION = re.compile(r"(\d\d):([0-5]\d)-(\d\d):([0-5]\d)", re.ASCII)
USUAL_SESSIONS = "08:00-12:00,14:00-18:00"

# A session: minutes after midnight.
Session = tuple[int, int]


class Unit(StrEnum):
    """Urgent hours and minutes run day and night, working ones in sessions only.

    ``ON`` is no length but a day: until its last close, or that of the next working day.
    """

    UH = "UH"
    UM = "UM"
    WH = "WH"
    WM = "WM"
    WD = "WD"
    ON = "ON"

    @property
    def is_urgent(self) -> bool:
        return self in URGENT


URGENT = frozenset({Unit.UH, Unit.UM})
LENGTH = {Unit.UH: HOUR, Unit.UM: MINUTE, Unit.WH: HOUR, Unit.WM: MINUTE}


class Limit(NamedTuple):
    """How long something may take: ``WD5`` is five working days, ``ON261020`` a day itself."""

    unit: Unit
    amount: int

    @classmethod
    def parse(cls, text: str) -> Limit:
        if _DATED.fullmatch(text):
            dated = cls(Unit.ON, int(text[2:]))
            return cls.on(dated.day)
        if not _LIMIT.fullmatch(text):
            raise ValueError(
                f"{text[:20]!r} is no limit: UH, UM, WH, WM or WD and a number from 1 to 9999."
            )
        return cls(Unit(text[:2]), int(text[2:]))

    @classmethod
    def on(cls, day: date) -> Limit:
        """Until the end of a day of this century."""
        return cls(Unit.ON, ((day.year - CENTURY) * 100 + day.month) * 100 + day.day)

    @property
    def day(self) -> date:
        """The day of a limit that is one; ValueError where there is no such day."""
        months, day = divmod(self.amount, 100)
        year, month = divmod(months, 100)
        return date(CENTURY + year, month, day)

    def __str__(self) -> str:
        return (
            f"{self.unit}{self.amount:06}" if self.unit is Unit.ON else f"{self.unit}{self.amount}"
        )


class DayKind(StrEnum):
    WORKDAY = "workday"
    MAKEUP_WORKDAY = "makeup_workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"

    @property
    def is_working(self) -> bool:
        return self in WORKING


WORKING = frozenset({DayKind.WORKDAY, DayKind.MAKEUP_WORKDAY})


class Day(NamedTuple):
    """What a date is. Provisional: its year is not published, so it may become something else."""

    kind: DayKind
    name: str = ""
    is_provisional: bool = False


class Table(NamedTuple):
    """The days of one year that are not what the week says, and whether the year is published."""

    days: Mapping[date, Day]
    is_published: bool


class Hours(NamedTuple):
    """The sessions of some dates; ``last`` is None while they are open."""

    first: date
    last: date | None
    sessions: Sequence[Session]

    def covers(self, on: date) -> bool:
        return self.first <= on and (self.last is None or on <= self.last)


class StepKind(StrEnum):
    """``DAYS`` are calendar days, ``ELAPSED`` is time on the 24-hour clock."""

    START = "start"
    DAYS = "days"
    ELAPSED = "elapsed"
    PAUSE = "pause"
    DUE = "due"


class Step(NamedTuple):
    """One line of "how was this computed?", as figures; the words are the page's.

    ``day`` says what kind of days they are, ``days`` how many stand in this line. ``used`` counted
    here, ``total`` up to here. The end of a pause that is still open is None.
    """

    kind: StepKind
    start: datetime
    end: datetime | None
    day: Day | None = None
    days: int = 0
    used: timedelta = timedelta()
    total: timedelta = timedelta()
    is_provisional: bool = False


def parse_sessions(text: str) -> tuple[Session, ...]:
    """``08:00-12:00,14:00-18:00`` as minutes; ValueError unless they follow one another."""
    found = []
    before = 0
    for part in text.split(","):
        match = _SESSION.fullmatch(part)
        if not match:
            raise ValueError(f"{part[:20]!r} is no session, like 08:00-12:00.")
        hour, minute, last_hour, last_minute = map(int, match.groups())
        opens, closes = hour * 60 + minute, last_hour * 60 + last_minute
        if not (before <= opens < closes <= DAY // MINUTE):
            raise ValueError(f"{part!r} does not end after it begins, on one day, in order.")
        found.append((opens, closes))
        before = closes
    return tuple(found)


def weekday_of(on: date) -> DayKind:
    return DayKind.WEEKEND if on.weekday() >= SATURDAY else DayKind.WORKDAY
