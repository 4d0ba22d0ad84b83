"""What consultations hold about a person beside what was said in public."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Following, Residency, Stance
from govgrid.core import clock
from govgrid.privacy import holdings
from govgrid.privacy.holdings import Holding

if TYPE_CHECKING:
    from govgrid.accounts.models import User


def residencies(user: User) -> list[Mapping[str, Any]]:
    rows = Residency.objects.filter(user=user).select_related("area", "compound").order_by("pk")
    return [
        {
            _("Lives in"): str(one.compound or one.area),
            _("Verified on"): str(one.verified_on),
            _("Holds until"): str(one.ended_on or one.expires_on),
        }
        for one in rows
    ]


def residency_rows(user: User) -> list[tuple[str, Any]]:
    rows = Residency.objects.filter(user=user).values_list("pk", flat=True)
    return [("consultations.Residency", pk) for pk in rows]


def forget_residencies(user: User, at: datetime) -> int:
    """The row may be named by a vote, so it stays, and nobody is known by it."""
    mine = Residency.objects.filter(user=user)
    mine.filter(ended_on=None).update(ended_on=clock.local(at).date())
    return mine.update(user=None, household=None)


def followings(user: User) -> list[Mapping[str, Any]]:
    rows = Following.objects.of(user).select_related("topic", "platform").order_by("pk")
    return [
        {
            _("Follows"): str(one.topic or one.platform),
            _("Since"): f"{clock.local(one.asked_at):%Y-%m-%d}",
        }
        for one in rows
    ]


def forget_followings(user: User, _at: datetime) -> int:
    return Following.objects.filter(user=user).delete()[0]


def stances(user: User) -> list[Mapping[str, Any]]:
    count = Stance.objects.filter(user=user).count()
    return [{_("How many"): count}] if count else []


def register() -> None:
    """Called once at start-up."""
    holdings.register(
        "consultations.residency",
        Holding(gettext_lazy("Where I live"), residencies, residency_rows, forget_residencies),
    )
    holdings.register(
        "consultations.following",
        Holding(gettext_lazy("What I follow"), followings, erase=forget_followings),
    )
    holdings.register(
        "consultations.stance",
        Holding(gettext_lazy("What I was for or against (erased after 90 days)"), stances),
    )
