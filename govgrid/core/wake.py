"""Waking Celery. The row is the queue, so a lost wake-up costs a delay and never a fact."""

import logging
import time

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

PAUSE = 5.0  # seconds without a try after a failure, so that one dead broker slows one request
_silent_until = 0.0


def wake(task: str, *ids: int) -> None:
    """Wake a task by name once the transaction commits; with the broker down, let the sweep."""
    # A lambda, since Django 5.2 cannot log a robust hook that is a partial.
    transaction.on_commit(lambda: _send(task, ids), robust=True)


def _send(task: str, ids: tuple[int, ...]) -> None:
    global _silent_until  # noqa: PLW0603 one number for the process
    if time.monotonic() < _silent_until:
        return
    try:
        current_app.send_task(task, ids)
    except (OperationalError, RedisError, OSError) as error:
        _silent_until = time.monotonic() + PAUSE
        log.warning("The broker did not take %s%s: %s. The sweep will.", task, ids, error)
