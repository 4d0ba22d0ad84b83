"""Woken by a commit or by the clock. A second run finds nothing to do, and that is fine."""

from celery import shared_task

from grids import actions
from grids.actions import proposing, uploads


@shared_task
def work_off_uploads() -> None:
    """Read and import files until none waits."""
    while uploads.work():
        pass


@shared_task
def take_effect() -> None:
    """Redraw the map where the day of an approved division has come."""
    while actions.take_effect():
        pass


@shared_task
def propose(proposal_id: int) -> None:
    """Compute balanced grids for a draft; who comes second finds it taken."""
    proposing.propose(proposal_id)


@shared_task
def sweep_proposals() -> None:
    """Find what a lost wake-up or a worker that died left behind."""
    for proposal_id in proposing.waiting_proposals():
        proposing.propose(proposal_id)
