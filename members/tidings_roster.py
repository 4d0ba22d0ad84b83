"""What the roster tells people about their entry. No text names anybody or says what is sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from govgrid.accounts.models import User
from govgrid.core import sayings
from govgrid.outbox import kinds
from govgrid.outbox.actions import owe
from grids import roles
from grids.models import Post

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from grids.models import Area
    from members.models import Member

WORDS = {
    "member_applied": (
        _("An application for the roster: %(serial)s"),
        _("Somebody asks to be on the roster for %(area)s. Please decide, and say why."),
    ),
    "member_taken": (
        _("You are on the roster: %(serial)s"),
        _("Your application was taken. What is kept of you is on your page."),
    ),
    "member_declined": (
        _("Your application was not taken"),
        _("The reason is on your page. What you gave is erased after 90 days."),
    ),
    "member_review": (
        _("Does all of it still hold?"),
        _("Please look at your entry by %(day)s. Who does not answer leaves the roster."),
    ),
}
KINDS = tuple(WORDS)


def register() -> None:
    """The words, called once at start-up."""
    for kind, (subject, body) in WORDS.items():
        kinds.register(kind, subject, body)


def keepers(area: Area) -> QuerySet[User]:
    """Who keeps the roster over ``area``."""
    posts = Post.objects.held_on().filter(
        role__in=roles.holding("members.keep_roster"), area__in=area.ancestor_ids
    )
    return User.objects.filter(Q(pk__in=posts.values("user")), is_active=True)


def applied(member: Member) -> None:
    owe(
        recipients=keepers(member.area), kind="member_applied",
        params={"serial": member.serial, "area": member.area.name},
        url=reverse("members:applications"),
        fact=f"members.applied:{member.pk}:{member.version}",
    )  # fmt: skip


def decided(member: Member, *, taken: bool) -> None:
    owe(
        recipients=[member.user], kind="member_taken" if taken else "member_declined",
        params={"serial": member.serial}, url=reverse("members:me"),
        fact=f"members.decided:{member.pk}:{member.version}",
    )  # fmt: skip


def to_review(member: Member) -> None:
    owe(
        recipients=[member.user], kind="member_review",
        params={"day": sayings.day(member.review_on) if member.review_on else ""}, url=reverse("members:me"),
        fact=f"members.review:{member.pk}:{member.review_on:%Y-%m-%d}",
    )  # fmt: skip
