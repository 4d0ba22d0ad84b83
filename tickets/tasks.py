"""Woken by a commit or by the clock. A second run finds nothing to do, and that is fine."""

from celery import shared_task
from django.db import close_old_connections

from tickets import actions
from tickets.actions.ticking import BATCH as CLOCKS
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


@shared_task
def fire_clocks() -> None:
    """Remind, tell that it is late, close: whatever time has come for."""
    close_old_connections()
    while actions.fire_clocks() == CLOCKS:
        pass


@shared_task
def recompute_clocks() -> None:
    """Follow the calendar: what an older edition computed is computed again."""
    close_old_connections()
    while actions.recompute_clocks() == CLOCKS:
        pass
