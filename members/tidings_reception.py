"""What reception days and activities tell whom. No message says what it is about, nor names anybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.sayings import by_language, day_and_hour
from govgrid.outbox import kinds
from govgrid.outbox.actions import Debt, owe_all
from members.models import Activity, Booking, Slot
from members.workflow.reception import BookingState, Mode
from tickets.invitations import Invitation, feed, ics

if TYPE_CHECKING:
    from members.models import Station

KINDS = {
    "booking_made": (
        _("Booked: %(when)s, %(station)s"),
        _("You have booked a time to be received: %(when)s, %(how)s, %(place)s."),
    ),
    "booking_waits": (
        _("On the waiting list: %(when)s, %(station)s"),
        _("All places are taken. If one becomes free it is yours, and you are told."),
    ),
    "booking_moved_up": (
        _("You have a place: %(when)s, %(station)s"),
        _("A place has become free, and it is yours: %(when)s, %(how)s, %(place)s."),
    ),
    "booking_soon": (
        _("Tomorrow: %(when)s, %(station)s"),
        _("You are received on %(when)s, %(how)s, %(place)s. If you cannot come, please cancel."),
    ),
    "booking_off": (
        _("Cancelled: %(when)s, %(station)s"),
        _("The reception on %(when)s does not take place. %(reason)s"),
    ),
    "booking_done": (
        _("What came of your visit: %(station)s"),
        _("What came of your visit is on the page of your booking. Please say how it was."),
    ),
    "slot_booked": (
        _("Somebody comes on %(when)s"),
        _("A time at which you receive was booked: %(when)s, %(station)s, %(how)s."),
    ),
    "slot_off": (
        _("You do not receive on %(when)s"),
        _("The reception on %(when)s at %(station)s is cancelled. %(reason)s"),
    ),
    "activity_place": (
        _("You have a place: %(title)s"),
        _("A place has become free, and it is yours: “%(title)s”, %(when)s, %(place)s."),
    ),
    "activity_soon": (
        _("Soon: %(title)s"),
        _("“%(title)s” begins on %(when)s, %(place)s."),
    ),
    "activity_changed": (
        _("Changed: %(title)s"),
        _("“%(title)s” was changed: %(when)s, %(place)s."),
    ),
    "activity_off": (
        _("Called off: %(title)s"),
        _("“%(title)s” on %(when)s is called off. %(reason)s"),
    ),
}
_BOOKED = frozenset({"booking_made", "booking_moved_up", "booking_off"})
_CHANGED = frozenset({"activity_place", "activity_changed", "activity_off"})


def register() -> None:
    """Bring the words to the outbox; called once at start-up."""
    for kind, (subject, body) in KINDS.items():
        in_calendars = kind in _BOOKED or kind in _CHANGED
        kinds.register(kind, subject, body, _attached if in_calendars else None)


# ── bookings ──────────────────────────────────────────────────────────────────────────────────


def told(booking: Booking, kind: str, *, reason: str = "") -> None:
    """The resident, if it is one: whoever was entered at the desk is told from there."""
    if booking.resident is None:
        return
    params = said_of(booking) | {"reason": reason}
    fact = f"{kind}:{booking.pk}:{booking.sequence}"
    owe_all([Debt([booking.resident], kind, params, booking.get_absolute_url(), fact)])


def told_host(slot: Slot, kind: str, fact: str = "", *, reason: str = "") -> None:
    host = slot.host
    if host is None:
        return
    params = _where(slot) | {"reason": reason}
    url = slot.get_absolute_url()
    owe_all([Debt([host.user], kind, params, url, f"{kind}:{slot.pk}:{fact}")])


def _where(slot: Slot) -> dict[str, Any]:
    return {
        "station": slot.station.name,
        "when": day_and_hour(slot.starts_at),
        "how": by_language(Mode(slot.mode).label),
        "place": slot.where or slot.station.name,
    }


def said_of(booking: Booking) -> dict[str, Any]:
    """What its messages and its file for a calendar say."""
    slot = booking.slot
    return _where(slot) | {
        "title": by_language(_("Reception")),
        "uid": str(booking.uid),
        "sequence": str(booking.sequence),
        "starts": slot.starts_at.isoformat(),
        "ends": slot.ends_at.isoformat(),
        "stamped": clock.now().isoformat(),
        "path": booking.get_absolute_url(),
        "off": "off" if booking.state == BookingState.CANCELLED else "",
        "about": slot.station.name,
    }


def file_of(booking: Booking) -> str:
    """The file in the language of whoever asks for it."""
    return _calendar(said_of(booking) | {"title": gettext("Reception")})


def feed_of(station: Station, slots: Iterable[Slot]) -> str:
    """The times of a station for whoever wants them in a calendar: nobody who comes is in it."""
    events = [
        _invitation(
            {
                "uid": f"slot-{slot.pk}",
                "sequence": "0",
                "starts": slot.starts_at.isoformat(),
                "ends": slot.ends_at.isoformat(),
                "stamped": slot.reception.made_at.isoformat(),
                "title": f"{gettext('Reception')} · {slot.get_mode_display()}",
                "place": slot.where or station.name,
                "about": station.name,
                "path": slot.get_absolute_url(),
                "off": "",
            }
        )
        for slot in slots
    ]
    return feed(gettext("Reception days of %(station)s") % {"station": station.name}, events)


# ── activities ────────────────────────────────────────────────────────────────────────────────


def told_of_activity(activity: Activity, kind: str, people: Iterable[User], fact: str = "") -> None:
    url = activity.get_absolute_url()
    fact = f"{kind}:{activity.pk}:{fact or activity.sequence}"
    owe_all([Debt(people, kind, said_of_activity(activity), url, fact)])


def signed_up(activity: Activity, *, waiting: bool = True) -> Iterable[User]:
    """Who has a place, and who waits for one unless said otherwise."""
    rows = activity.signups.live()  # type: ignore[attr-defined]
    rows = rows if waiting else rows.filter(is_waiting=False)
    return User.objects.filter(pk__in=rows.values("user"))


def said_of_activity(activity: Activity) -> dict[str, Any]:
    return {
        "title": activity.title,
        "when": day_and_hour(activity.starts_at),
        "place": activity.place,
        "reason": activity.cancel_reason,
        "uid": str(activity.uid),
        "sequence": str(activity.sequence),
        "starts": activity.starts_at.isoformat(),
        "ends": activity.ends_at.isoformat(),
        "stamped": clock.now().isoformat(),
        "path": activity.get_absolute_url(),
        "off": "off" if activity.cancel_reason else "",
        "about": activity.area.name,
    }


def file_of_activity(activity: Activity) -> str:
    return _calendar(said_of_activity(activity))


# ── files for calendars ───────────────────────────────────────────────────────────────────────


def _calendar(params: Mapping[str, Any]) -> str:
    return ics(_invitation(params))


def _invitation(params: Mapping[str, Any]) -> Invitation:
    return Invitation(
        uid=f"{params['uid']}@govgrid",
        stamped_at=datetime.fromisoformat(params["stamped"]),
        starts_at=datetime.fromisoformat(params["starts"]),
        ends_at=datetime.fromisoformat(params["ends"]),
        summary=params["title"],
        place=params["place"],
        description=params["about"],
        url=settings.SITE_URL.rstrip("/") + params["path"],
        organizer=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
        is_cancelled=bool(params["off"]),
        sequence=int(params["sequence"]),
    )


def _attached(params: Mapping[str, Any]) -> kinds.Attached:
    return kinds.Attached("reception.ics", _calendar(params), "text/calendar")
