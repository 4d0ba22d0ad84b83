"""Where somebody checked in is erased on the day that was promised; that somebody did stays."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from govgrid.core import clock
from govgrid.privacy import retention
from grids.models import CheckIn
from grids.retention import erase_points
from tests.factories.grids import AreaFactory, CheckInFactory, PatrolFactory

CHINA = ZoneInfo("Asia/Shanghai")
WALKED = datetime(2026, 9, 24, 17, 0, tzinfo=CHINA)


@pytest.fixture
def check_in(db):
    patrol = PatrolFactory(area=AreaFactory(), started_at=WALKED - timedelta(hours=3))
    return CheckInFactory(patrol=patrol, at=WALKED)


def test_the_date_shown_is_thirty_days_on(check_in):
    assert str(check_in.erase_on) == "2026-10-24"


@pytest.mark.parametrize(
    ("at", "erased"),
    [
        (datetime(2026, 10, 23, 23, 59, tzinfo=CHINA), 0),
        (datetime(2026, 10, 24, 0, 0, tzinfo=CHINA), 1),
        (datetime(2026, 12, 24, 0, 0, tzinfo=CHINA), 1),
    ],
)
def test_a_point_is_erased_on_that_day_and_its_time_stays(check_in, at, erased):
    assert erase_points(at, dry_run=True) == erased
    assert erase_points(at, dry_run=False) == erased
    assert erase_points(at, dry_run=False) == 0

    kept = CheckIn.objects.get()
    assert (kept.point is None) is bool(erased)
    assert kept.erased_at == (at if erased else None)
    assert kept.at == WALKED


def test_a_check_in_without_a_point_has_nothing_to_erase(check_in):
    CheckIn.objects.update(point=None)

    assert erase_points(clock.now() + timedelta(days=99), dry_run=False) == 0
    assert CheckIn.objects.get().erased_at is None


def test_the_nightly_job_knows_it():
    assert "grids.check_in_point" in retention.names()
