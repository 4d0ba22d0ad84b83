"""What of the roster is erased when its time is over, and who is asked whether it still holds."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from govgrid.core import clock
from govgrid.privacy import erasure, retention
from members import actions, tidings_roster
from members.models import Invitation, Member
from members.workflow.joining import ARCHIVED_AFTER, INVITED, REMINDED_BEFORE
from members.workflow.roster import ON_ROSTER, OVER


def erase_invitations(now: datetime, *, dry_run: bool) -> int:
    """Who did not answer within 30 days was not asked; what was answered goes as late."""
    over = Q(answer="", expires_at__lte=now) | Q(answered_at__lte=now - INVITED)
    due = Invitation.objects.filter(over)
    return due.count() if dry_run else due.delete()[0]


def erase_leavers(now: datetime, *, dry_run: bool) -> int:
    """Who left, or was not taken, once the day has come."""
    today = clock.local(now).date()
    due = Member.objects.filter(state__in=OVER, erase_on__lte=today).exclude(name="")
    count = due.count()
    if dry_run:
        return count
    for one in due.select_related("user"):
        erasure.note(one, by=None, user=one.user)
        actions.erase(one, by=None)
    return count


def archive_unreviewed(now: datetime, *, dry_run: bool) -> int:
    """Asked a month before two years are over; who has not answered two months after has left."""
    today = clock.local(now).date()
    held = Member.objects.filter(state__in=ON_ROSTER)
    due = held.filter(review_on__lt=today - ARCHIVED_AFTER)
    if dry_run:
        return due.count()
    asked = held.filter(review_on__lte=today + REMINDED_BEFORE)
    for member in asked.select_related("user"):
        tidings_roster.to_review(member)
    unanswered = list(due)
    for member in unanswered:
        actions.archive(member, by=None)
    return len(unanswered)


def register() -> None:
    """Called once at start-up."""
    retention.register("members.invitation", erase_invitations)
    retention.register("members.leaver", erase_leavers)
    retention.register("members.review", archive_unreviewed)
