"""Waking Celery. The row is the queue, so a lost wake-up costs a delay and never a fact."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import LimitExceeded, OperationalError
from kombu.pools import ProducerPool
from redis.exceptions import RedisError

from govgrid.core.log import request_id

if TYPE_CHECKING:
    from kombu import Producer
    from redis import Redis

log = logging.getLogger(__name__)

# A worker may wait 5 s for the broker; somebody with a phone in the rain may not.
PATIENCE = {"socket_connect_timeout": 0.3, "socket_timeout": 0.3, "max_retries": 0}
CONNECTIONS = 10  # a process; more threads than that wait for one
PAUSE = 5.0  # seconds without a try after a failure
_silent_until = 0.0
# Sending costs 1.2 ms and marking a tenth of it: while a task is at work, whatever comes is its.
MARKED = 5_000  # milliseconds; a worker that died keeps nobody from waking for longer
LINGER = 0.05  # seconds; at 400 creates a second a ticket waits 36 ms, and creates lose a fifteenth
RUN = 2.0  # seconds until a task lets others of its queue have a turn


def wake(task: str, *ids: int) -> None:
    """Wake a task by name once the transaction commits; with the broker down, let the sweep."""
    # A lambda, since Django 5.2 cannot log a robust hook that is a partial.
    transaction.on_commit(lambda: _send(task, ids), robust=True)


def wake_once(task: str) -> None:
    """:func:`wake`, for a task that works off all there is: only where none is at work already."""
    transaction.on_commit(lambda: _send(task, (), once=True), robust=True)


def work_off(task: str, work: Callable[[], int], *, full: int) -> None:
    """The body of a task that :func:`wake_once` wakes: ``work`` until it finds nothing more.

    ``work`` gives how much it found; ``full`` and more is not all there is. The first look waits
    for nothing; after a find it lingers, since more is on its way. The mark goes after an empty
    look, and then comes one look more: whoever saw the mark had committed before that one.
    """
    until = time.monotonic() + RUN
    while True:
        found = work()
        if not found:
            _marked(task, is_at_work=False)
            found = work()
            if not found:
                return
        _marked(task, is_at_work=True)
        # Without a broker nobody could go on with it.
        if time.monotonic() > until and _send(task, ()):
            return
        if found < full:
            time.sleep(LINGER)


def _send(task: str, ids: tuple[int, ...], *, once: bool = False) -> bool:
    """Whether the broker was told."""

    def say(producer: Producer) -> None:
        if not once or _mark(producer, task):
            headers = {"request_id": request_id.get()}
            current_app.send_task(task, ids, producer=producer, retry=False, headers=headers)

    return _to_broker(task, say)


def _marked(task: str, *, is_at_work: bool) -> None:
    def say(producer: Producer) -> None:
        if is_at_work:
            _redis(producer).set(_key(task), 1, px=MARKED)
        else:
            _redis(producer).delete(_key(task))

    _to_broker(task, say)


def _mark(producer: Producer, task: str) -> bool:
    """Whether nobody had marked it."""
    return bool(_redis(producer).set(_key(task), 1, nx=True, px=MARKED))


def _redis(producer: Any) -> Redis:
    """The broker itself; the channel's own client, since making one takes a quarter millisecond."""
    return producer.channel.client


def _key(task: str) -> str:
    return f"at-work:{task}"


def _to_broker(task: str, say: Callable[[Producer], None]) -> bool:
    """Whether that worked. A dead broker is told of once, and then let be for a while: it slows one
    request, not all."""
    global _silent_until  # noqa: PLW0603 one number for the process
    if time.monotonic() < _silent_until:
        return False
    try:
        with _producers(os.getpid()).acquire(block=True, timeout=PATIENCE["socket_timeout"]) as one:
            say(one)
    except (OperationalError, LimitExceeded, RedisError, OSError) as error:
        if not _silent_until:
            log.warning("The broker does not answer, the sweep will find %s: %s", task, error)
        _silent_until = time.monotonic() + PAUSE
        return False
    _silent_until = 0.0
    return True


@cache
def _producers(_process: int) -> ProducerPool:
    """Connections of this process: one shared with the parent would mix two conversations."""
    broker = current_app.connection_for_write(transport_options=PATIENCE)
    return ProducerPool(broker.Pool(CONNECTIONS), limit=CONNECTIONS)
