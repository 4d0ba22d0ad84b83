"""What tickets must forget, and when. The nightly job of govgrid.privacy runs it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from govgrid.privacy import retention
from tickets import gallery
from tickets.models import Contact, Photo
from tickets.workflow import State

CONTACT_DAYS = 180
DRAFT_DAYS = 1


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


def erase_drafts(now: datetime, *, dry_run: bool) -> int:
    """Erase photos, files too, whose report was not sent within a day; gives the count."""
    due = Photo.objects.forgotten(before=now - timedelta(days=DRAFT_DAYS))
    if dry_run:
        return due.count()
    return gallery.erase(due.select_for_update(skip_locked=True), by=None)


def register() -> None:
    """Called once at start-up."""
    retention.register("tickets.contact", erase_contacts)
    retention.register("tickets.photo", erase_drafts)
