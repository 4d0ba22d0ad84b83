"""When the tasks of the timetable last ended: whether beat and a worker live, told without asking them.

In Redis, since it is news and no fact: wiped, it is back within one round.
"""

import os
import time
from functools import cache

from django.conf import settings
from redis import Redis

KEY = "govgrid:rounds"
PATIENCE = 0.5


def note(task: str) -> None:
    """``task`` has just ended well."""
    _client(os.getpid()).hset(KEY, task, str(time.time()))


def ages() -> dict[str, float]:
    """Seconds since each task of the timetable last ended."""
    at = time.time()
    told = _client(os.getpid()).hgetall(KEY)
    return {str(task): at - float(then) for task, then in told.items()}


def lengths(queues: list[str]) -> dict[str, int]:
    """How many tasks wait in each queue of the broker."""
    with _client(os.getpid()).pipeline(transaction=False) as pipe:
        for queue in queues:
            pipe.llen(queue)
        return dict(zip(queues, pipe.execute(), strict=True))


@cache
def _client(_process: int) -> Redis:
    """One for a process: shared with the parent, two conversations would mix."""
    return Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        socket_connect_timeout=PATIENCE,
        socket_timeout=PATIENCE,
    )
