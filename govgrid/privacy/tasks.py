"""The daily erasing."""

import logging

from celery import shared_task

from govgrid.privacy import retention

log = logging.getLogger(__name__)


@shared_task
def retain() -> int:
    """Erase what is past its time; how many rows that were. May run twice."""
    total = 0
    for result in retention.run():
        if result.erased is None:
            log.error("Retention %s failed: %s", result.name, result.error)
        else:
            log.info("Retention %s erased %s rows.", result.name, result.erased)
            total += result.erased
    return total
