"""Bookings: a place, the waiting list, who came, what came of it, and opening what is sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from consultations.actions import Raising, raise_topic
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import actions as privacy
from govgrid.privacy import guard
from grids.models import Area, Level
from members import liaisons, receptions, tidings_reception
from members.models import Booking, Slot
from members.workflow.reception import RATED, BookingState, Mode, turned
from tickets.actions import Order, open_ticket
from tickets.queries import Spot

if TYPE_CHECKING:
    from consultations.models import Platform, Topic
    from govgrid.accounts.models import User
    from grids.models import Department
    from members.models import Station
    from tickets.models import Category, Ticket

# So that nobody takes all the times there are.
MOST_OPEN = 3
NEVER_KEPT = frozenset({guard.Kind.ID, guard.Kind.CARD})


@dataclass(frozen=True)
class Wish:
    """What one comes about, and for somebody at home whose door it is. Both are sealed."""

    matter: str = ""
    address: str = ""


@dataclass(frozen=True)
class Visitor:
    """Somebody without a login, as the desk writes him down."""

    name: str
    phone: str = ""


# ── a place ───────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def book(slot: Slot, wish: Wish, *, by: User) -> Booking:
    """Take a place, or wait for one. Twice is once.

    Refused: ``slot_gone``, ``slot_cancelled``, ``slot_over``, ``too_many``, ``address_needed``,
    ``personal_number``.
    """
    if not by.has_perm("members.book", slot):
        raise PermissionDenied
    _check(slot, wish)
    slot = hold(slot)
    must_be_to_come(slot)
    if earlier := receptions.own_of(by, slot):
        return earlier
    if receptions.open_bookings(by, clock.now()) >= MOST_OPEN:
        raise Refused(
            "too_many", _("You have booked %(most)s times already.") % {"most": MOST_OPEN}
        )
    return _seat(Booking(slot=slot, resident=by), wish)


@transaction.atomic
def book_for(slot: Slot, visitor: Visitor, wish: Wish, *, by: User) -> Booking:
    """At the desk, for somebody without a login. Refused as :func:`book`, and ``visitor_needed``."""
    if not by.has_perm("members.book_for", slot):
        raise PermissionDenied
    if is_blank(visitor.name):
        raise Refused("visitor_needed", _("Write who comes."))
    _check(slot, wish)
    slot = hold(slot)
    must_be_to_come(slot)
    booking = Booking(slot=slot, entered_by=by)
    booking.visitor = visitor.name.strip()[:60]
    booking.visitor_phone = visitor.phone.strip()[:30]
    return _seat(booking, wish)


def _check(slot: Slot, wish: Wish) -> None:
    found = guard.find(f"{wish.matter}\n{wish.address}")
    if any(one.kind in NEVER_KEPT for one in found):
        raise Refused(
            "personal_number",
            _("There is an identity or bank number in it. Nobody needs it here: take it out."),
        )
    if slot.mode == Mode.DOOR and is_blank(wish.address):
        raise Refused("address_needed", _("Say where one should come to."))


def hold(slot: Slot) -> Slot:
    """The row as it is now, and nobody else's."""
    rows = Slot.objects.select_for_update(of=("self",))
    rows = rows.select_related("station__area", "reception", "host__user")
    try:
        return rows.get(pk=slot.pk)
    except Slot.DoesNotExist:
        raise Refused("slot_gone", _("This time is not offered any more.")) from None


def must_be_to_come(slot: Slot) -> None:
    if slot.cancelled_at is not None:
        raise Refused("slot_cancelled", _("It was cancelled."))
    if slot.starts_at <= clock.now():
        raise Refused("slot_over", _("It has begun, or is over."))


def _seat(booking: Booking, wish: Wish) -> Booking:
    """A place if one is free, else the waiting list. The caller holds the slot."""
    slot = booking.slot
    booking.booked_at = clock.now()
    booking.matter = wish.matter.strip()[:1000]
    booking.address = wish.address.strip()[:200] if slot.mode == Mode.DOOR else None
    booking.place_no = receptions.free_place(slot)
    waits = booking.place_no is None
    booking.state = BookingState.WAITING if waits else BookingState.BOOKED
    booking.save(force_insert=True)
    tidings_reception.told(booking, "booking_waits" if waits else "booking_made")
    if not waits:
        tidings_reception.told_host(slot, "slot_booked", str(booking.pk))
    return booking


def _locked(booking: Booking) -> Booking:
    """The slot first, then the booking: always in this order."""
    slot = hold(booking.slot)
    one = Booking.objects.select_for_update(of=("self",)).get(pk=booking.pk)
    one.slot = slot
    return one


@transaction.atomic
def cancel_booking(booking: Booking, *, by: User) -> Booking:
    """Give the place back; the first of the waiting list has it and is told.

    Refused: ``wrong_state``, ``slot_over``.
    """
    if not by.has_perm("members.cancel_booking", booking):
        raise PermissionDenied
    booking = _locked(booking)
    state = turned("cancel", booking.state)
    must_be_to_come(booking.slot)
    _give_back(booking, state)
    if booking.resident_id != by.pk:
        tidings_reception.told(booking, "booking_off")
    return booking


def _give_back(booking: Booking, state: str) -> None:
    had = booking.place_no
    booking.state, booking.place_no = state, None
    booking.sequence += 1
    booking.save(update_fields=["state", "place_no", "sequence"])
    if had is not None:
        _move_up(booking.slot)


@transaction.atomic
def give_up_bookings(resident: User, *, by: None) -> int:
    """Whoever is erased does not come: his places to come are others' again. How many that were."""
    coming = Booking.objects.of(resident).filter(
        state__in=[BookingState.WAITING, BookingState.BOOKED], slot__starts_at__gt=clock.now()
    )
    for one in coming.select_related("slot").order_by("slot"):
        booking = _locked(one)
        _give_back(booking, turned("cancel", booking.state))
    return len(coming)


def _move_up(slot: Slot) -> None:
    first = Booking.objects.in_line().filter(slot=slot).first()
    place = receptions.free_place(slot)
    if first is None or place is None:
        return
    first.slot = slot
    first.state, first.place_no = turned("move_up", first.state), place
    first.sequence += 1
    first.save(update_fields=["state", "place_no", "sequence"])
    tidings_reception.told(first, "booking_moved_up")
    tidings_reception.told_host(slot, "slot_booked", str(first.pk))


def call_off(booking: Booking, reason: str) -> None:
    """The time itself is cancelled. The caller holds the slot."""
    booking.state, booking.place_no = turned("cancel", booking.state), None
    booking.sequence += 1
    booking.save(update_fields=["state", "place_no", "sequence"])
    tidings_reception.told(booking, "booking_off", reason=reason)


# ── on the day ────────────────────────────────────────────────────────────────────────────────


def _served(booking: Booking, by: User) -> Booking:
    if not by.has_perm("members.serve_slot", booking):
        raise PermissionDenied
    return _locked(booking)


@transaction.atomic
def mark_came(booking: Booking, *, by: User) -> Booking:
    """Refused: ``too_early`` before the day, ``wrong_state``."""
    booking = _served(booking, by)
    if clock.today() < booking.slot.day:
        raise Refused("too_early", _("Tick people off on the day itself."))
    return _turn(booking, "come")


@transaction.atomic
def mark_missed(booking: Booking, *, by: User) -> Booking:
    """Refused: ``too_early`` before it has begun, ``wrong_state``."""
    booking = _served(booking, by)
    if booking.slot.starts_at > clock.now():
        raise Refused("too_early", _("It has not begun."))
    return _turn(booking, "miss")


def _turn(booking: Booking, name: str) -> Booking:
    booking.state = turned(name, booking.state)
    booking.save(update_fields=["state"])
    return booking


@transaction.atomic
def finish_booking(booking: Booking, *, by: User, outcome: str) -> Booking:
    """What came of it, for the resident to read. Refused: ``outcome_needed``, ``wrong_state``."""
    booking = _served(booking, by)
    if is_blank(outcome):
        raise Refused("outcome_needed", _("Write down what came of it."))
    booking.state = turned("finish", booking.state)
    booking.outcome = guard.mask(outcome.strip())[:1000]
    booking.save(update_fields=["state", "outcome"])
    tidings_reception.told(booking, "booking_done")
    return booking


@transaction.atomic
def rate_booking(booking: Booking, *, by: User, score: int, remark: str = "") -> Booking:
    """How it was, from 1 to 5; said again it counts as said last.

    Refused: ``not_received``, ``too_late``: a mark that is counted stays as it is, or what somebody
    changed could be read off the mean.
    """
    if not by.has_perm("members.rate_booking", booking):
        raise PermissionDenied
    booking = _locked(booking)
    if booking.state not in RATED:
        raise Refused("not_received", _("Say how it was once you were received."))
    if not booking.may_be_rated(clock.now()):
        raise Refused("too_late", _("How it was can be said within 30 days."))
    booking.score, booking.remark = score, guard.mask(remark.strip())[:300]
    booking.save(update_fields=["score", "remark"])
    return booking


# ── what goes on ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Errand:
    """The ticket that a matter becomes, in words that its department may read."""

    category: Category
    department: Department
    text: str
    due_on: date


@transaction.atomic
def pass_booking_to_ticket(booking: Booking, errand: Errand, *, by: User) -> Ticket:
    """What was said becomes an ordinary ticket; nothing of the sealed matter goes along.

    Refused: ``not_received``, ``passed_on``, ``no_words``, ``due_past``, and as ``open_ticket`` is.
    """
    booking = _served(booking, by)
    _must_be_new(booking, errand.text)
    if errand.due_on <= clock.today():
        raise Refused("due_past", _("Choose a day that is to come."))
    order = Order(
        client_id=uuid5(NAMESPACE_URL, f"members.booking:{booking.pk}"),
        category=errand.category,
        spot=_spot_of(booking.slot.station),
        description=errand.text.strip(),
        department=errand.department,
        due_on=errand.due_on,
    )
    booking.ticket = open_ticket(order, by=by, origin="member")
    booking.save(update_fields=["ticket"])
    return booking.ticket


@transaction.atomic
def pass_booking_to_topic(
    booking: Booking, platform: Platform, *, by: User, title: str, body: str
) -> Topic:
    """What was said is raised at a table. Refused: ``not_received``, ``passed_on``, ``no_words``."""
    booking = _served(booking, by)
    _must_be_new(booking, body)
    client_id = uuid5(NAMESPACE_URL, f"members.booking.topic:{booking.pk}")
    raising = Raising(client_id, platform, title.strip(), body.strip())
    booking.topic, _is_new = raise_topic(raising, by=by)
    booking.save(update_fields=["topic"])
    return booking.topic


def _must_be_new(booking: Booking, words: str) -> None:
    if booking.state not in RATED:
        raise Refused("not_received", _("Tick off that somebody came first."))
    if booking.ticket_id is not None or booking.topic_id is not None:
        raise Refused("passed_on", _("It was passed on already."))
    if is_blank(words):
        raise Refused("no_words", _("Say what it is about."))


def _spot_of(station: Station) -> Spot:
    """The door of the station; without one the first grid of its area."""
    if station.location is not None:
        lon, lat = station.location.x, station.location.y
        return Spot(lon=lon, lat=lat, raw_lon=lon, raw_lat=lat, raw_crs="wgs84")
    grids = Area.objects.in_force().filter(level=Level.GRID, path__startswith=station.area.path)
    return Spot(grid=grids.order_by("code").values_list("code", flat=True).first() or "")


# ── what is sealed ────────────────────────────────────────────────────────────────────────────

MATTER = ("matter", "visitor", "visitor_phone")


def open_matter(booking: Booking, *, by: User, ip: str | None = None) -> dict[str, str]:
    """What somebody comes about, and who he is if the desk wrote him down; on record first.

    Call it outside any transaction.
    """
    if not by.has_perm("members.read_matter", booking):
        raise PermissionDenied
    return _opened(booking, MATTER, by=by, ip=ip)


def open_address(booking: Booking, *, by: User, ip: str | None = None) -> dict[str, str]:
    """Whose door it is: for the host alone, on the day alone."""
    if not by.has_perm("members.read_address", booking):
        raise PermissionDenied
    return _opened(booking, ("address",), by=by, ip=ip)


def _opened(
    booking: Booking, fields: tuple[str, ...], *, by: User, ip: str | None
) -> dict[str, str]:
    station = booking.slot.station
    role = liaisons.role_at(by, "members.receive", station.area, station.pk)
    live = booking.state != BookingState.CANCELLED
    return privacy.reveal(
        booking,
        fields,
        by=by,
        reason=_("To receive whoever has booked"),
        case=booking.case,
        role=role or "host",
        ip=ip,
        is_case_open=live,
        subject=f"accounts.User:{booking.resident_id}" if booking.resident_id else "",
    )
