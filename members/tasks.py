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


@shared_task
def fire_instructions() -> None:
    """Departments that have still to answer, and those that are late."""
    actions.fire_instructions(by=None)


@shared_task
def remind_of_grants() -> None:
    """Grants of duty that end within a month."""
    actions.remind_of_grants(by=None)


@shared_task
def freeze_figures() -> None:
    """The figures of a quarter that is over."""
    actions.freeze_figures(by=None)
