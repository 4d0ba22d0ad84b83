"""What the clock does with the roster; every task may run twice."""

from celery import shared_task

from members import actions


@shared_task
def fire_needs() -> None:
    """Needs whose day is over, and services that nobody confirmed."""
    actions.fire_needs(by=None)


@shared_task
def make_slots() -> None:
    """Reception slots of the next four weeks."""
    actions.make_slots(by=None)


@shared_task
def remind_of_receptions() -> None:
    """A day before: bookings, and activities one has signed up for."""
    actions.remind_of_bookings(by=None)
    actions.remind_of_activities(by=None)
