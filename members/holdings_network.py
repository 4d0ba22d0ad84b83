"""Which posts of the network somebody holds, and where he serves: to be seen, and handed over first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govgrid.accounts.actions import FORGOTTEN
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.privacy import erasure, holdings
from govgrid.privacy.holdings import Holding
from govgrid.privacy.models.keeping import letting_go
from members.models import Liaison, PostTerm

if TYPE_CHECKING:
    from govgrid.accounts.models import User


def services(user: User) -> list[Mapping[str, Any]]:
    """What stays on record of a term that is over, and what runs."""
    terms = PostTerm.objects.filter(holder=user).select_related(
        "post__area", "post__unit", "post__station"
    )
    stations = Liaison.objects.of(user).select_related("station")
    found: list[tuple[Any, Any, Any, str]] = [
        (one.post.get_kind_display(), one.post.of, one.period, one.note)
        for one in terms.order_by("pk")
    ]
    found += [
        (one.get_role_display(), one.station, one.period, "") for one in stations.order_by("pk")
    ]
    return [
        {
            _("Role"): str(role),
            _("Place"): str(place),
            _("From"): str(period.lower or ""),
            _("Until"): str(period.upper or ""),
            _("note of the hand-over"): note,
        }
        for role, place, period, note in found
    ]


def subjects(user: User) -> list[tuple[str, Any]]:
    keys = PostTerm.objects.filter(holder=user).values_list("pk", flat=True)
    return [("members.PostTerm", pk) for pk in keys]


def forget_notes(user: User, _at: datetime) -> int:
    """What was left to this person goes, and what is said of this person by name at the posts held.
    Who held them and until when stays."""
    terms = PostTerm.objects.filter(holder=user)
    named = Q(post__in=terms.values("post"), note__icontains=user.name)
    about = Q(holder=user) if user.name in ("", FORGOTTEN) else Q(holder=user) | named
    with letting_go():
        return PostTerm.objects.filter(about).exclude(note="").update(note="")


def has_handed_over(user: User) -> None:
    """Nobody is forgotten in a seat: the next one is told what is left to him."""
    today = clock.today()
    running = PostTerm.objects.filter(
        holder=user, period__isempty=False, period__endswith__gt=today
    )
    if running.exists() or Liaison.objects.of(user).held_on().exists():
        raise Refused("holds_a_post", _("This person holds a post: hand it over first."))


def register() -> None:
    """Called once at start-up."""
    erasure.register_guard(has_handed_over)
    holdings.register(
        "members.services",
        Holding(
            gettext_lazy("Posts and stations at which I serve"), services, subjects, forget_notes
        ),
    )
