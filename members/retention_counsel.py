"""What counsels, visits and wishes must forget, and when; and what is held of somebody in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govgrid.core import clock
from govgrid.privacy import holdings, retention
from members import actions, leaving
from members.models import Counsel, Member, Visit, VisitWish
from members.workflow.counsel import CounselState

if TYPE_CHECKING:
    from govgrid.accounts.models import User

# What went no further is nobody's business after that; drafts that nobody goes on with as well.
COUNSEL_DAYS = 90
WISH_DAYS = 365
GONE = (
    CounselState.DRAFTED,
    CounselState.RETURNED,
    CounselState.WITHDRAWN,
    CounselState.FILED,
)


def erase_counsels(now: datetime, *, dry_run: bool) -> int:
    """Drafts, and what was given back, taken back or not taken further, 90 days later."""
    before = now - timedelta(days=COUNSEL_DAYS)
    due = Counsel.objects.filter(state__in=GONE, brief=None, state_since__lt=before)
    due = due.filter(topic=None, ticket=None)
    return due.count() if dry_run else actions.forget_author(list(due), by=None)


def erase_visits(now: datetime, *, dry_run: bool) -> int:
    """Twelve months after the visit."""
    due = Visit.objects.filter(expires_on__lte=clock.local(now).date())
    return due.count() if dry_run else due.delete()[0]


def erase_wishes(now: datetime, *, dry_run: bool) -> int:
    """Wishes that were answered, and those that nobody answered in a year."""
    before = now - timedelta(days=WISH_DAYS)
    due = VisitWish.objects.filter(asked_at__lt=before)
    return due.count() if dry_run else due.delete()[0]


# ── what is held of a person ──────────────────────────────────────────────────────────────────


def _counsels(user: User) -> list[Mapping[str, Any]]:
    return [
        {
            _("Number"): one.number,
            _("Title"): one.title,
            _("What you advised"): one.body,
            _("State"): one.get_state_display(),
            _("Your name is shown"): one.is_named,
        }
        for one in Counsel.objects.of(user).order_by("pk")
    ]


def _visits(user: User) -> list[Mapping[str, Any]]:
    return [
        {_("Day"): one.on, _("Help was asked for"): one.asks_help, _("Erased on"): one.expires_on}
        for one in Visit.objects.of(user).order_by("pk")
    ]


def _erase_counsels(user: User, at: datetime) -> int:
    return actions.forget_author(list(Counsel.objects.of(user)), by=None)


def _erase_visits(user: User, at: datetime) -> int:
    wishes = VisitWish.objects.filter(member__user=user).delete()[0]
    return Visit.objects.of(user).delete()[0] + wishes


def let_go(member: Member, by: User | None) -> None:
    """Whoever leaves represents no body, and is called on by nobody."""
    actions.release_grants(member, by=by)
    VisitWish.objects.filter(member=member).delete()


def forget_member(member: Member) -> int:
    """A member is erased: counsels go or go on without an author, visits were never paid."""
    count = actions.forget_author(list(Counsel.objects.filter(member=member)), by=None)
    wishes = VisitWish.objects.filter(member=member).delete()[0]
    return count + Visit.objects.filter(member=member).delete()[0] + wishes


def register() -> None:
    """Called once at start-up, also where the roster is switched off: what is held must go."""
    leaving.register("counsel", let_go)
    leaving.register_eraser("counsel", forget_member)
    retention.register("members.counsel", erase_counsels)
    retention.register("members.visit", erase_visits)
    retention.register("members.visit_wish", erase_wishes)
    holdings.register(
        "members.counsel",
        holdings.Holding(
            gettext_lazy("Counsels you gave"),
            _counsels,
            lambda user: [("members.Counsel", one.pk) for one in Counsel.objects.of(user)],
            _erase_counsels,
        ),
    )
    holdings.register(
        "members.visit",
        holdings.Holding(
            gettext_lazy("Visits to you"),
            _visits,
            lambda user: [("members.Visit", one.pk) for one in Visit.objects.of(user)],
            _erase_visits,
        ),
    )
