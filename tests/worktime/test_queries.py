from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from govgrid.worktime import actions, queries, sources
from govgrid.worktime.arithmetic import ZONE, DayKind, Limit
from govgrid.worktime.models import CalendarDay, Hours
from govgrid.worktime.rows import DayRow

FIVE_DAYS = Limit.parse("WD5")
SILVESTER = datetime(2026, 12, 30, 10, tzinfo=ZONE)
MAKEUP = [DayRow(date(2027, 1, 2), "makeup_workday", "元旦"), DayRow(date(2027, 1, 1), "holiday")]


@pytest.fixture(params=["shipped", "empty"])
def calendar_at_first(request):
    """Filled or not, the calendar answers the same."""
    return request.getfixturevalue(request.param)


def test_it_answers_from_the_first_day_on_filled_or_not(calendar_at_first):
    calendar = queries.calendar("420506")
    assert calendar.deadline(SILVESTER, FIVE_DAYS) == datetime(2027, 1, 7, 18, tzinfo=ZONE)
    assert calendar.day(date(2026, 10, 10)).kind == DayKind.MAKEUP_WORKDAY
    assert calendar.day(date(2026, 9, 25)).name == "中秋节"
    assert not calendar.is_provisional(date(2020, 1, 1), date(2026, 12, 31))
    assert calendar.is_provisional(date(2027, 1, 1), date(2027, 1, 1))
    assert calendar.is_provisional(date(2019, 1, 1), date(2019, 1, 1))


def test_an_older_edition_gives_the_older_answer(calendar_at_first):
    before = queries.newest_edition()
    actions.import_days(MAKEUP, by=None)
    now, then = queries.calendar(), queries.calendar(edition=before)
    assert now.deadline(SILVESTER, FIVE_DAYS) == datetime(2027, 1, 6, 18, tzinfo=ZONE)
    assert not now.is_provisional(SILVESTER, date(2027, 1, 6))
    assert then.deadline(SILVESTER, FIVE_DAYS) == datetime(2027, 1, 7, 18, tzinfo=ZONE)
    assert then.is_provisional(SILVESTER, date(2027, 1, 6))
    assert (now.edition, then.edition) == (queries.newest_edition(), before)


def test_a_district_has_hours_of_its_own_and_those_of_everywhere_elsewhere(calendar_at_first):
    actions.set_hours(
        by=None, sessions="08:00-12:00,15:00-18:30", first_on=date(2026, 5, 1),
        last_on=date(2026, 9, 30), district="420506",
    )  # fmt: skip
    start, limit = datetime(2026, 9, 30, 11, tzinfo=ZONE), Limit.parse("WH2")
    assert queries.calendar("420506").deadline(start, limit) == start + timedelta(hours=5)
    assert queries.calendar("420505").deadline(start, limit) == start + timedelta(hours=4)
    assert queries.calendar().deadline(start, limit) == start + timedelta(hours=4)


def test_after_the_first_time_it_asks_one_cheap_question(shipped, django_assert_num_queries):
    queries.calendar("420506")
    with django_assert_num_queries(1):
        queries.calendar("420506")
    newest = queries.newest_edition()
    with django_assert_num_queries(0):
        queries.calendar("420506", edition=newest)


def test_an_edition_that_never_was_is_refused(shipped):
    with pytest.raises(ValueError, match="no edition"):
        queries.calendar(edition=queries.newest_edition() + 1)


def test_what_a_rollback_took_back_is_not_remembered(shipped):
    with transaction.atomic():
        actions.import_days(MAKEUP, by=None)
        assert queries.calendar().day(date(2027, 1, 2)).kind == DayKind.MAKEUP_WORKDAY
        transaction.set_rollback(True)
    assert queries.calendar().day(date(2027, 1, 2)).kind == DayKind.WEEKEND
    actions.set_day(date(2027, 1, 3), "makeup_workday", by=None)
    assert queries.calendar().day(date(2027, 1, 2)).kind == DayKind.WEEKEND


def test_the_migration_fills_what_is_published_and_guesses_the_next_year(shipped):
    by_year = {}
    for row in CalendarDay.objects.all():
        by_year.setdefault(row.date.year, []).append(row)
    assert list(by_year) == list(range(2020, 2028))
    assert {row.is_provisional for year in range(2020, 2027) for row in by_year[year]} == {False}
    assert {row.is_provisional for row in by_year[2027]} == {True}
    assert {row.kind for row in by_year[2027]} == {"holiday"}
    kinds = [row.kind for row in by_year[2026]]
    assert (kinds.count("holiday"), kinds.count("makeup_workday")) == (33, 6)
    assert Hours.objects.get().sessions == "08:00-12:00,14:00-18:00"


def test_the_law_says_nothing_of_years_too_far_away():
    assert sources.statutory(2101) == {}
    assert sources.statutory(1949) == {}
    assert sources.announced(2101) == {}
    assert len(sources.by_law(2030)) >= 13


def test_each_year_in_force_is_summed_up(shipped):
    assert [
        (one.year, one.holidays, one.makeup_workdays, one.is_published) for one in queries.years()
    ][-2:] == [(2026, 33, 6, True), (2027, 19, 0, False)]
