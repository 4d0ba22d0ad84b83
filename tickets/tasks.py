"""Woken by a commit or by the clock. A second run finds nothing to do, and that is fine."""

from datetime import timedelta

from celery import shared_task

from govgrid.core import clock
from govgrid.core.wake import wake, work_off
from tickets import actions
from tickets.actions.carding import BATCH as CARDS
from tickets.actions.rising import BATCH as REDS
from tickets.actions.ticking import BATCH as CLOCKS
from tickets.routing import BATCH


@shared_task
def route() -> None:
    """Route whatever waits and what comes meanwhile; a backlog calls a second pair of hands."""
    called = False

    def work() -> int:
        nonlocal called
        many = actions.route()
        if many == BATCH and not called:
            called = True
            wake("tickets.tasks.route_backlog")
        return many

    work_off("tickets.tasks.route", work, full=BATCH)


@shared_task
def route_backlog() -> None:
    """Route batch by batch, beside whoever else does: each takes what nobody holds."""
    while actions.route() == BATCH:
        pass


@shared_task
def sweep() -> None:
    """Find what a lost wake-up left behind."""
    route_backlog()


@shared_task
def fire_clocks() -> None:
    """Remind, tell that it is late, close: whatever time has come for."""
    while actions.fire_clocks() == CLOCKS:
        pass


@shared_task
def redden_cards() -> None:
    """Turn yellow cards red that nobody answered, and take up a level what is red."""
    while actions.redden_cards() == CARDS:
        pass
    while actions.take_up_reds() == REDS:
        pass


@shared_task
def resume_suspended() -> None:
    """What stood still until today goes on."""
    while actions.resume_suspended() == CLOCKS:
        pass


@shared_task
def recompute_clocks() -> None:
    """Follow the calendar: what an older edition computed is computed again."""
    while actions.recompute_clocks() == CLOCKS:
        pass


@shared_task
def roll_up() -> None:
    """Count what is open in each grid, for the map of a city."""
    actions.roll_up()


@shared_task
def tally_levels() -> None:
    """This month and the last one, by the level that settled it."""
    actions.tally_levels(clock.today().replace(day=1) - timedelta(days=1))


@shared_task
def tally_all_levels() -> None:
    """Every month: what was opened again has left the month in which it was closed."""
    actions.tally_levels()
