"""Reads of the roster that span several tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from members import liaisons
from members.models import Member

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from govgrid.accounts.models import User

    Person = User | AnonymousUser


def visible(user: Person) -> QuerySet[Member]:
    """Whose first tier ``user`` may open: his own, and who is on the roster within his reach.

    Mirrors ``rules.can_view``; a test holds them equal.
    """
    if not user.is_authenticated:
        return Member.objects.none()
    reached = liaisons.scope(user, "members.view_roster")
    keeps = liaisons.scope(user, "members.keep_roster", station="")
    return Member.objects.filter(
        Q(user=user.pk)
        | Q(reached, state__in=["active", "paused"])
        | Q(keeps, state__in=["applied", "declined"])
    )
