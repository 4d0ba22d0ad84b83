"""Reception days: laying them down, making their slots, calling a slot off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import guard
from govgrid.worktime.arithmetic import DayKind
from members import receptions, tidings_reception
from members.actions import booking as bookings
from members.models import Booking, Member, Reception, Slot, Station
from members.workflow.reception import AHEAD, HALF_DAY, Mode, days_of, read_weekly, spans_of
from members.workflow.roster import MemberState

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from govgrid.worktime.arithmetic import Calendar

RIGHT = "members.receive"
LONGEST = 2 * HALF_DAY


@dataclass(frozen=True)
class Laying:
    """On which days, when and how a station receives, and who takes turns."""

    mode: str
    rule: str
    begins: time
    ends: time
    slot_minutes: int = 30
    places: int = 1
    place: str = ""
    hosts: Sequence[Member] = ()


@transaction.atomic
def lay_down_reception(station: Station, laying: Laying, *, by: User) -> Reception:
    """A weekly day from now on, with its slots of the next four weeks.

    Refused: ``station_closed``, ``wrong_rule``, ``wrong_times``, ``wrong_host``, ``place_needed``.
    """
    if not by.has_perm(RIGHT, station):
        raise PermissionDenied
    if station.closed_on is not None:
        raise Refused("station_closed", _("This station is closed."))
    _check(station, laying)
    one = Reception(station=station, made_by=by, made_at=clock.now(), starts_on=clock.today())
    _write(one, laying)
    _make(one)
    return one


@transaction.atomic
def change_reception(reception: Reception, laying: Laying, *, by: User) -> Reception:
    """Other days, times or hosts. Slots that somebody has booked stay; the others are made anew.

    Refused: ``reception_ended``, and as :func:`lay_down_reception` is.
    """
    one = _held(reception, by)
    if laying.mode != one.mode:
        raise Refused("wrong_rule", _("Another way of receiving is a reception day of its own."))
    _check(one.station, laying)
    _write(one, laying)
    _clear(one)
    _make(one)
    return one


@transaction.atomic
def end_reception(reception: Reception, *, by: User, reason: str) -> Reception:
    """No more of it: who has booked is told. Refused: ``reason_needed``, ``reception_ended``."""
    one = _held(reception, by)
    said = _reason(reason)
    one.ended_on = clock.today()
    one.save(update_fields=["ended_on"])
    _clear(one)
    for slot in _to_come(one):
        _call_off(slot, by=by, reason=said)
    return one


def _held(reception: Reception, by: User) -> Reception:
    rows = Reception.objects.select_for_update(of=("self",)).select_related("station__area")
    one = rows.get(pk=reception.pk)
    if not by.has_perm(RIGHT, one):
        raise PermissionDenied
    if one.ended_on is not None:
        raise Refused("reception_ended", _("This reception day has ended."))
    return one


def _check(station: Station, laying: Laying) -> None:
    try:
        read_weekly(laying.rule)
    except ValueError:
        raise Refused(
            "wrong_rule", _("It is on days of the week, every one to four weeks.")
        ) from None
    length = timedelta(
        hours=laying.ends.hour - laying.begins.hour,
        minutes=laying.ends.minute - laying.begins.minute,
    )
    if not timedelta(minutes=laying.slot_minutes) <= length <= LONGEST:
        raise Refused("wrong_times", _("It has one slot at least, and lasts ten hours at most."))
    if laying.mode == Mode.ONLINE and is_blank(laying.place):
        raise Refused("place_needed", _("Say how one is called."))
    for host in laying.hosts:
        if host.state != MemberState.ACTIVE or host.station_id != station.pk:
            raise Refused("wrong_host", _("Hosts are active members of this station."))


def _write(one: Reception, laying: Laying) -> None:
    one.mode, one.rule = laying.mode, laying.rule
    one.begins, one.ends = laying.begins, laying.ends
    one.slot_minutes, one.places = laying.slot_minutes, laying.places
    one.place = guard.mask(laying.place.strip(), [guard.Kind.ID, guard.Kind.CARD])[:120]
    one.save()
    one.hosts.set(laying.hosts)


# ── slots ─────────────────────────────────────────────────────────────────────────────────────


def make_slots(*, by: None) -> int:
    """Those of the next four weeks; how many are new. Safe to run again, and twice at once."""
    keys = Reception.objects.in_force().order_by("pk").values_list("pk", flat=True)
    return sum(_make_of(pk) for pk in keys)


@transaction.atomic
def _make_of(pk: int) -> int:
    rows = Reception.objects.select_for_update(of=("self",)).select_related("station__area")
    one = rows.get(pk=pk)
    return _make(one) if one.ended_on is None else 0


def _make(one: Reception) -> int:
    now = clock.now()
    days = receptions.calendar_of(one.station)
    plan = _Plan(one, now)
    new = [
        Slot(
            reception=one, station=one.station, mode=one.mode, places=one.places,
            starts_at=starts_at, ends_at=ends_at, host_id=plan.host_of(day, starts_at, ends_at),
        )
        for day in _open_days(one, days, now)
        for starts_at, ends_at in _times(one, day, days)
        if plan.is_free(starts_at, ends_at)
    ]  # fmt: skip
    before = Slot.objects.filter(reception=one).count()
    # Another run at the same moment may have made some of them.
    Slot.objects.bulk_create(new, ignore_conflicts=True)
    return Slot.objects.filter(reception=one).count() - before


def _open_days(one: Reception, days: Calendar, now: datetime) -> list[date]:
    """Those of the rule; on statutory holidays nobody receives."""
    today = clock.local(now).date()
    found = days_of(one.rule, one.starts_on, today, today + AHEAD)
    return [day for day in found if days.day(day).kind != DayKind.HOLIDAY]


def _times(one: Reception, day: date, days: Calendar) -> list[tuple[datetime, datetime]]:
    zone = clock.midnight(day).tzinfo
    return [
        (datetime.combine(day, span.begins, zone), datetime.combine(day, span.ends, zone))
        for span in spans_of(one.begins, one.ends, one.slot_minutes, days.sessions(day))
    ]


class _Plan:
    """What is taken already, at this station in this way and of each host."""

    def __init__(self, one: Reception, now: datetime) -> None:
        self.now = now
        active = one.hosts.filter(state=MemberState.ACTIVE)
        self.hosts = list(active.order_by("pk").values_list("pk", flat=True))
        span = {"starts_at__lt": now + AHEAD + timedelta(days=1), "ends_at__gt": now}
        here = Slot.objects.filter(station=one.station_id, mode=one.mode, **span)
        # Whoever called a slot off does not find it again the next morning.
        kept = here.filter(Q(cancelled_at=None) | Q(cancelled_by__isnull=False))
        self.taken = list(kept.values_list("starts_at", "ends_at"))
        theirs = Slot.objects.standing().filter(host__in=self.hosts, **span)
        self.busy = list(theirs.values_list("host", "starts_at", "ends_at"))

    def is_free(self, starts_at: datetime, ends_at: datetime) -> bool:
        return starts_at > self.now and not any(
            a < ends_at and starts_at < b for a, b in self.taken
        )

    def host_of(self, day: date, starts_at: datetime, ends_at: datetime) -> int | None:
        """Whose turn it is; who receives elsewhere then is passed over."""
        if not self.hosts:
            return None
        first = day.toordinal() // 7 % len(self.hosts)
        in_turn = self.hosts[first:] + self.hosts[:first]
        away = {host for host, a, b in self.busy if a < ends_at and starts_at < b}
        return next((host for host in in_turn if host not in away), None)


def _to_come(one: Reception) -> list[Slot]:
    """The slots that are to come, nobody else's while we hold them."""
    rows = Slot.objects.coming(clock.now()).filter(reception=one)
    rows = rows.select_for_update(of=("self",)).select_related("station__area", "reception", "host")
    return list(rows.order_by("pk"))


def _clear(one: Reception) -> None:
    """Take out what nobody has booked; what somebody once had is cancelled, since it is told of."""
    slots = _to_come(one)
    rows = Booking.objects.filter(slot__in=slots).values_list("slot", "state")
    states: dict[int, set[str]] = {}
    for slot, state in rows:
        states.setdefault(slot, set()).add(state)
    Slot.objects.filter(pk__in=[one.pk for one in slots if one.pk not in states]).delete()
    quiet = [pk for pk, held in states.items() if held == {"cancelled"}]
    Slot.objects.filter(pk__in=quiet).update(
        cancelled_at=clock.now(), cancel_reason=_("The days were changed.")
    )


@transaction.atomic
def cancel_slot(slot: Slot, *, by: User, reason: str) -> Slot:
    """Call it off: whoever has booked it, or waits, is told. It is not made again.

    Refused: ``reason_needed``, ``slot_cancelled``, ``slot_over``.
    """
    slot = bookings.hold(slot)
    if not by.has_perm(RIGHT, slot):
        raise PermissionDenied
    said = _reason(reason)
    bookings.must_be_to_come(slot)
    return _call_off(slot, by=by, reason=said)


def _reason(reason: str) -> str:
    if is_blank(reason):
        raise Refused("reason_needed", _("Say why it is cancelled."))
    return guard.mask(reason.strip())[:300]


def _call_off(slot: Slot, *, by: User | None, reason: str) -> Slot:
    """First those who come, since nobody can have booked what is cancelled."""
    for one in Booking.objects.filter(slot=slot, state__in=["booked", "waiting"]).order_by("pk"):
        one.slot = slot
        bookings.call_off(one, reason)
    slot.cancelled_at, slot.cancelled_by, slot.cancel_reason = clock.now(), by, reason
    slot.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
    tidings_reception.told_host(slot, "slot_off", reason=reason)
    return slot


@transaction.atomic
def free_host(member: Member, *, by: User | None) -> int:
    """Whoever leaves receives no more: his slots to come are called off, and bookers told (R4)."""
    slots = Slot.objects.coming(clock.now()).filter(host=member)
    held = slots.select_for_update(of=("self",)).select_related("station__area", "reception")
    found = list(held.order_by("pk"))
    reason = _("Whoever receives then cannot come. Please choose another time.")
    for slot in found:
        # Nobody called it off, so that it is made again with another host.
        slot.host = None
        slot.save(update_fields=["host"])
        _call_off(slot, by=None, reason=reason)
    for reception in Reception.objects.filter(hosts=member):
        reception.hosts.remove(member)
    return len(found)


# ── the day before ────────────────────────────────────────────────────────────────────────────

BEFORE = timedelta(days=1)
BATCH = 200


def remind_of_bookings(*, by: None) -> int:
    """Whoever comes within a day is told once more; how many slots. Safe to run twice at once."""
    now = clock.now()
    due = Slot.objects.coming(now).filter(reminded_at=None, starts_at__lte=now + BEFORE)
    return sum(_remind(pk) for pk in due.order_by("pk").values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def _remind(pk: int) -> bool:
    rows = Slot.objects.standing().select_for_update(skip_locked=True, of=("self",))
    found = rows.select_related("station__area", "reception", "host").filter(reminded_at=None)
    slot = found.filter(pk=pk).first()
    if slot is None:
        return False
    slot.reminded_at = clock.now()
    slot.save(update_fields=["reminded_at"])
    for one in Booking.objects.filter(slot=slot, state="booked").select_related("resident"):
        one.slot = slot
        tidings_reception.told(one, "booking_soon")
    return True
