"""What the clock does with the roster; every task may run twice."""

from celery import shared_task

from members import actions


@shared_task
def fire_needs() -> None:
    """Needs whose day is over, and services that nobody confirmed."""
    actions.fire_needs(by=None)
