"""Woken by a commit or by the clock. A second run finds nothing to do, and that is fine."""

from celery import shared_task
from django.db import close_old_connections

from tickets import actions
from tickets.routing import BATCH


@shared_task
def route() -> None:
    """Route whatever waits, batch by batch."""
    # Celery keeps connections (CELERY_DB_REUSE_MAX): one that died in between heals here.
    close_old_connections()
    while actions.route() == BATCH:
        pass


@shared_task
def sweep() -> None:
    """Find what a lost wake-up left behind."""
    route()
