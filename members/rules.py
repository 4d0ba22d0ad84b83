"""May this person? One small function each, asked through ``user.has_perm(name, obj)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from govgrid.core import clock
from grids.models import Area
from members import liaisons
from members.models import (
    Activity,
    Association,
    Batch,
    Booking,
    Member,
    Reception,
    Slot,
    Station,
)
from members.workflow.activities import PUBLIC
from members.workflow.roster import ON_ROSTER, MemberState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

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
    return activity.state in PUBLIC or can_run_activity(user, activity)


def can_sign_up(user: Person, activity: Activity) -> bool:
    return user.is_authenticated and user.is_active and activity.state in PUBLIC


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
