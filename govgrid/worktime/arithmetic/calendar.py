"""The calendar: what a day is, when time is up, and how that came about."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import accumulate, chain, groupby
from typing import NamedTuple

from govgrid.worktime.arithmetic.moments import (
    DAY,
    EPOCH_ORDINAL,
    MINUTE,
    WHOLE,
    Pause,
    Span,
    date_at,
    elapsed,
    moment_of,
    number_of,
    part_of,
    tidy,
    year_at,
    year_of,
)
from govgrid.worktime.arithmetic.terms import (
    LENGTH,
    URGENT,
    USUAL_SESSIONS,
    WORKING,
    Day,
    Hours,
    Limit,
    Session,
    Step,
    StepKind,
    Table,
    Unit,
    parse_sessions,
    weekday_of,
)

LAST_YEAR = 2400
# Beyond so many days a derivation counts working days together as well.
LONG = 92


class _Stretch(NamedTuple):
    """Time that counts, or a pause."""

    at: int
    until: int | None
    used: int = 0
    is_pause: bool = False


class _Year:
    """One year laid out: sessions with running sums, and its working days with their last close."""

    __slots__ = ("after", "before", "closes", "days", "lengths", "opens", "total")

    def __init__(self, days: Iterable[tuple[int, Sequence[Session]]]) -> None:
        self.opens: list[int] = []
        self.lengths: list[int] = []
        self.days: list[int] = []
        self.closes: list[int] = []
        for number, sessions in days:
            midnight = number * DAY
            self.opens += [midnight + opens * MINUTE for opens, _ in sessions]
            self.lengths += [(closes - opens) * MINUTE for opens, closes in sessions]
            self.days.append(number)
            self.closes.append(midnight + sessions[-1][1] * MINUTE)
        self.after = list(accumulate(self.lengths))
        self.before = [0, *self.after[:-1]]
        self.total = self.after[-1] if self.after else 0

    def worked(self, at: int) -> int:
        """The working time of this year up to a moment."""
        session = bisect_right(self.opens, at) - 1
        if session < 0:
            return 0
        return self.before[session] + min(at - self.opens[session], self.lengths[session])

    def reached(self, worked: int) -> int:
        """The first moment of this year by which so much was worked: 12:00 and not 14:00."""
        session = bisect_left(self.after, worked)
        return self.opens[session] + worked - self.before[session]


class Calendar:
    """The working calendar of one place as of one edition. Immutable; years are laid out lazily.

    ``tables`` says of a year which days are special; of ``hours`` the first span that covers a
    date counts, and the usual sessions where none does.
    """

    def __init__(
        self,
        tables: Callable[[int], Table],
        hours: Sequence[Hours] = (),
        edition: int = 0,
    ) -> None:
        self.edition = edition
        self._tables = tables
        self._hours = tuple(hours)
        self._usual = parse_sessions(USUAL_SESSIONS)
        self._known: dict[int, Table] = {}
        self._years: dict[int, _Year] = {}

    @classmethod
    def of(
        cls,
        days: Mapping[date, Day],
        published: Collection[int],
        hours: Sequence[Hours] = (),
        edition: int = 0,
    ) -> Calendar:
        """From plain days: what a test or an export has at hand."""

        def table(year: int) -> Table:
            special = {on: day for on, day in days.items() if on.year == year}
            return Table(special, year in published)

        return cls(table, hours, edition)

    def day(self, on: date) -> Day:
        """What kind of day a date is."""
        table = self.table(on.year)
        special = table.days.get(on) or Day(weekday_of(on))
        return special._replace(is_provisional=not table.is_published)

    def sessions(self, on: date) -> Sequence[Session]:
        """The sessions of a date, were it a working day."""
        return next((span.sessions for span in self._hours if span.covers(on)), self._usual)

    def deadline(
        self,
        start: datetime,
        limit: Limit,
        pauses: Iterable[Pause] = (),
        share: Fraction = WHOLE,
    ) -> datetime | None:
        """When time is up; None while an open pause keeps that from being known.

        ``share`` lays out that part of the limit. A pause keeps the working time that was left and
        lays it out again when it ends.
        """
        begin = number_of(start)
        spans = tidy(pauses, begin)
        if limit.unit is Unit.WD and not spans and share is WHOLE:
            return moment_of(self._nth_close(begin, limit.amount))
        return self._at(begin, self._budget(begin, limit, share), limit.unit, spans)

    def fraction(
        self,
        start: datetime,
        limit: Limit,
        part: Fraction,
        pauses: Iterable[Pause] = (),
        share: Fraction = WHOLE,
    ) -> datetime | None:
        """When ``part`` of the time from start to due is used, rounded up to a minute of it."""
        if not 0 <= part.numerator <= part.denominator:
            raise ValueError(f"{part} is no part of a limit: from 0 to 1.")
        begin = number_of(start)
        budget = self._budget(begin, limit, share)
        used = min(part_of(budget, part), budget)
        return self._at(begin, used, limit.unit, tidy(pauses, begin))

    def between(
        self,
        a: datetime,
        b: datetime,
        pauses: Iterable[Pause] = (),
        unit: Unit = Unit.WH,
    ) -> timedelta:
        """The working time between two moments less the pauses, below zero if ``b`` comes first."""
        first, last = number_of(a), number_of(b)
        if last < first:
            return -self.between(b, a, pauses, unit)
        measure = elapsed if unit in URGENT else self._work
        used = measure(first, last)
        for begins, ends in tidy(pauses, first):
            if begins < last:
                used -= measure(begins, last if ends is None else min(ends, last))
        return timedelta(microseconds=used)

    def working_days(self, a: date, b: date) -> int:
        """How many working days lie after the date ``a`` up to and with ``b``; 0 if it is earlier."""
        first, last = (on.toordinal() - EPOCH_ORDINAL for on in (a, b))
        found = 0
        for year in range(a.year, b.year + 1):
            days = self._year(year).days
            found += max(bisect_right(days, last) - bisect_right(days, first), 0)
        return found

    def is_provisional(self, a: date, b: date) -> bool:
        """Whether any day from ``a`` to ``b`` lies in a year that is not published."""
        first, last = sorted((year_of(a), year_of(b)))
        return any(not self.table(year).is_published for year in range(first, last + 1))

    def explain(
        self,
        start: datetime,
        limit: Limit,
        pauses: Iterable[Pause] = (),
        share: Fraction = WHOLE,
    ) -> list[Step]:
        """The way from start to due, line by line; without a ``DUE`` line if a pause is open."""
        begin = number_of(start)
        spans = tidy(pauses, begin)
        walk = list(self._walk(begin, self._budget(begin, limit, share), limit.unit, spans))
        first = moment_of(begin)
        told = [[Step(StepKind.START, first, first)]]
        told += [list(self._told(stretch, limit.unit)) for stretch in walk]
        if (due := walk[-1].until) is not None:
            told.append([Step(StepKind.DUE, moment_of(due), moment_of(due))])
        return list(_story(told))

    def _told(self, stretch: _Stretch, unit: Unit) -> Iterator[Step]:
        if not stretch.is_pause and unit not in URGENT:
            yield from self._lines(stretch)
            return
        yield Step(
            StepKind.PAUSE if stretch.is_pause else StepKind.ELAPSED,
            moment_of(stretch.at),
            None if stretch.until is None else moment_of(stretch.until),
            used=timedelta(microseconds=stretch.used),
        )

    def table(self, year: int) -> Table:
        """The special days of a year."""
        if year not in self._known:
            self._known[year] = self._tables(year)
        return self._known[year]

    def _year(self, year: int) -> _Year:
        if year not in self._years:
            if year > LAST_YEAR:
                raise ValueError(f"There is no working time before the year {LAST_YEAR}.")
            self._years[year] = _Year(self._working_days(year))
        return self._years[year]

    def _working_days(self, year: int) -> Iterable[tuple[int, Sequence[Session]]]:
        days = self.table(year).days
        first = date(year, 1, 1).toordinal()
        for ordinal in range(first, date(year + 1, 1, 1).toordinal()):
            on = date.fromordinal(ordinal)
            kind = days[on].kind if on in days else weekday_of(on)
            if kind in WORKING:
                yield ordinal - EPOCH_ORDINAL, self.sessions(on)

    def _nth_close(self, begin: int, count: int) -> int:
        """The last close of the nth working day after the date of ``begin``."""
        year = year_at(begin)
        index = bisect_right(self._year(year).days, begin // DAY) + count - 1
        while index >= len(self._year(year).days):
            index -= len(self._year(year).days)
            year += 1
        return self._year(year).closes[index]

    def _close_of(self, begin: int, on: date) -> int:
        """The last close of a date, of the next working day where it is none; never too early.

        As a term that ends on a holiday ends after it. A day that is over already gives the next.
        """
        eve = (on.toordinal() - EPOCH_ORDINAL - 1) * DAY
        close = self._nth_close(eve, 1)
        return close if close > begin else self._nth_close(begin, 1)

    def _budget(self, begin: int, limit: Limit, share: Fraction) -> int:
        if share.numerator <= 0:
            raise ValueError(f"{share} is no share of a limit: it must be more than nothing.")
        if limit.unit is Unit.WD:
            whole = self._work(begin, self._nth_close(begin, limit.amount))
        elif limit.unit is Unit.ON:
            whole = self._work(begin, self._close_of(begin, limit.day))
        else:
            whole = limit.amount * LENGTH[limit.unit]
        return part_of(whole, share)

    def _work(self, a: int, b: int) -> int:
        first, last = year_at(a), year_at(b)
        if first == last:
            year = self._year(first)
            return year.worked(b) - year.worked(a)
        whole = sum(self._year(number).total for number in range(first, last))
        return whole + self._year(last).worked(b) - self._year(first).worked(a)

    def _advance(self, at: int, need: int) -> int:
        """The first moment by which ``need`` has been worked since ``at``."""
        if not need:
            return at
        number = year_at(at)
        year = self._year(number)
        need += year.worked(at)
        while need > year.total:
            need -= year.total
            number += 1
            year = self._year(number)
        return year.reached(need)

    def _at(self, begin: int, need: int, unit: Unit, spans: Sequence[Span]) -> datetime | None:
        if not spans:
            return moment_of(begin + need if unit in URGENT else self._advance(begin, need))
        *_, last = self._walk(begin, need, unit, spans)
        return None if last.until is None else moment_of(last.until)

    def _walk(self, at: int, need: int, unit: Unit, spans: Sequence[Span]) -> Iterator[_Stretch]:
        """The stretches from start to due: what counts and what is paused, in turn."""
        measure = elapsed if unit in URGENT else self._work
        for begins, ends in spans:
            left = measure(at, begins)
            if need <= left:
                break
            need -= left
            if at < begins:
                yield _Stretch(at, begins, left)
            yield _Stretch(begins, ends, is_pause=True)
            if ends is None:
                return
            at = ends
        yield _Stretch(at, at + need if unit in URGENT else self._advance(at, need), need)

    def _lines(self, stretch: _Stretch) -> Iterator[Step]:
        """The days of a stretch, those off that follow one another for one reason as one."""
        at, until = stretch.at, stretch.until or stretch.at
        numbers = range(at // DAY, max(until - 1, at) // DAY + 1)
        is_long = len(numbers) > LONG
        for (day, _), group in groupby(
            ((self.day(date_at(number)), number) for number in numbers),
            key=lambda one: (one[0], one[0].kind in WORKING and not is_long and one[1]),
        ):
            days = [number for _, number in group]
            begins, ends = max(at, days[0] * DAY), min(until, (days[-1] + 1) * DAY)
            yield Step(
                StepKind.DAYS,
                moment_of(begins),
                moment_of(ends),
                day=day,
                days=len(days),
                used=timedelta(microseconds=self._work(begins, ends)),
                is_provisional=day.is_provisional,
            )


def _story(stretches: Iterable[Iterable[Step]]) -> Iterator[Step]:
    """The steps with the total so far in each."""
    total = timedelta()
    for step in chain.from_iterable(stretches):
        total += step.used
        yield step._replace(total=total)
