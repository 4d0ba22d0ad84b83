"""Waking Celery. The row is the queue, so a lost wake-up costs a delay and never a fact."""

import logging
import os
import time
from functools import cache

from celery import current_app
from django.db import transaction
from kombu.exceptions import LimitExceeded, OperationalError
from kombu.pools import ProducerPool
from redis.exceptions import RedisError

from govgrid.core.log import request_id

log = logging.getLogger(__name__)

# A worker may wait 5 s for the broker; somebody with a phone in the rain may not.
PATIENCE = {"socket_connect_timeout": 0.3, "socket_timeout": 0.3, "max_retries": 0}
CONNECTIONS = 10  # a process; more threads than that wait for one
PAUSE = 5.0  # seconds without a try after a failure: a dead broker slows one request, not all
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
        with _producers(os.getpid()).acquire(block=True, timeout=PATIENCE["socket_timeout"]) as one:
            headers = {"request_id": request_id.get()}
            current_app.send_task(task, ids, producer=one, retry=False, headers=headers)
    except (OperationalError, LimitExceeded, RedisError, OSError) as error:
        if not _silent_until:
            log.warning("The broker does not answer, the sweep will find %s: %s", task, error)
        _silent_until = time.monotonic() + PAUSE
    else:
        _silent_until = 0.0


@cache
def _producers(_process: int) -> ProducerPool:
    """Connections of this process: one shared with the parent would mix two conversations."""
    broker = current_app.connection_for_write(transport_options=PATIENCE)
    return ProducerPool(broker.Pool(CONNECTIONS), limit=CONNECTIONS)
