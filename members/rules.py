"""May this person? One small function each, asked through ``user.has_perm(name, obj)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from grids import scoping
from members import liaisons
from members.models import (
    Association,
    Batch,
    Brief,
    Counsel,
    Grant,
    Instruction,
    Member,
    Station,
    Visit,
)
from members.workflow.counsel import HANDED_IN, PUBLIC
from members.workflow.roster import ON_ROSTER, MemberState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User
    from grids.models import Area

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
        return liaisons.may(user, "members.view_roster", member.area, member.station_id)
    if member.state in {MemberState.APPLIED, MemberState.DECLINED}:
        return liaisons.over(user, "members.keep_roster", member.area)
    return False


def can_reveal(user: Person, member: Member) -> bool:
    """Who serves where the member belongs; never one's own, which one's own page shows."""
    if is_self(user, member) or member.state not in ON_ROSTER:
        return False
    return liaisons.may(user, "members.reveal", member.area, member.station_id)


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


# ── counsel, grants, figures, visits ──────────────────────────────────────────────────────────


def owns_counsel(user: Person, counsel: Counsel) -> bool:
    return counsel.member is not None and is_self(user, counsel.member)


def can_edit_counsel(user: Person, obj: Counsel | Brief | Area) -> bool:
    """By a post over its area or at its author's station; nobody edits his own."""
    if isinstance(obj, Counsel):
        if owns_counsel(user, obj):
            return False
        return _edits(user, obj)
    return liaisons.over(user, "members.edit_counsel", _area_of(obj))


def _area_of(obj: Brief | Area) -> Area:
    return obj.area if isinstance(obj, Brief) else obj


def _edits(user: Person, counsel: Counsel) -> bool:
    station = counsel.member.station_id if counsel.member is not None else None
    return liaisons.may(user, "members.edit_counsel", counsel.area, station)


def can_see_counsel(user: Person, counsel: Counsel) -> bool:
    """Mirrors ``counsels.visible``; a test holds them equal."""
    if counsel.state in PUBLIC or owns_counsel(user, counsel):
        return True
    if counsel.state in HANDED_IN and _edits(user, counsel):
        return True
    brief = counsel.brief
    return brief is not None and (can_instruct(user, brief) or _was_asked(user, brief))


def can_instruct(user: Person, obj: Brief | Area) -> bool:
    return liaisons.over(user, "members.instruct", _area_of(obj))


def _was_asked(user: Person, brief: Brief) -> bool:
    departments = scoping.reach(user, "members.answer_counsel").departments
    return brief.instructions.filter(department__in=departments).exists()


def can_see_brief(user: Person, brief: Brief) -> bool:
    """Mirrors ``counsels.briefs``; a test holds them equal."""
    if not user.is_authenticated:
        return False
    if brief.made_by_id == user.pk or can_instruct(user, brief) or _was_asked(user, brief):
        return True
    rows = brief.counsels.select_related("area", "member")
    return any(_edits(user, one) for one in rows)


def can_answer_counsel(user: Person, one: Instruction) -> bool:
    """By a post in the department that was asked."""
    return one.department_id is not None and scoping.works_in(
        user, "members.answer_counsel", [one.department_id]
    )


def represents(user: Person, grant: Grant) -> bool:
    return grant.representative is not None and is_self(user, grant.representative)


def can_see_grant(user: Person, grant: Grant) -> bool:
    """Mirrors ``grants.visible``; a test holds them equal."""
    if grant.is_accepted or represents(user, grant):
        return True
    return liaisons.over(user, "members.grant_duty", grant.area)


def can_call_on(user: Person, member: Member) -> bool:
    """Who serves the roster where the member belongs; whether he is welcome is the database's."""
    if is_self(user, member) or member.state not in ON_ROSTER:
        return False
    return liaisons.may(user, "members.view_roster", member.area, member.station_id)


def owns_visit(user: Person, visit: Visit) -> bool:
    return is_self(user, visit.member)


def sees_figures(user: Person, district: Area) -> bool:
    """Whoever may see figures anywhere in the district: there are none of anything smaller."""
    return district.pk in scoping.districts(user, "members.see_figures")


RULES |= {
    "members.own_counsel": owns_counsel,
    "members.see_counsel": can_see_counsel,
    "members.edit_counsel": can_edit_counsel,
    "members.see_brief": can_see_brief,
    "members.instruct": can_instruct,
    "members.answer_counsel": can_answer_counsel,
    "members.see_grant": can_see_grant,
    "members.accept_grant": represents,
    "members.call_on": can_call_on,
    "members.own_visit": owns_visit,
    "members.see_figures": sees_figures,
}
