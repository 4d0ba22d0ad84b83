"""Woken by a commit or by the clock. A second run finds nothing to do, and that is fine."""

from celery import shared_task

from govgrid.core.wake import wake
from grids import actions
from grids.actions import proposing, uploads

# One file or one proposal at a time has so many seconds. At the first limit it is given up with a
# sentence; that cuts off no statement of the database, and at the second its process is killed.


@shared_task(soft_time_limit=840, time_limit=900)
def work_off_uploads() -> None:
    """Read or import the oldest file that waits, and see to it that the next has its turn."""
    if uploads.work() and uploads.is_waiting():
        wake(uploads.TASK)


@shared_task
def take_effect() -> None:
    """Redraw the map where the day of an approved division has come."""
    while actions.take_effect():
        pass


@shared_task(soft_time_limit=270, time_limit=290)
def propose(proposal_id: int) -> None:
    """Compute balanced grids for a draft; who comes second finds it taken."""
    proposing.propose(proposal_id)


@shared_task
def sweep_proposals() -> None:
    """Find what a lost wake-up or a worker that died left behind."""
    for proposal_id in proposing.waiting_proposals():
        wake(proposing.TASK, proposal_id)
