from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from govgrid.core.clock import now
from govgrid.worktime.models import CalendarDay, Edition, Hours

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition(empty):
    return Edition.objects.create(made_at=now())


def refused(model, **values):
    with transaction.atomic(), pytest.raises(IntegrityError) as caught:
        model.objects.create(**values)
    return caught.value.__cause__.diag.constraint_name


def test_a_date_is_in_force_once(edition):
    later = Edition.objects.create(made_at=now())
    day = {"date": date(2027, 1, 1), "kind": "holiday"}
    CalendarDay.objects.create(since=edition, until=later, **day)
    CalendarDay.objects.create(since=later, **day)
    assert refused(CalendarDay, since=later, **day) == "calendar_day_once_in_force"


@pytest.mark.parametrize(
    ("constraint", "wrong"),
    [
        ("calendar_day_is_of_a_known_kind", {"kind": "workday"}),
        ("calendar_day_is_of_these_centuries", {"date": date(1999, 12, 31)}),
        ("calendar_day_is_of_these_centuries", {"date": date(2200, 1, 1)}),
    ],
)
def test_a_day_is_what_it_may_be(edition, constraint, wrong):
    day = {"date": date(2027, 1, 1), "kind": "holiday", "since": edition}
    assert refused(CalendarDay, **day | wrong) == constraint


def test_nothing_ends_before_it_began(edition):
    later = Edition.objects.create(made_at=now())
    backwards = {"since": later, "until": edition}
    day = {"date": date(2027, 1, 1), "kind": "holiday"}
    assert refused(CalendarDay, **day, **backwards) == "calendarday_ends_after_it_began"
    hours = {"first_on": date(2027, 1, 1), "sessions": "08:00-12:00"}
    assert refused(Hours, **hours, **backwards) == "hours_ends_after_it_began"


@pytest.mark.parametrize(
    ("constraint", "wrong"),
    [
        ("hours_end_after_they_begin", {"last_on": date(2026, 12, 31)}),
        ("hours_are_of_these_centuries", {"first_on": date(1899, 1, 1)}),
        ("hours_have_readable_sessions", {"sessions": "8-12"}),
        ("hours_have_readable_sessions", {"sessions": ""}),
    ],
)
def test_hours_are_what_they_may_be(edition, constraint, wrong):
    hours = {"first_on": date(2027, 1, 1), "sessions": "08:00-12:00", "since": edition}
    assert refused(Hours, **hours | wrong) == constraint


def test_a_date_has_one_set_of_hours_in_a_district(edition):
    hours = {"sessions": "08:00-12:00", "since": edition}
    Hours.objects.create(first_on=date(2027, 5, 1), last_on=date(2027, 9, 30), **hours)
    Hours.objects.create(first_on=date(2027, 10, 1), **hours)
    Hours.objects.create(first_on=date(2027, 5, 1), district="420506", **hours)
    same_day = {"first_on": date(2027, 9, 30), "last_on": date(2027, 9, 30)}
    assert refused(Hours, **hours, **same_day) == "hours_once_in_force"


def test_sessions_out_of_order_are_refused_in_words(edition):
    hours = Hours(first_on=date(2027, 1, 1), sessions="14:00-18:00,08:00-12:00", since=edition)
    with pytest.raises(ValidationError, match="in order, without overlap"):
        hours.full_clean()


def test_rows_say_what_they_are(edition):
    day = CalendarDay(date=date(2027, 1, 1), kind="holiday")
    hours = Hours(first_on=date(2027, 1, 1), sessions="08:00-12:00")
    assert [str(day), str(hours), str(edition)] == [
        "2027-01-01 Holiday",
        "2027-01-01– 08:00-12:00",
        str(edition.number),
    ]
