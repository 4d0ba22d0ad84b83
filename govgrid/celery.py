"""Celery wakes; the database row is the queue. Every task may run twice."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "govgrid.settings")

app = Celery("govgrid")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
