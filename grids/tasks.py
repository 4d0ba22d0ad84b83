"""Woken by a commit or by the clock. A second run finds nothing to do, and that is fine."""

from celery import shared_task

from grids import actions
from grids.actions import uploads


@shared_task
def work_off_uploads() -> None:
    """Read and import files until none waits."""
    while uploads.work():
        pass


@shared_task
def take_effect() -> None:
    """Redraw the map where the day of an approved division has come."""
    while actions.take_effect():
        pass
