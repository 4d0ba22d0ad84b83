from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from govgrid.core.errors import Refused
from govgrid.worktime import actions, queries, sources
from govgrid.worktime.models import CalendarDay, Edition, Hours
from govgrid.worktime.rows import DayRow
from tests.factories.accounts import UserFactory

USUAL = "08:00-12:00,14:00-18:00"
NEW_YEAR = DayRow(date(2027, 1, 1), "holiday", "元旦")
# As a notice might have it: every day off by law, and a working Sunday.
NOTICE = [
    *(DayRow(on, "holiday", "假") for on in sorted(sources.by_law(2027))),
    DayRow(date(2027, 1, 2), "holiday", "元旦"),
    DayRow(date(2027, 1, 3), "makeup_workday", "元旦"),
]


def in_force(year=2027):
    rows = CalendarDay.objects.in_force().filter(date__year=year)
    return {row.date: (row.kind, row.is_provisional) for row in rows}


def hours_in_force(district=""):
    rows = Hours.objects.in_force().filter(district=district)
    return [(str(row.first_on), str(row.last_on or ""), row.sessions) for row in rows]


def test_a_notice_takes_the_place_of_the_guesses(shipped):
    user = UserFactory(is_superuser=True)
    before = in_force()
    done = actions.import_days(NOTICE, by=user, source="notice")
    assert set(in_force()) == {row.on for row in NOTICE}
    assert not any(is_provisional for _, is_provisional in in_force().values())
    assert (done.edition.made_by, done.edition.source) == (user, "notice")
    assert (len(done.added), len(done.changed), done.unchanged) == (2, len(before), 0)
    assert done.warnings == []
    # What was is kept: ended, by this edition.
    ended = CalendarDay.objects.filter(until=done.edition, date__year=2027)
    assert {row.date for row in ended} == set(before)


def test_the_same_again_makes_no_edition(shipped):
    actions.import_days(NOTICE, by=None)
    editions, rows = Edition.objects.count(), CalendarDay.objects.count()
    again = actions.import_days(reversed(NOTICE), by=None)
    assert (again.edition, again.added, again.changed) == (None, [], [])
    assert again.unchanged == len(NOTICE)
    assert (Edition.objects.count(), CalendarDay.objects.count()) == (editions, rows)


def test_part_of_a_notice_leaves_the_days_off_by_law_and_warns_of_them(shipped):
    done = actions.import_days([NEW_YEAR], by=None)
    assert set(in_force()) == sources.by_law(2027)
    assert len(done.warnings) == len(sources.by_law(2027)) - 1
    assert "2027-02-05 is a holiday by law" in done.warnings[0].reason


def test_what_was_published_before_stays_when_a_list_names_a_few_days(shipped):
    actions.import_days([DayRow(date(2026, 12, 25), "holiday", "加")], by=None)
    assert len(in_force(2026)) == 40


def test_a_list_for_an_empty_calendar_keeps_what_was_shipped(empty):
    actions.import_days([DayRow(date(2026, 12, 25), "holiday", "加")], by=None)
    assert len(in_force(2026)) == 40
    assert queries.calendar().is_provisional(date(2026, 1, 1), date(2026, 12, 31)) is False


def test_a_guess_is_a_guess(shipped):
    actions.import_days([DayRow(date(2028, 1, 3), "holiday")], by=None, is_provisional=True)
    assert set(in_force(2028)) == sources.by_law(2028) | {date(2028, 1, 3)}
    assert queries.calendar().is_provisional(date(2028, 1, 3), date(2028, 1, 3))


@pytest.mark.parametrize(
    ("code", "rows", "more"),
    [
        ("no_days", [], {}),
        ("day_twice", [NEW_YEAR, DayRow(NEW_YEAR.on, "makeup_workday")], {}),
        ("year_is_published", [DayRow(date(2026, 1, 1), "holiday")], {"is_provisional": True}),
        ("day_refused", [DayRow(date(2027, 1, 1), "workday")], {}),
        ("day_refused", [DayRow(date(2027, 1, 1), "makeup_workday")], {}),
        ("day_refused", [DayRow(date(1987, 1, 1), "holiday")], {}),
        ("day_refused", [DayRow(date(2027, 1, 1), "holiday", "元" * 41)], {}),
    ],
)
def test_a_list_that_cannot_be_is_refused_whole(shipped, code, rows, more):
    before = in_force(), Edition.objects.count()
    with pytest.raises(Refused) as refused:
        actions.import_days([DayRow(date(2027, 5, 3), "holiday"), *rows][bool(not rows) :], by=None, **more)  # fmt: skip
    assert refused.value.code == code
    assert (in_force(), Edition.objects.count()) == before


def test_a_single_day_becomes_a_workday_and_an_ordinary_one_again(shipped):
    sunday = date(2026, 11, 22)
    first = actions.set_day(sunday, "makeup_workday", by=None, name="加班")
    assert in_force(2026)[sunday] == ("makeup_workday", False)
    assert actions.set_day(sunday, "makeup_workday", by=None, name="加班").edition is None
    last = actions.set_day(sunday, None, by=None)
    assert sunday not in in_force(2026)
    assert CalendarDay.objects.get(since=first.edition).until == last.edition
    assert actions.set_day(sunday, None, by=None).edition is None


def test_a_single_day_does_not_publish_a_year(shipped):
    actions.set_day(date(2027, 1, 2), "makeup_workday", by=None)
    actions.set_day(date(2029, 1, 6), "makeup_workday", by=None)
    assert in_force(2027)[date(2027, 1, 2)] == ("makeup_workday", True)
    assert set(in_force(2029)) == {*sources.statutory(2029), date(2029, 1, 6)}
    assert queries.calendar().is_provisional(date(2027, 1, 1), date(2027, 1, 1))
    assert queries.calendar().is_provisional(date(2029, 1, 1), date(2029, 1, 1))


def test_summer_hours_cut_the_usual_ones_in_two(shipped):
    summer = {"sessions": "08:00-12:00,15:00-18:30", "first_on": date(2027, 5, 1), "last_on": date(2027, 9, 30)}  # fmt: skip
    edition = actions.set_hours(by=None, source="summer", **summer)
    assert hours_in_force() == [
        ("2000-01-01", "2027-04-30", USUAL),
        ("2027-05-01", "2027-09-30", "08:00-12:00,15:00-18:30"),
        ("2027-10-01", "", USUAL),
    ]
    assert actions.set_hours(by=None, **summer) is None
    assert edition.source == "summer"
    actions.set_hours(by=None, sessions=USUAL, first_on=date(2027, 6, 1))
    assert hours_in_force()[1:] == [
        ("2027-05-01", "2027-05-31", "08:00-12:00,15:00-18:30"),
        ("2027-06-01", "", USUAL),
    ]


def test_a_district_may_go_back_to_the_hours_of_everywhere(shipped):
    own = {"by": None, "district": "420506", "first_on": date(2027, 1, 1)}
    actions.set_hours(sessions="09:00-17:00", **own)
    assert hours_in_force("420506") == [("2027-01-01", "", "09:00-17:00")]
    assert len(hours_in_force()) == 1
    assert actions.set_hours(sessions="", **own) is not None
    assert hours_in_force("420506") == []
    assert actions.set_hours(sessions="", **own) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"sessions": "8-12"},
        {"sessions": "14:00-18:00,08:00-12:00"},
        {"last_on": date(2026, 12, 31)},
        {"first_on": date(1900, 1, 1)},
        {"district": "4205064205064"},
    ],
)
def test_hours_that_cannot_be_are_refused(shipped, wrong):
    with pytest.raises(Refused) as refused:
        actions.set_hours(**{"by": None, "sessions": USUAL, "first_on": date(2027, 1, 1)} | wrong)
    assert refused.value.code == "hours_refused"
    assert hours_in_force() == [("2000-01-01", "", USUAL)]


@pytest.mark.parametrize(
    "who", [{}, {"is_staff": True}, {"is_superuser": True, "is_active": False}]
)
def test_only_who_runs_the_platform_changes_the_calendar(shipped, who):
    user = UserFactory(**who)
    for change in (
        lambda: actions.import_days(NOTICE, by=user),
        lambda: actions.set_day(NEW_YEAR.on, None, by=user),
        lambda: actions.set_hours(by=user, sessions=USUAL, first_on=date(2027, 1, 1)),
    ):
        with pytest.raises(PermissionDenied):
            change()
    assert Edition.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_make_one_edition():
    def load(_):
        try:
            return actions.import_days(NOTICE, by=None).edition
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        editions = [one for one in pool.map(load, range(4)) if one]
    assert len(editions) == 1
    assert set(in_force()) == {row.on for row in NOTICE}
