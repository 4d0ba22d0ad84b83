"""The ledger: minutes by day and by month, one's own and nobody else's."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from govgrid.core import clock, panels
from grids import ledger
from tests.factories.accounts import UserFactory
from tests.factories.grids import AreaFactory, CheckInFactory, PatrolFactory

CHINA = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def tallied(monkeypatch):
    """What an upper app would count: the spans it was asked about, one thing in each."""
    asked = []

    def one_each(person, spans):
        asked.append((person, list(spans)))
        return [1 for _ in spans]

    monkeypatch.setattr(panels, "_tallies", {"x": ("Reports", one_each)})
    return asked


@pytest.fixture
def worker(db):
    return UserFactory()


@pytest.fixture
def walk(worker):
    area = AreaFactory()

    def walked(day, hour, minutes, *, check_ins=0, cut=0, user=worker):
        begun = datetime(2026, 9, day, hour, tzinfo=CHINA)
        end = begun + timedelta(minutes=minutes)
        patrol = PatrolFactory(
            user=user,
            area=area,
            started_at=begun,
            counted_until=end,
            ended_at=end + timedelta(minutes=cut),
        )
        for n in range(check_ins):
            CheckInFactory(patrol=patrol, at=begun + timedelta(minutes=n))
        return patrol

    return walked


def days(worker):
    return ledger.days_of(worker, date(2026, 9, 1), date(2026, 9, 30))


def test_a_day_sums_its_patrols_and_knows_the_three_hours(worker, walk):
    walk(24, 8, 100, check_ins=2)
    walk(24, 14, 92, check_ins=4)
    walk(25, 8, 179)

    second, first = days(worker)

    assert (first.on, first.spent, first.check_ins) == (
        date(2026, 9, 24),
        timedelta(hours=3, minutes=12),
        6,
    )
    assert (first.is_met, second.is_met) == (True, False)
    assert [(one.label, one.number) for one in first.counted] == [("Reports", 2)]
    assert [one.number for one in second.counted] == [1]


def test_nobody_elses_hours_are_in_it(worker, walk):
    walk(24, 8, 100, user=UserFactory())

    assert days(worker) == []
    assert ledger.months_of(worker) == []


def test_what_was_ended_late_is_marked(worker, walk):
    walk(24, 8, 100, cut=900)

    (day,) = days(worker)
    assert day.is_cut
    assert day.minutes == 100


def test_an_open_patrol_counts_to_this_moment(worker, walk):
    PatrolFactory(user=worker, started_at=clock.now() - timedelta(minutes=30))

    day = next(iter(ledger.days_of(worker, clock.today() - timedelta(days=1), clock.today())))
    assert day.minutes == 30
    assert not day.is_cut


def test_a_day_without_a_patrol_is_all_zeros(worker):
    day = ledger.day_of(worker, clock.today())

    assert (day.minutes, day.check_ins, day.is_met) == (0, 0, False)
    assert [(one.label, one.number) for one in day.counted] == [("Reports", 0)]


def test_the_first_and_the_last_moment_of_a_month_are_in_it(worker, walk):
    walk(1, 0, 10)
    walk(30, 23, 10)

    assert [day.on.day for day in days(worker)] == [30, 1]


def test_reports_are_counted_in_the_hours_that_count(worker, walk, tallied):
    patrol = walk(24, 8, 100, cut=900)
    days(worker)

    ((person, spans),) = tallied
    assert person == worker
    assert spans == [(patrol.started_at, patrol.counted_until)]


def test_one_patrol_alone_is_summed_up_for_its_end(worker, walk):
    walk(24, 8, 100)
    alone = ledger.alone(walk(24, 14, 92, check_ins=3))

    assert (alone.minutes, alone.check_ins) == (92, 3)


def test_months_are_summed_by_the_districts_own_calendar(worker, walk):
    walk(30, 23, 60)
    walk(1, 0, 30)

    (month,) = ledger.months_of(worker)
    assert (month.first, month.spent, month.patrols) == (
        date(2026, 9, 1),
        timedelta(minutes=90),
        2,
    )


@pytest.mark.parametrize("count", [1, 3])
def test_a_month_is_one_statement(worker, walk, count, django_assert_num_queries):
    for n in range(count):
        walk(20 + n, 8, 60, check_ins=n)

    with django_assert_num_queries(1):
        days(worker)
    with django_assert_num_queries(1):
        ledger.months_of(worker)
