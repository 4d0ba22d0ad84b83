"""What grids must forget, and when. The nightly job of govgrid.privacy runs it."""

from __future__ import annotations

from datetime import datetime, timedelta

from govgrid.core import clock
from govgrid.privacy import retention
from grids.models import CheckIn, Upload
from grids.models.patrol import POINT_DAYS

# A file may hold what was never meant to stay here.
UPLOAD_DAYS = 7


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


def forget_uploads(now: datetime, *, dry_run: bool) -> int:
    """Erase files that nobody imported within a week, with all that was read of them."""
    left = Upload.objects.filter(created_at__lt=now - timedelta(days=UPLOAD_DAYS)).exclude(
        state=Upload.State.DONE
    )
    if dry_run:
        return left.count()
    count = 0
    for upload in left.iterator():
        upload.file.delete(save=False)
        upload.delete()
        count += 1
    return count


def register() -> None:
    """Called once at start-up."""
    retention.register("grids.upload", forget_uploads)
    retention.register("grids.check_in_point", erase_points)
