"""May this person? One small function each, asked through ``user.has_perm(name, obj)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from govgrid.core import clock
from grids import scoping
from grids.models import Area
from members import liaisons, needs
from members.models import (
    Activity,
    Association,
    Batch,
    Booking,
    Brief,
    Claim,
    Counsel,
    Grant,
    Instruction,
    Member,
    Need,
    Reception,
    Slot,
    Station,
    TimeAccount,
    Visit,
)
from members.workflow.activities import PUBLIC as ANNOUNCED
from members.workflow.counsel import HANDED_IN, PUBLIC
from members.workflow.roster import ON_ROSTER, MemberState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User
    from grids.models import Area, Organisation

    Person = User | AnonymousUser


def over_area(permission: str) -> Callable[..., bool]:
    """By a post over the area of a row, or over the area itself."""

    def may(user: Person, obj: Area | Batch | Association | Member) -> bool:
        return liaisons.over(user, permission, obj if isinstance(obj, Area) else obj.area)

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

# ── reception and activities ──────────────────────────────────────────────────────────────────


def _station_of(obj: Station | Reception | Slot | Booking) -> Station:
    if isinstance(obj, Booking):
        return obj.slot.station
    return obj if isinstance(obj, Station) else obj.station


def can_receive(user: Person, obj: Station | Reception | Slot | Booking) -> bool:
    return liaisons.at(user, "members.receive", _station_of(obj))


def is_host(user: Person, obj: Slot | Booking) -> bool:
    """Whoever receives at that time."""
    slot = obj.slot if isinstance(obj, Booking) else obj
    host = slot.host
    return bool(
        host is not None
        and host.state in ON_ROSTER
        and user.is_authenticated
        and user.is_active
        and host.user_id == user.pk
    )


def can_serve(user: Person, obj: Slot | Booking) -> bool:
    """Tick off who came, and write down what came of it."""
    return is_host(user, obj) or can_receive(user, obj)


def can_book(user: Person, slot: Slot) -> bool:
    """Whoever can sign in; no consent is asked for."""
    return user.is_authenticated and user.is_active


def can_book_for(user: Person, slot: Slot) -> bool:
    """At the desk, for somebody without a login."""
    return can_receive(user, slot) or liaisons.over(user, "members.enter_need", slot.station.area)


def is_own_booking(user: Person, booking: Booking) -> bool:
    return user.is_authenticated and user.is_active and booking.resident_id == user.pk


def can_see_booking(user: Person, booking: Booking) -> bool:
    """Mirrors ``receptions.visible``; a test holds them equal."""
    has_entered = bool(user.is_active and user.pk and booking.entered_by_id == user.pk)
    return is_own_booking(user, booking) or has_entered or can_serve(user, booking)


def can_cancel_booking(user: Person, booking: Booking) -> bool:
    has_entered = bool(user.is_active and user.pk and booking.entered_by_id == user.pk)
    return is_own_booking(user, booking) or has_entered or can_receive(user, booking)


def can_read_matter(user: Person, booking: Booking) -> bool:
    """Host and station; one's own stands on one's own page of data."""
    return can_serve(user, booking) and not is_own_booking(user, booking)


def can_read_address(user: Person, booking: Booking) -> bool:
    """The host alone, and on the day alone."""
    return is_host(user, booking) and booking.slot.day == clock.today()


def can_run_activity(user: Person, obj: Activity | Station | Area) -> bool:
    if isinstance(obj, Station):
        return liaisons.at(user, "members.run_activity", obj)
    if isinstance(obj, Activity):
        return liaisons.may(user, "members.run_activity", obj.area, obj.station_id)
    return liaisons.over(user, "members.run_activity", obj)


def can_see_activity(user: Person, activity: Activity) -> bool:
    """Mirrors ``activities.visible``; a test holds them equal."""
    return activity.state in ANNOUNCED or can_run_activity(user, activity)


def can_sign_up(user: Person, activity: Activity) -> bool:
    return user.is_authenticated and user.is_active and activity.state in ANNOUNCED


RULES |= {
    "members.receive": can_receive,
    "members.serve_slot": can_serve,
    "members.book": can_book,
    "members.book_for": can_book_for,
    "members.see_booking": can_see_booking,
    "members.cancel_booking": can_cancel_booking,
    "members.rate_booking": is_own_booking,
    "members.read_matter": can_read_matter,
    "members.read_address": can_read_address,
    "members.run_activity": can_run_activity,
    "members.see_activity": can_see_activity,
    "members.sign_up": can_sign_up,
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
    may = liaisons.may(user, "members.view_roster", member.area, member.station_id)
    return may and not member.is_stale


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
