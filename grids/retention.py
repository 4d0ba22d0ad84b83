"""What grids must forget, and when. The nightly job of govgrid.privacy runs it."""

from __future__ import annotations

from datetime import datetime, timedelta

from govgrid.core import clock
from govgrid.privacy import retention
from grids.models import CheckIn
from grids.models.patrol import POINT_DAYS


def erase_points(now: datetime, *, dry_run: bool) -> int:
    """Erase where somebody checked in, on the day that the worker was told; gives the count.

    By the date and not by the hour: what is promised for 24 October is gone on 24 October,
    whenever the job runs that day. Times and counts stay.
    """
    first_kept = clock.local(now).date() - timedelta(days=POINT_DAYS - 1)
    due = CheckIn.objects.filter(point__isnull=False, at__lt=clock.midnight(first_kept))
    if dry_run:
        return due.count()
    return due.update(point=None, erased_at=now)


def register() -> None:
    """Called once at start-up."""
    retention.register("grids.check_in_point", erase_points)
