"""Moments as whole numbers: microseconds of the wall clock in the district."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from operator import itemgetter
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
# Summer time ended in 1991: from then on the wall clock is UTC+8, and plain numbers will do.
EPOCH = datetime(1970, 1, 1, tzinfo=timezone(timedelta(hours=8)))
WALL_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- the same moment on the wall
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# From when and until when a clock stands still; None while it still does.
Pause = tuple[datetime, datetime | None]
Span = tuple[int, int | None]
WHOLE = Fraction(1)


def tidy(pauses: Iterable[Pause], begin: int) -> Sequence[Span]:
    """The pauses after ``begin`` in order, those that touch as one."""
    kept: list[Span] = []
    for start, end in sorted(map(_span, pauses), key=itemgetter(0)):
        if end is not None and end <= max(start, begin):
            continue
        if kept and (kept[-1][1] is None or start <= kept[-1][1]):
            first, last = kept.pop()
            kept.append((first, None if last is None or end is None else max(last, end)))
        else:
            kept.append((max(start, begin), end))
    return kept


def _span(pause: Pause) -> Span:
    start, end = pause
    if end is None:
        return number_of(start), None
    if end < start:
        raise ValueError(f"A pause ends at {end}, before it begins at {start}.")
    return number_of(start), number_of(end)


def elapsed(a: int, b: int) -> int:
    return b - a


def part_of(whole: int, part: Fraction) -> int:
    """That part rounded up to a minute, in whole numbers: a float would lose seconds."""
    if part is WHOLE:
        return whole
    top, bottom = part.numerator, part.denominator * MINUTE
    return whole if part == 1 else -(-whole * top // bottom) * MINUTE


def number_of(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError(f"{moment} does not say in which zone.")
    gone = moment - EPOCH
    return (gone.days * 86_400 + gone.seconds) * SECOND + gone.microseconds


def moment_of(number: int) -> datetime:
    return (WALL_EPOCH + timedelta(microseconds=number)).replace(tzinfo=ZONE)


def date_at(number: int) -> date:
    return date.fromordinal(number + EPOCH_ORDINAL)


def year_at(number: int) -> int:
    return date_at(number // DAY).year


def year_of(at: date) -> int:
    return at.astimezone(ZONE).year if isinstance(at, datetime) else at.year
