"""Celery wakes; the database row is the queue. Every task may run twice."""

import logging
import os
from logging.config import dictConfig
from typing import Any

from celery import Celery, Task, signals
from django.conf import settings
from django.db import close_old_connections
from redis.exceptions import RedisError

from govgrid.core import log, rounds

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "govgrid.settings")


class Mending(Task):
    """Celery keeps connections (CELERY_DB_REUSE_MAX): one that died in between is replaced here.

    Else the first task after a restart of the database fails, and what it was woken for waits.
    """

    abstract = True

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        close_old_connections()


app = Celery("govgrid", task_cls=Mending)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.celeryd_init.connect
@signals.setup_logging.connect
def log_as_the_web_does(**_told: Any) -> None:
    """Being connected keeps Celery from a log of its own; a worker warns even before it asks."""
    dictConfig(settings.LOGGING)
    logging.captureWarnings(capture=True)


@signals.task_prerun.connect
def take_up_the_request(task: Any, **_told: Any) -> None:
    """Whatever this task logs, and whomever it wakes, belongs to the request that woke it."""
    log.request_id.set(task.request.get("request_id") or "")
    log.task.set(task.name)


@signals.task_postrun.connect
def put_down_the_request(**_told: Any) -> None:
    log.request_id.set("")
    log.task.set("")


@signals.task_success.connect
def note_the_round(sender: Any, **_told: Any) -> None:
    if any(sender.name == entry["task"] for entry in app.conf.beat_schedule.values()):
        try:
            rounds.note(sender.name)
        except (RedisError, OSError) as error:
            logging.getLogger(__name__).warning("The round could not be noted: %s", error)
