"""Woken by a commit or by the clock. A second run finds nothing to do, and that is fine."""

from celery import shared_task

from grids.actions import uploads


@shared_task
def work_off_uploads() -> None:
    """Read and import files until none waits."""
    while uploads.work():
        pass
