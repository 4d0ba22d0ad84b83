"""May this person? One small function each, asked through ``user.has_perm(name, obj)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from grids import scoping
from members import liaisons, needs
from members.models import Association, Batch, Claim, Member, Need, Station, TimeAccount
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

# ── needs and time ────────────────────────────────────────────────────────────────────────────


def can_serve_needs(user: Person, obj: Area | Need) -> bool:
    """By a post over the area, or at a station whose area it is or lies in."""
    area: Area = getattr(obj, "area", obj)  # type: ignore[arg-type]
    return needs.serves(user, area)


def can_see_need(user: Person, need: Need) -> bool:
    """Mirrors ``needs.visible``; a test holds them equal."""
    if need.is_seeking:
        return True
    if not user.is_authenticated or not user.is_active:
        return False
    if owns_need(user, need):
        return True
    if need.claims.of(user).given().exists():
        return True
    return need.erased_at is None and can_serve_needs(user, need)


def can_read_need(user: Person, need: Need) -> bool:
    """The whole of it, beyond title and area: who could help, who serves needs, who asked."""
    if owns_need(user, need) or can_serve_needs(user, need):
        return True
    return needs.member_of(user) is not None and can_see_need(user, need)


def owns_need(user: Person, need: Need) -> bool:
    """Who asked; for somebody without a login, who entered it."""
    if not user.is_authenticated or not user.is_active:
        return False
    return user.pk in {need.asker_id, need.entered_by_id}


def can_claim_need(user: Person, _need: Need) -> bool:
    """Anybody on the roster; one's own is refused by the action, which says why."""
    return needs.member_of(user) is not None


def can_confirm_need(user: Person, need: Need) -> bool:
    """Who asked; after two weeks of silence also who serves needs there, having asked the person."""
    if owns_need(user, need):
        return True
    is_claimant = need.claims.of(user).exists() if user.is_authenticated else False
    return needs.is_silent(need) and not is_claimant and can_serve_needs(user, need)


def can_pass_need(user: Person, need: Need) -> bool:
    """Who serves needs there, or the one whose it is, may say that it is a fault or a topic."""
    if liaisons.over(user, "members.enter_need", need.area) and owns_need(user, need):
        return True
    return can_serve_needs(user, need)


def owns_claim(user: Person, claim: Claim) -> bool:
    return claim.member is not None and is_self(user, claim.member)


def is_holder(user: Person, account: TimeAccount) -> bool:
    """A balance is its holder's, whoever else may do what."""
    return user.is_authenticated and user.is_active and account.user_id == user.pk


def can_reverse(user: Person, claim: Claim) -> bool:
    """Who serves needs there; never an entry of one's own."""
    return not owns_claim(user, claim) and can_serve_needs(user, claim.need)


RULES |= {
    "members.serve_needs": can_serve_needs,
    "members.see_need": can_see_need,
    "members.read_need": can_read_need,
    "members.answer_need": owns_need,
    "members.claim_need": can_claim_need,
    "members.confirm_need": can_confirm_need,
    "members.pass_need": can_pass_need,
    "members.own_claim": owns_claim,
    "members.own_time": is_holder,
    "members.reverse_time": can_reverse,
    "members.keep_gifts": can_serve_needs,
}
