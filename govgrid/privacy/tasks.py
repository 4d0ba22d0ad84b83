"""The daily erasing, the chain of readings, and what is overdue."""

import logging

from celery import shared_task

from govgrid.privacy import actions, erasure, retention

log = logging.getLogger(__name__)


@shared_task
def retain() -> int:
    """Erase what is past its time; how many rows that was. May run twice."""
    total = 0
    for result in retention.run():
        if result.erased is None:
            log.error("Retention %s failed: %s", result.name, result.error)
        else:
            log.info("Retention %s erased %s rows.", result.name, result.erased)
            total += result.erased
    if missing := erasure.sync():
        log.warning("Wrote %s erasures beside the database that a crash had left out.", missing)
    return total


@shared_task
def link_readings() -> int:
    """Link the days that are over, and look whether all days before still hold."""
    made = actions.link_days()
    for link in made:
        # In the log as well, which does not lie in the database: who cuts off the end is seen.
        log.info("Readings of %s: %s, digest %s", link.day, link.count, link.digest)
    for broken in actions.check_days():
        log.error("Readings of %s do not hold: %s", broken.day, broken.what)
    return len(made)


@shared_task
def watch_requests() -> int:
    """Tell of requests whose time is over; each is told once."""
    return actions.alarm_overdue()
