"""Celery wakes; the database row is the queue. Every task may run twice."""

import os
from typing import Any

from celery import Celery, Task
from django.db import close_old_connections

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
