"""Woken by a commit or by the clock. A second run finds nothing to do, and that is fine."""

from celery import shared_task

from grids import actions


@shared_task
def take_effect() -> None:
    """Redraw the map where the day of an approved division has come."""
    while actions.take_effect():
        pass
