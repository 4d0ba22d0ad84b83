"""What several processes keep for a while, in a Redis of its own that may be gone at any moment.

Not the broker's: that one must never drop a task to make room for a tile.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

PATIENCE = 0.2  # seconds: making anew what is kept takes less
PAUSE = 5.0  # seconds without a try after a failure
_silent_until = 0.0


class Forgetful(RedisCache):
    """Django's Redis cache that has forgotten everything while its Redis is away.

    A dead one is let be for a while, so that not every request waits for it.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        waits = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
        params = {**params, "OPTIONS": {**waits, **params.get("OPTIONS", {})}}
        super().__init__(server, params)

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return _asked(lambda: super(Forgetful, self).get(key, default, version), otherwise=default)

    def set(self, key: Any, value: Any, *args: Any, **options: Any) -> None:
        _asked(lambda: super(Forgetful, self).set(key, value, *args, **options))

    def add(self, key: Any, value: Any, *args: Any, **options: Any) -> bool:
        # As the first who ever asked.
        return _asked(
            lambda: super(Forgetful, self).add(key, value, *args, **options), otherwise=True
        )

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> int:
        return _asked(lambda: super(Forgetful, self).incr(key, delta, version), otherwise=delta)

    def touch(self, key: Any, *args: Any, **options: Any) -> bool:
        return _asked(lambda: super(Forgetful, self).touch(key, *args, **options), otherwise=False)

    def delete(self, key: Any, version: Any = None) -> bool:
        return _asked(lambda: super(Forgetful, self).delete(key, version), otherwise=False)

    def has_key(self, key: Any, version: Any = None) -> bool:
        return _asked(lambda: super(Forgetful, self).has_key(key, version), otherwise=False)

    def get_many(self, keys: Any, version: Any = None) -> dict[Any, Any]:
        return _asked(lambda: super(Forgetful, self).get_many(keys, version), otherwise={})

    def set_many(self, data: Any, *args: Any, **options: Any) -> list[Any]:
        return _asked(lambda: super(Forgetful, self).set_many(data, *args, **options), otherwise=[])

    def delete_many(self, keys: Any, version: Any = None) -> None:
        _asked(lambda: super(Forgetful, self).delete_many(keys, version))

    def clear(self) -> None:
        _asked(lambda: super(Forgetful, self).clear())


def _asked(ask: Callable[[], Any], *, otherwise: Any = None) -> Any:
    global _silent_until  # noqa: PLW0603 one number for the process
    if time.monotonic() < _silent_until:
        return otherwise
    try:
        return ask()
    except RedisError as error:
        log.warning("The cache does not answer, everything is made anew: %s", error)
        _silent_until = time.monotonic() + PAUSE
        return otherwise
