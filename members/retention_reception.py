"""What reception days and activities must forget, and when. The nightly job of privacy runs it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from govgrid.accounts.models import User
from govgrid.privacy import retention
from members import actions, leaving
from members.models import Booking, Member, SignUp

# R24: what one came about, half a year; whose door it was, a month.
MATTER_DAYS = 180
ADDRESS_DAYS = 30
# Who signed up is needed for nothing once it is over and counted.
SIGN_UP_DAYS = 90
# A booking that was dealt with says something; what it was is not said any more.
ERASED = "—"


def _ended(now: datetime, days: int) -> QuerySet[Booking]:
    return Booking.objects.filter(slot__ends_at__lt=now - timedelta(days=days))


def erase_addresses(now: datetime, *, dry_run: bool) -> int:
    """Whose door it was, 30 days after."""
    due = _ended(now, ADDRESS_DAYS).filter(address__isnull=False)
    return due.count() if dry_run else due.update(address=None)


def erase_matters(now: datetime, *, dry_run: bool) -> int:
    """What it was about, who was entered at the desk, what came of it: 180 days after."""
    kept = Q(matter__isnull=False) | Q(visitor__isnull=False) | Q(visitor_phone__isnull=False)
    due = _ended(now, MATTER_DAYS).filter(kept | ~Q(outcome__in=["", ERASED]))
    if dry_run:
        return due.count()
    keys = list(due.values_list("pk", flat=True))
    rows = Booking.objects.filter(pk__in=keys)
    rows.exclude(outcome="").update(outcome=ERASED)
    return rows.update(matter=None, visitor=None, visitor_phone=None)


def erase_sign_ups(now: datetime, *, dry_run: bool) -> int:
    """Who signed up for an activity, 90 days after; how many came stays."""
    due = SignUp.objects.filter(activity__ends_at__lt=now - timedelta(days=SIGN_UP_DAYS))
    return due.count() if dry_run else due.delete()[0]


def let_go(member: Member, by: User | None) -> None:
    """Whoever leaves receives no more."""
    actions.free_host(member, by=by)


def register() -> None:
    """Called once at start-up."""
    leaving.register("reception", let_go)
    retention.register("members.address", erase_addresses)
    retention.register("members.matter", erase_matters)
    retention.register("members.sign_up", erase_sign_ups)
