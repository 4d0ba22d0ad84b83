"""Who welcomes a visit, and which visits are on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from members import liaisons
from members.models import Member, VisitWish

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from govgrid.accounts.models import User

    Person = User | AnonymousUser

ROSTER = "members.view_roster"


def welcoming(user: Person) -> QuerySet[Member]:
    """Those within reach who agreed to visits or asked for one; ``has_wish`` says which.

    Mirrors ``rules.can_call_on``: nobody whose consent is stale, and not oneself.
    """
    wish = VisitWish.objects.filter(member=OuterRef("pk"), ended_at=None)
    rows = Member.objects.on_roster().filter(liaisons.scope(user, ROSTER)).fresh()
    rows = rows.exclude(user=user.pk)
    rows = rows.annotate(has_wish=Exists(wish)).filter(Q(welcomes_visits=True) | Q(has_wish=True))
    return rows.select_related("area", "station")
