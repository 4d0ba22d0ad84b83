"""Time in the demo: it passes by the district's own calendar, and open work waits as long as a
desk would really find it waiting."""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from random import Random

from govgrid.worktime.arithmetic import Calendar, Limit, Unit
from tickets.models import Clock

# Of twenty that wait in one queue: twelve are calm, five near their limit, three late. Mixed, so
# that a queue of four shows more than one.
BANDS = [
    "c",
    "n",
    "c",
    "l",
    "c",
    "c",
    "n",
    "c",
    "c",
    "n",
    "c",
    "l",
    "c",
    "c",
    "n",
    "c",
    "c",
    "n",
    "l",
    "c",
]
PERCENT = {"c": (4, 66), "n": (78, 96), "l": (104, 170)}
# So many acts come after their time.
LATE = 0.07
WHOLE = 100
FARTHEST = 240 * 24 * 60  # minutes
_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)


class TooLate(Exception):
    """This life would go on beyond its end; ``by`` how much."""

    def __init__(self, by: timedelta) -> None:
        super().__init__(by)
        self.by = by


class Hours:
    """Local time that passes from ``at`` on. Nothing happens at or after ``end``."""

    def __init__(self, at: datetime, end: datetime, days: Calendar, rng: Random) -> None:
        self.at, self.end, self.days, self.rng = at, end, days, rng
        self.is_tight = False

    def tighten(self, end: datetime) -> None:
        """From here on each step takes a part of what is left until ``end``."""
        self.end, self.is_tight = end, True

    def set(self, at: datetime) -> datetime:
        """At this moment, or at once where it is past."""
        at = max(at, self.at + _SECOND * self.rng.randint(20, 400))
        if self.is_tight:
            at = min(at, self.at + (self.end - self.at) * 0.6)
        elif at >= self.end:
            raise TooLate(at - self.end)
        self.at = at.replace(microsecond=0)
        return self.at

    def seconds(self, low: int, high: int) -> datetime:
        """So many seconds later, day or night."""
        if self.is_tight:
            return self.part(is_urgent=True)
        return self.set(self.at + _SECOND * self.rng.randint(low, high))

    def worked(self, low: int, high: int) -> datetime:
        """So many minutes of working time later."""
        if self.is_tight:
            return self.part()
        spent = Limit(Unit.WM, self.rng.randint(low, high))
        return self.set(self._deadline(self.at, spent) + _SECOND * self.rng.randint(0, 59))

    def part(self, *, is_urgent: bool = False) -> datetime:
        """A little of the time that is left: of working time, if any is."""
        share = self.rng.uniform(0.06, 0.22)
        left = int(self.days.between(self.at, self.end) / _MINUTE * share)
        if left < 1 or is_urgent:
            self.at = (self.at + (self.end - self.at) * share).replace(microsecond=0)
        else:
            self.at = self._deadline(self.at, Limit(Unit.WM, min(left, 9999)))
        return self.at

    def toward(self, one: Clock | None, low: int = 10, high: int = 85) -> datetime:
        """Done when so many percent of this clock's time are used; now and then after its end."""
        if one is None or self.is_tight:
            return self.worked(5, 90)
        limit = Limit.parse(one.limit)
        if self.rng.random() < LATE:
            more = Limit(Unit.WM, self.rng.randint(10, 400))
            return self.set(self._deadline(one.due_at, more))
        part = Fraction(self.rng.randint(low, high), 100)
        at = self.days.fraction(one.started_at, limit, part)
        assert at is not None  # noqa: S101 no pause was given
        return self.set(at)

    def _deadline(self, at: datetime, limit: Limit) -> datetime:
        due = self.days.deadline(at, limit)
        assert due is not None  # noqa: S101 no pause was given
        return due


class Balance:
    """From when what is open must wait, so that no desk finds everything late, nor nothing."""

    def __init__(self, days: Calendar, now: datetime) -> None:
        self.days, self.now = days, now
        self._turn: dict[str, int] = {}
        self._since = lru_cache(maxsize=20_000)(self._search)

    def percent(self, queue: str, rng: Random) -> int:
        """How much of its time the next of this queue has used."""
        turn = self._turn[queue] = self._turn.get(queue, -1) + 1
        return rng.randint(*PERCENT[BANDS[turn % len(BANDS)]])

    def since(self, limits: tuple[str, ...], percent: int) -> datetime:
        """The latest start by which one of ``limits`` has used ``percent`` by now."""
        return self._since(limits, percent)

    def _search(self, limits: tuple[str, ...], percent: int) -> datetime:
        terms = [Limit.parse(one) for one in limits]

        def used(minutes: int) -> float:
            return max(self._used(self.now - _MINUTE * minutes, one) for one in terms)

        back = bisect_left(range(FARTHEST), percent / 100, lo=3, key=used)
        # A limit in days ends with a day: there may be nothing between three quarters and late.
        if percent < WHOLE <= used(back) * WHOLE:
            back = max(3, back - 2)
        return self.now - _MINUTE * back

    def _used(self, start: datetime, limit: Limit) -> float:
        due = self.days.deadline(start, limit)
        assert due is not None  # noqa: S101 no pause was given
        if limit.unit.is_urgent:
            return (self.now - start) / (due - start)
        whole = self.days.between(start, due)
        return self.days.between(start, self.now) / whole if whole else 0.0
