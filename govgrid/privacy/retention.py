"""What is erased when its time is over. The apps bring the policies, a daily task runs them."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple, Protocol

from django.db import DatabaseError, transaction

from govgrid.core.clock import now
from govgrid.privacy.models import RetentionRun


class Policy(Protocol):
    """Erases what is past its time and gives the count; with ``dry_run`` it only counts."""

    def __call__(self, now: datetime, /, *, dry_run: bool) -> int: ...


_policies: dict[str, Policy] = {}


class Result(NamedTuple):
    """What became of one policy: a count, or the error that stopped it."""

    name: str
    erased: int | None
    error: str = ""


def register(name: str, policy: Policy) -> None:
    """Call from ``AppConfig.ready``. A policy may run twice; the second time finds nothing."""
    _policies[name] = policy


def names() -> list[str]:
    return sorted(_policies)


def run(*, dry_run: bool = False) -> Iterator[Result]:
    """Run every policy, each in a transaction of its own: one that fails keeps no other back."""
    for name in names():
        try:
            yield _run_one(name, dry_run=dry_run)
        except DatabaseError as error:
            yield Result(name, None, str(error).strip())


@transaction.atomic
def _run_one(name: str, *, dry_run: bool) -> Result:
    at = now()
    count = _policies[name](at, dry_run=dry_run)
    if dry_run:
        # Whatever a policy did in spite of the flag is taken back.
        transaction.set_rollback(True)
    else:
        RetentionRun.objects.create(name=name, count=count, at=at)
    return Result(name, count)
