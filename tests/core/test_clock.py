"""Business time, and moving it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from govgrid.core import clock
from govgrid.worktime.models import ClockShift


def test_now_is_aware_and_asks_nothing(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert timezone.is_aware(clock.now())


def test_a_row_does_nothing_unless_the_setting_says_so(db):
    ClockShift.objects.create(shift=timedelta(days=9))

    assert abs(clock.now() - timezone.now()) < timedelta(minutes=1)


def test_one_row_moves_the_clock(shift_clock):
    shift_clock(days=3, hours=2)

    moved = clock.now() - timezone.now()

    assert abs(moved - timedelta(days=3, hours=2)) < timedelta(minutes=1)


def test_without_a_row_the_clock_is_the_wall_clock(settings, db):
    settings.TEST_CLOCK = True

    assert abs(clock.now() - timezone.now()) < timedelta(minutes=1)


def test_there_is_one_row_at_most(db):
    with pytest.raises(IntegrityError):
        ClockShift.objects.create(id=2)


def test_today_is_the_date_in_china_for_every_reader(monkeypatch):
    late = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
    monkeypatch.setattr(clock.timezone, "now", lambda: late)

    with timezone.override("America/New_York"):
        assert str(clock.today()) == "2026-11-23"
