"""What grids hold about a person, who watches over what is held, and whom a post keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.privacy import alarms, erasure, holdings
from govgrid.privacy.holdings import Holding
from grids import roles
from grids.models import Patrol, Post

if TYPE_CHECKING:
    from django.db.models import QuerySet


def data_officers() -> QuerySet[User]:
    """Who is told of alarms."""
    posts = Post.objects.held_on().filter(role__in=roles.holding("privacy.watch"))
    return User.objects.filter(pk__in=posts.values("user"), is_active=True)


def posts(user: User) -> list[Mapping[str, Any]]:
    rows = Post.objects.of(user).select_related("area", "department").order_by("pk")
    return [
        {
            _("Role"): one.get_role_display(),
            _("Place"): str(one.area or one.department),
            _("From"): str(one.period.lower or ""),
            _("Until"): str(one.period.upper or ""),
        }
        for one in rows
    ]


def patrols(user: User) -> list[Mapping[str, Any]]:
    return [
        {_("Patrol"): f"{clock.local(one.started_at):%Y-%m-%d %H:%M}"}
        for one in Patrol.objects.filter(user=user).order_by("pk")
    ]


def has_handed_over(user: User) -> None:
    """A post is left in order before its holder is forgotten."""
    if Post.objects.held_on().of(user).exists():
        raise Refused("holds_a_post", _("This person holds a post: hand it over first."))


def register() -> None:
    """Called once at start-up."""
    alarms.register_watchers(data_officers)
    holdings.name_roles({slug: role.label for slug, role in roles.ROLES.items()})
    erasure.register_guard(has_handed_over)
    holdings.register("grids.posts", Holding(gettext_lazy("My posts"), posts))
    holdings.register("grids.patrols", Holding(gettext_lazy("My patrols"), patrols))
