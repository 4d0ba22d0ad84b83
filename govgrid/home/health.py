"""Does everything that a report needs answer? Asked by script/server, a balancer, a person."""

from collections.abc import Callable

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

WAIT = 2.0  # seconds for a worker to answer; it takes 20 ms, and half a second on a busy machine


class NotReady(Exception):
    """One part does not answer; the text says which and why."""


def database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        raise NotReady(_first_line(error)) from error


def broker() -> None:
    client = Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=0.5)
    try:
        client.ping()
    except (RedisError, OSError) as error:
        raise NotReady(_first_line(error)) from error
    finally:
        client.close()


def worker() -> None:
    try:
        answers = current_app.control.ping(timeout=WAIT, limit=1)
    except (OperationalError, RedisError, OSError) as error:
        raise NotReady(_first_line(error)) from error
    if not answers:
        raise NotReady("no worker answered")


PARTS: dict[str, Callable[[], None]] = {"database": database, "broker": broker, "worker": worker}


def check() -> dict[str, str]:
    """One line for each part: "ok", or what is wrong with it."""
    said: dict[str, str] = {}
    for name, part in PARTS.items():
        if name == "worker" and said["broker"] != "ok":
            # A worker is asked through the broker, and Celery would wait for it.
            said[name] = "cannot be asked without the broker"
            continue
        said[name] = _answer(part)
    return said


def _answer(part: Callable[[], None]) -> str:
    try:
        part()
    except NotReady as error:
        return str(error)
    return "ok"


def _first_line(error: Exception) -> str:
    # The class only: a message may carry an address or a user name of the database.
    return type(error).__name__
