"""What is erased when its time is over. The apps bring the policies, a daily task runs them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from django.db import DatabaseError, transaction
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.utils import timezone

from govgrid.core import clock
from govgrid.core.clock import now
from govgrid.privacy.models import AccessLog, Alarm, Consent, RetentionRun, SubjectRequest
from govgrid.privacy.models.keeping import letting_go


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


# ── what privacy itself must forget ───────────────────────────────────────────────────────────
# Article 56 asks for three years; the triggers hold it, and let nobody else delete.
def three_years_before(at: datetime) -> datetime:
    """Midnight three years ago: by whole days, as the readings are linked."""
    day = clock.local(at).date() - timedelta(days=3 * 366)
    return clock.midnight(day)


def _after_three_years(model: type[Model], column: str) -> Policy:
    def policy(at: datetime, /, *, dry_run: bool) -> int:
        before = min(three_years_before(at), three_years_before(timezone.now()))
        due = _unused(model).filter(**{f"{column}__lt": before})
        if dry_run:
            return due.count()
        with letting_go():
            return due._raw_delete(due.db)  # type: ignore[attr-defined] # keeps no row in memory

    return policy


def _unused(model: type[Model]) -> QuerySet:
    """Those that no row of an app hangs on."""
    rows = model._default_manager.order_by()
    for relation in model._meta.related_objects:
        other = relation.related_model._default_manager
        rows = rows.exclude(Exists(other.filter(**{relation.field.name: OuterRef("pk")})))
    return rows


def register_own() -> None:
    """Called once at start-up."""
    register("privacy.reading", _after_three_years(AccessLog, "at"))
    register("privacy.alarm", _after_three_years(Alarm, "at"))
    register("privacy.request", _after_three_years(SubjectRequest, "answered_at"))
    register("privacy.consent", _after_three_years(Consent, "withdrawn_at"))
