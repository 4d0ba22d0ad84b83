"""The arithmetic, against our own table of cases and an oracle that walks day by day."""

import csv
import random
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import chinese_calendar
import pytest
from django.conf import settings

from govgrid.worktime import sources
from govgrid.worktime.arithmetic import (
    ZONE,
    Calendar,
    Day,
    DayKind,
    Hours,
    Limit,
    StepKind,
    Unit,
    parse_sessions,
)

VECTORS = Path(__file__).with_name("vectors.csv")
SHARED = settings.BASE_DIR.parent / "shared" / "domain" / "data"
SHIPPED = Calendar(sources.table)
SESSIONS = ((8, 12), (14, 18))
SHARES = [Fraction(1), Fraction(1, 2), Fraction(1, 3), Fraction(2)]
PARTS = [Fraction(3, 4), Fraction(1, 2), Fraction(1, 7), Fraction(1), Fraction(0)]


def dice(seed):
    return random.Random(seed)  # noqa: S311


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def vectors():
    with VECTORS.open(encoding="utf-8-sig", newline="") as file:
        return [
            pytest.param(
                row["kind"] + row["amount"], row["start"], row["expected_due"], id=row["why"]
            )
            for row in csv.DictReader(file)
        ]


@pytest.mark.parametrize(("limit", "start", "due"), vectors())
def test_every_case_of_our_table_comes_out(limit, start, due):
    assert SHIPPED.deadline(at(start), Limit.parse(limit)) == at(due)
    in_greenwich = at(start).astimezone(UTC)
    assert SHIPPED.deadline(in_greenwich, Limit.parse(limit)) == at(due)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared tables are not here")
def test_our_tables_are_the_shared_ones():
    assert VECTORS.read_text() == (SHARED / "worktime_vectors.csv").read_text()
    with (SHARED / "workdays_2026.csv").open(encoding="utf-8-sig", newline="") as file:
        shared = {
            date.fromisoformat(row["date"]): (row["kind"], row["name"])
            for row in csv.DictReader(file)
        }
    ours = {on: (day.kind, day.name) for on, day in sources.shipped()[2026].items()}
    assert ours == shared


# ── the oracle: nothing but days, sessions and subtraction ────────────────────────────────────

FIRST, LAST = date(2020, 1, 1), date(2026, 12, 31)
WORKDAYS = [
    day
    for day in (FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1))
    if chinese_calendar.is_workday(day)
]
WORKDAY_SET = set(WORKDAYS)


def open_spells(start):
    """Every session from ``start`` on, cut off at the start."""
    day = start.date()
    while day <= LAST:
        if day in WORKDAY_SET:
            for opens, closes in SESSIONS:
                begins = datetime(day.year, day.month, day.day, opens, tzinfo=ZONE)
                ends = datetime(day.year, day.month, day.day, closes, tzinfo=ZONE)
                if ends > start:
                    yield max(begins, start), ends
        day += timedelta(1)


def without(spell, pauses):
    """What pauses leave of a spell."""
    left = [spell]
    for pause_begins, pause_ends in pauses:
        cut = []
        for begins, ends in left:
            if begins < min(ends, pause_begins):
                cut.append((begins, min(ends, pause_begins)))
            if max(begins, pause_ends) < ends:
                cut.append((max(begins, pause_ends), ends))
        left = cut
    return sorted(left)


def counting(start, unit, pauses):
    endless = [(start, datetime(2030, 1, 1, tzinfo=ZONE))]
    spells = endless if unit in ("UH", "UM") else open_spells(start)
    for spell in spells:
        yield from without(spell, pauses)


def oracle_due(start, budget, unit, pauses):
    if not budget:
        return start
    for begins, ends in counting(start, unit, pauses):
        if begins + budget <= ends:
            return begins + budget
        budget -= ends - begins
    return None


def oracle_between(a, b, unit, pauses):
    total = timedelta()
    for begins, ends in counting(a, unit, pauses):
        if begins >= b:
            break
        total += min(ends, b) - begins
    return total


def oracle_budget(start, limit, share):
    unit, amount = limit
    if unit == "ON":
        day = next(one for one in WORKDAYS if one >= max(limit.day, date(2020, 1, 1)))
        close = datetime(day.year, day.month, day.day, 18, tzinfo=ZONE)
        if close <= start:
            day = next(one for one in WORKDAYS if one > start.date())
            close = datetime(day.year, day.month, day.day, 18, tzinfo=ZONE)
        whole = oracle_between(start, close, unit, [])
    elif unit == "WD":
        day = [one for one in WORKDAYS if one > start.date()][amount - 1]
        close = datetime(day.year, day.month, day.day, 18, tzinfo=ZONE)
        whole = oracle_between(start, close, unit, [])
    else:
        whole = amount * timedelta(**{"hours" if unit[1] == "H" else "minutes": 1})
    return whole if share == 1 else up_to_a_minute(whole, share)


def up_to_a_minute(whole, part):
    minutes = Fraction(whole // timedelta(microseconds=1), 60_000_000) * part
    return timedelta(minutes=-(-minutes.numerator // minutes.denominator))


def moment(rng, since, span):
    """Often on the edge of a session, sometimes to the microsecond."""
    day = since.replace(hour=0, minute=0, second=0, microsecond=0)
    day += timedelta(days=rng.randrange(span))
    if rng.random() < 0.3:
        return day + timedelta(hours=rng.choice([0, 8, 12, 13, 14, 18]))
    if rng.random() < 0.2:
        return day + timedelta(microseconds=rng.randrange(86_400_000_000))
    return day + timedelta(seconds=rng.randrange(86_400))


def random_case(rng):
    unit = rng.choice(list(Unit))
    most = {"WD": 30, "WH": 120, "WM": 600, "UH": 200, "UM": 600, "ON": 1}[unit]
    limit = Limit(unit, rng.randint(1, most))
    start = moment(rng, datetime(2020, 1, 1, tzinfo=ZONE), 365 * 6 + 180)
    if unit == "ON":
        # Now and then a day that is over: an edition may end what was still to come.
        limit = Limit.on(start.date() + timedelta(days=rng.randrange(-2, 40)))
    pauses = []
    for _ in range(rng.choice([0, 0, 1, 1, 2, 3])):
        begins = moment(rng, start - timedelta(days=1), 10)
        length = rng.choice([1, 60, 3600, 86_400]) * rng.randrange(9)
        pauses.append((begins, begins + timedelta(seconds=length)))
    return start, limit, rng.choice(SHARES), pauses


@pytest.mark.parametrize("seed", range(12))
def test_ten_thousand_random_cases_agree_with_the_oracle(seed):
    rng = dice(seed)
    for _ in range(1_000):
        start, limit, share, pauses = case = random_case(rng)
        budget = oracle_budget(start, limit, share)
        due = SHIPPED.deadline(start, limit, pauses, share)
        assert due == oracle_due(start, budget, limit.unit, pauses), case
        assert SHIPPED.between(start, due, pauses, limit.unit) == budget, case
        part = rng.choice(PARTS)
        used = min(up_to_a_minute(budget, part), budget)
        some = SHIPPED.fraction(start, limit, part, pauses, share)
        assert some == oracle_due(start, used, limit.unit, pauses), (case, part)
        assert start <= some <= due, case


def test_the_time_between_any_two_moments_agrees_with_the_oracle():
    rng = dice(7)
    for _ in range(1_000):
        a, limit, _, pauses = random_case(rng)
        b = moment(rng, a, 60)
        a, b = sorted([a, b])
        assert SHIPPED.between(a, b, pauses, limit.unit) == oracle_between(a, b, limit.unit, pauses)
        assert SHIPPED.between(b, a, pauses, limit.unit) == -SHIPPED.between(
            a, b, pauses, limit.unit
        )


def test_the_way_there_adds_up():
    rng = dice(8)
    for _ in range(500):
        start, limit, share, pauses = random_case(rng)
        steps = SHIPPED.explain(start, limit, pauses, share)
        assert (steps[0].kind, steps[0].start) == (StepKind.START, start)
        assert steps[-1].kind == StepKind.DUE
        assert steps[-1].start == SHIPPED.deadline(start, limit, pauses, share)
        assert steps[-1].total == oracle_budget(start, limit, share)
        assert sum((step.used for step in steps), timedelta()) == steps[-1].total
        for before, after in pairwise(steps):
            assert before.end == after.start or not after.used


# ── what the cases above do not single out ────────────────────────────────────────────────────


def test_time_that_ends_with_the_morning_ends_at_noon():
    assert SHIPPED.deadline(at("2026-11-20 08:00"), Limit.parse("WH4")) == at("2026-11-20 12:00")


@pytest.mark.parametrize("start", ["2026-11-20 03:00", "2026-11-20 08:00", "2026-11-19 18:00"])
def test_a_start_before_the_first_session_counts_from_its_opening(start):
    assert SHIPPED.deadline(at(start), Limit.parse("WH1")) == at("2026-11-20 09:00")


def test_a_pause_keeps_the_working_time_left():
    start, limit = at("2026-09-24 09:00"), Limit.parse("WD2")
    assert SHIPPED.deadline(start, limit) == at("2026-09-29 18:00")
    # 7 of 23 hours are used when it stops; 16 are left when it goes on.
    pause = (at("2026-09-24 18:00"), at("2026-10-09 08:00"))
    assert SHIPPED.deadline(start, limit, [pause]) == at("2026-10-10 18:00")


def test_a_pause_in_the_night_or_at_lunch_costs_nothing():
    start, limit = at("2026-11-20 11:00"), Limit.parse("WH4")
    lunch = (at("2026-11-20 12:00"), at("2026-11-20 14:00"))
    assert SHIPPED.deadline(start, limit, [lunch]) == SHIPPED.deadline(start, limit)


def test_an_open_pause_leaves_the_end_open_unless_it_came_before():
    start, limit = at("2026-11-20 08:00"), Limit.parse("WH4")
    assert SHIPPED.deadline(start, limit, [(at("2026-11-20 11:59"), None)]) is None
    assert SHIPPED.fraction(start, limit, Fraction(3, 4), [(at("2026-11-20 11:59"), None)]) == at(
        "2026-11-20 11:00"
    )
    assert SHIPPED.deadline(start, limit, [(at("2026-11-20 12:00"), None)]) == at(
        "2026-11-20 12:00"
    )
    steps = SHIPPED.explain(start, limit, [(at("2026-11-20 11:00"), None)])
    assert [step.kind for step in steps] == ["start", "days", "pause"]
    assert (steps[-1].end, steps[-1].total) == (None, timedelta(hours=3))


def test_half_of_a_limit_is_half_its_working_time():
    half = SHIPPED.deadline(at("2026-11-20 08:00"), Limit.parse("WD1"), share=Fraction(1, 2))
    assert half == at("2026-11-20 18:00")  # Friday and Monday are 16 hours


def test_a_part_is_rounded_up_to_a_minute():
    start = at("2026-11-20 09:05:30")
    assert SHIPPED.fraction(start, Limit.parse("UM1"), Fraction(3, 4)) == at("2026-11-20 09:06:30")
    assert SHIPPED.fraction(start, Limit.parse("WM15"), Fraction(3, 4)) == at("2026-11-20 09:17:30")


def test_it_tells_the_days_off_as_one_line_with_their_name():
    steps = SHIPPED.explain(at("2026-09-24 09:05"), Limit.parse("WD5"))
    told = [(step.day.kind, step.day.name, step.days) for step in steps if step.day]
    assert told == [
        ("workday", "", 1),
        ("holiday", "中秋节", 3),
        ("workday", "", 1),
        ("workday", "", 1),
        ("workday", "", 1),
        ("holiday", "国庆节", 7),
        ("workday", "", 1),
        ("workday", "", 1),
    ]
    assert steps[-1].start == at("2026-10-09 18:00")


def test_a_year_that_is_not_published_is_provisional_and_never_an_error():
    start = at("2026-12-30 10:00")
    assert SHIPPED.is_provisional(start, at("2027-01-07 18:00"))
    assert not SHIPPED.is_provisional(start, at("2026-12-31 23:59"))
    assert SHIPPED.is_provisional(date(2026, 1, 1), date(2027, 1, 1))
    # In Greenwich it is still 2026.
    assert SHIPPED.is_provisional(start, datetime(2026, 12, 31, 17, tzinfo=UTC))
    steps = SHIPPED.explain(start, Limit.parse("WD5"))
    assert [step.is_provisional for step in steps if step.day] == [False] * 2 + [True] * 6
    for year in (1999, 2030, 2099, 2100, 2101, 2150):
        due = SHIPPED.deadline(at(f"{year}-06-10 10:00"), Limit.parse("WD20"))
        assert due.year == year
        assert SHIPPED.is_provisional(due, due)


def test_the_longest_limits_are_still_dates():
    for unit in set(Unit) - {Unit.ON}:
        assert SHIPPED.deadline(at("2026-11-20 10:00"), Limit(unit, 9_999)).year < 2070


@pytest.mark.parametrize(
    "text", ["", "WD", "WD0", "WD05", "WD-1", "WD1.5", "wd5", "XX5", "5WD", "WD5 ", "WD5\n",
             "WD999999999", "WD10000", "WD٥", "WD５"],
)  # fmt: skip
def test_what_is_no_limit_is_refused_in_words(text):
    with pytest.raises(ValueError, match="is no limit: UH, UM, WH, WM or WD"):
        Limit.parse(text)


@pytest.mark.parametrize("text", ["UH2", "UM15", "WH4", "WM30", "WD9999"])
def test_a_limit_is_written_as_it_is_read(text):
    assert str(Limit.parse(text)) == text


def test_a_day_is_a_limit_too_and_ends_with_its_last_session():
    friday = at("2026-10-09 16:50")

    assert str(Limit.on(date(2026, 10, 20))) == "ON261020"
    assert Limit.parse("ON261020").day == date(2026, 10, 20)
    assert SHIPPED.deadline(friday, Limit.parse("ON261020")) == at("2026-10-20 18:00")
    # Saturday the 10th makes up for the holidays; Sunday the 11th is a day off.
    assert SHIPPED.deadline(friday, Limit.parse("ON261010")) == at("2026-10-10 18:00")
    assert SHIPPED.deadline(friday, Limit.parse("ON261011")) == at("2026-10-12 18:00")
    # Over already: it still ends after it starts.
    assert SHIPPED.deadline(friday, Limit.parse("ON250101")) == at("2026-10-10 18:00")
    late = at("2026-10-09 19:00")
    assert SHIPPED.deadline(late, Limit.parse("ON261009")) == at("2026-10-10 18:00")


@pytest.mark.parametrize("text", ["ON261301", "ON260230", "ON26103", "ON000000"])
def test_a_day_that_is_none_is_no_limit(text):
    with pytest.raises(ValueError, match=r"is no limit|month|day"):
        Limit.parse(text)


@pytest.mark.parametrize(
    "text", ["", "8-12", "08:00-12:00,", "12:00-08:00", "08:00-08:00", "08:00-12:00,11:00-18:00",
             "08:00-24:01", "08:60-12:00", "25:00-26:00", "08:00–12:00"],
)  # fmt: skip
def test_what_are_no_sessions_is_refused(text):
    with pytest.raises(ValueError, match=r"session|end after"):
        parse_sessions(text)


def test_hours_differ_by_date_and_the_first_that_cover_a_date_count():
    summer = Hours(date(2026, 5, 1), date(2026, 9, 30), parse_sessions("08:00-12:00,15:00-18:30"))
    own = Hours(date(2026, 7, 1), date(2026, 7, 1), parse_sessions("09:00-10:00"))
    calendar = Calendar(sources.table, [own, summer])
    assert calendar.deadline(at("2026-06-30 11:00"), Limit.parse("WH2")) == at("2026-06-30 16:00")
    assert calendar.deadline(at("2026-06-30 10:00"), Limit.parse("WD1")) == at("2026-07-01 10:00")
    assert calendar.deadline(at("2026-07-01 10:00"), Limit.parse("WD1")) == at("2026-07-02 18:30")
    assert calendar.deadline(at("2026-10-09 11:00"), Limit.parse("WH2")) == at("2026-10-09 15:00")


def test_a_night_session_runs_to_midnight_and_into_the_new_year():
    calendar = Calendar(sources.table, [Hours(FIRST, None, parse_sessions("20:00-24:00"))])
    assert calendar.deadline(at("2026-12-31 20:00"), Limit.parse("WH4")) == at("2027-01-01 00:00")
    assert calendar.between(at("2026-12-31 23:00"), at("2027-01-04 21:00")) == timedelta(hours=2)


@pytest.mark.parametrize("share", [Fraction(0), Fraction(-1, 2)])
def test_no_share_of_a_limit_is_no_time(share):
    with pytest.raises(ValueError, match="share of a limit"):
        SHIPPED.deadline(at("2026-11-20 10:00"), Limit.parse("WD1"), share=share)


def test_what_cannot_be_meant_is_refused():
    start = at("2026-11-20 10:00")
    with pytest.raises(ValueError, match="which zone"):
        SHIPPED.deadline(start.replace(tzinfo=None), Limit.parse("WD1"))
    with pytest.raises(ValueError, match="before it begins"):
        SHIPPED.deadline(start, Limit.parse("WD1"), [(start, start - timedelta(hours=1))])
    with pytest.raises(ValueError, match="part of a limit"):
        SHIPPED.fraction(start, Limit.parse("WD1"), Fraction(5, 4))


def test_a_calendar_without_a_working_day_says_so():
    class Never(dict):
        def get(self, on, default=None):
            return Day(DayKind.HOLIDAY)

        def __contains__(self, on):
            return True

        def __getitem__(self, on):
            return Day(DayKind.HOLIDAY)

    calendar = Calendar(lambda year: sources.Table(Never(), is_published=True))
    with pytest.raises(ValueError, match="no working time"):
        calendar.deadline(at("2026-11-20 10:00"), Limit.parse("WD1"))


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        ("2026-09-24", "2026-10-09", 5),
        ("2026-09-24", "2026-09-24", 0),
        ("2026-09-24", "2026-09-27", 0),
        ("2026-10-09", "2026-10-10", 1),  # a Saturday that works
        ("2026-12-31", "2027-01-04", 1),
        ("2026-10-09", "2026-09-24", 0),
        ("2027-01-04", "2026-12-31", 0),
    ],
)
def test_working_days_after_a_date_up_to_another(first, last, count):
    assert SHIPPED.working_days(date.fromisoformat(first), date.fromisoformat(last)) == count


def test_working_days_are_those_of_the_deadline():
    roll = dice(7)
    for _ in range(300):
        start = at("2024-01-01 00:00") + timedelta(minutes=roll.randrange(3 * 525_600))
        amount = roll.randrange(1, 40)
        due = SHIPPED.deadline(start, Limit(Unit.WD, amount))
        assert SHIPPED.working_days(start.date(), due.date()) == amount
