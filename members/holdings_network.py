"""Which posts of the network somebody holds, and where he serves: to be seen, and handed over first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.privacy import erasure, holdings
from govgrid.privacy.holdings import Holding
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
        "members.services", Holding(gettext_lazy("Posts and stations at which I serve"), services)
    )
