"""May this person? One small function each, asked through ``user.has_perm(name, obj)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from grids import scoping
from members import liaisons
from members.models import Association, Batch, Member, Station
from members.workflow.roster import ON_ROSTER, MemberState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User
    from grids.models import Area, Organisation

    Person = User | AnonymousUser


def over_area(permission: str) -> Callable[..., bool]:
    """By a post over the area of a row, or over the area itself."""

    def may(user: Person, obj: Area | Batch | Association | Member) -> bool:
        return liaisons.over(user, permission, getattr(obj, "area", obj))

    return may


def at_station(permission: str) -> Callable[..., bool]:
    """By serving at the station, or by a post over its area."""

    def may(user: Person, obj: Station) -> bool:
        return liaisons.at(user, permission, obj)

    return may


def is_self(user: Person, member: Member) -> bool:
    return user.is_authenticated and user.is_active and member.user_id == user.pk


def can_view(user: Person, member: Member) -> bool:
    """Mirrors ``queries.visible``; a test holds them equal."""
    if is_self(user, member):
        return True
    if member.state in ON_ROSTER:
        may = liaisons.may(user, "members.view_roster", member.area, member.station_id)
        return may and not member.is_stale
    if member.state in {MemberState.APPLIED, MemberState.DECLINED}:
        return liaisons.over(user, "members.keep_roster", member.area)
    return False


def can_reveal(user: Person, member: Member) -> bool:
    """Who serves where the member belongs; never one's own, which one's own page shows."""
    if is_self(user, member) or member.state not in ON_ROSTER:
        return False
    may = liaisons.may(user, "members.reveal", member.area, member.station_id)
    return may and not member.is_stale


RULES: dict[str, Callable[..., bool]] = {
    "members.view": can_view,
    "members.own": is_self,
    "members.reveal": can_reveal,
    "members.view_roster": over_area("members.view_roster"),
    "members.keep_roster": over_area("members.keep_roster"),
    "members.keep_network": over_area("members.keep_network"),
    "members.keep_station": at_station("members.keep_station"),
    "members.serve_needs": over_area("members.serve_needs"),
    "members.enter_need": over_area("members.enter_need"),
    "members.receive": at_station("members.receive"),
    "members.run_activity": at_station("members.run_activity"),
    "members.edit_counsel": over_area("members.edit_counsel"),
    "members.instruct": over_area("members.instruct"),
    "members.grant_duty": over_area("members.grant_duty"),
    "members.see_figures": over_area("members.see_figures"),
}

# ── the network ───────────────────────────────────────────────────────────────────────────────


def can_keep_facts(user: Person, organisation: Organisation) -> bool:
    """Where the register does not say in which grid it is: whoever keeps a network somewhere."""
    if organisation.grid is None:
        return bool(scoping.prefixes(user, "members.keep_network"))
    return liaisons.over(user, "members.keep_network", organisation.grid)


RULES["members.keep_facts"] = can_keep_facts
