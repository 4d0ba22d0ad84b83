"""What tickets must forget, and when. The nightly job of govgrid.privacy runs it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from govgrid.privacy import retention
from tickets.models import Contact
from tickets.workflow import State

CONTACT_DAYS = 180


def erase_contacts(now: datetime, *, dry_run: bool) -> int:
    """Erase how to reach the reporter 180 days after the ticket ended; gives the count."""
    before = now - timedelta(days=CONTACT_DAYS)
    ended = Q(ticket__state=State.CLOSED, ticket__closed_at__lt=before) | Q(
        ticket__state__in=[State.DECLINED, State.MERGED], ticket__filed_at__lt=before
    )
    due = Contact.objects.filter(ended, erased_at=None)
    if dry_run:
        return due.count()
    return due.update(name=None, phone=None, erased_at=now)


def register() -> None:
    """Called once at start-up."""
    retention.register("tickets.contact", erase_contacts)
