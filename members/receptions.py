"""Reception days as pages and programs read them: what is to come, who comes when, how it was."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Avg, Count, Prefetch, Q

from govgrid.core import clock
from govgrid.privacy import stats
from govgrid.worktime.queries import calendar
from grids.models import Area, Level
from members import liaisons
from members.models import Booking, Reception, Slot, SlotQuerySet, Station
from members.workflow.reception import RATED, RATED_WITHIN, BookingState

if TYPE_CHECKING:
    from datetime import date

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from govgrid.accounts.models import User
    from govgrid.worktime.arithmetic import Calendar

    Person = User | AnonymousUser

# Marks are told by so many at a time, and fewer nowhere.
FLOOR = 10
ROUNDED_TO = 5
MOST = 400
YEAR = timedelta(days=365)


def calendar_of(station: Station) -> Calendar:
    """The working calendar of the district that the station lies in."""
    ids = station.area.ancestor_ids
    district = ids[Level.DISTRICT - 1 : Level.DISTRICT]
    code = Area.objects.filter(pk__in=district).values_list("code", flat=True).first()
    return calendar(code or "")


def coming(now: datetime) -> SlotQuerySet:
    """What everybody may book, the next first."""
    found = Slot.objects.coming(now).filter(station__closed_on=None)
    return found.counted().whole().order_by("starts_at", "pk")


def free_place(slot: Slot) -> int | None:
    """The lowest place that nobody has; None where none is left. The caller holds the slot."""
    seated = Booking.objects.seated().filter(slot=slot)
    taken = set(seated.values_list("place_no", flat=True))
    return next((no for no in range(1, slot.places + 1) if no not in taken), None)


def visible(user: Person) -> QuerySet[Booking]:
    """Mirrors ``rules.can_see_booking``; a test holds them equal."""
    if not user.is_authenticated or not user.is_active:
        return Booking.objects.none()
    area, station = "slot__station__area", "slot__station"
    return Booking.objects.filter(
        Q(resident=user.pk)
        | Q(entered_by=user.pk)
        | Q(slot__host__user=user.pk, slot__host__state__in=["active", "paused"])
        | liaisons.scope(user, "members.receive", area=area, station=station)
    )


def mine(user: User, most: int = 50) -> list[Booking]:
    """What one has booked, the latest time first."""
    rows = Booking.objects.of(user).whole()
    return list(rows.order_by("-slot__starts_at", "-pk")[:most])


def own_of(user: Person, slot: Slot) -> Booking | None:
    if not user.is_authenticated:
        return None
    return Booking.objects.live().of(user).filter(slot=slot).first()


def ahead_of(booking: Booking) -> int:
    """How many wait before this one."""
    line = Booking.objects.in_line().filter(slot=booking.slot_id)
    return line.filter(
        Q(booked_at__lt=booking.booked_at) | Q(booked_at=booking.booked_at, pk__lt=booking.pk)
    ).count()


def day_sheet(slots: SlotQuerySet, day: date) -> list[Slot]:
    """The slots of a day with who has booked them; two statements, however many."""
    first = clock.midnight(day)
    rows = Booking.objects.exclude(state=BookingState.CANCELLED, resident__isnull=False)
    rows = rows.select_related("resident", "ticket", "topic")
    found = slots.filter(starts_at__gte=first, starts_at__lt=first + timedelta(days=1))
    return list(
        found.whole()
        .prefetch_related(Prefetch("bookings", rows.order_by("place_no", "booked_at", "pk")))
        .order_by("starts_at", "mode", "pk")[:MOST]
    )


def sheets(user: Person) -> SlotQuerySet:
    """Those whose sheet ``user`` reads: of stations where he receives, and his own as a host."""
    if not user.is_authenticated:
        return Slot.objects.none()
    hosted = Q(host__user=user.pk, host__state__in=["active", "paused"])
    return Slot.objects.filter(hosted | liaisons.scope(user, "members.receive", "station__area"))


def receptions_of(station: Station) -> list[Reception]:
    rows = Reception.objects.in_force().filter(station=station).prefetch_related("hosts")
    return list(rows.order_by("pk"))


class Rated(NamedTuple):
    """What those who came say of a station; without a mean there are too few."""

    marks: int
    mean: float | None


def _counted(station: Station) -> QuerySet[Booking]:
    """The marks that are told: such as nobody can change any more, as of the beginning of the
    quarter, in whole tens. So each step of the mean is made by ten people at least."""
    until = clock.midnight(stats.quarter_begun(clock.today())) - RATED_WITHIN
    rows = Booking.objects.filter(
        slot__station=station, slot__ends_at__lte=until, score__isnull=False
    )
    # What is added later stands behind: a ten that was told stays the same ten.
    return rows.order_by("slot__ends_at", "pk")[: rows.count() // FLOOR * FLOOR]


def rating_of(station: Station) -> Rated:
    """How many, and their mean: of the team, never of a person."""
    sums = _counted(station).aggregate(count=Count("pk"), mean=Avg("score"))
    if not sums["count"]:
        return Rated(0, None)
    return Rated(sums["count"], round(sums["mean"], 1))


def remarks_of(station: Station, most: int = 30) -> list[str]:
    """What they wrote, for the station alone: in the order of the alphabet, without day or name,
    and with the marks that are told, or who came yesterday would be known by it."""
    rows = Booking.objects.filter(pk__in=_counted(station).values("pk"))
    newest = rows.exclude(remark="").order_by("-pk").values_list("remark", flat=True)[:most]
    return sorted(newest)


def received_of(station: Station, before: date) -> int:
    """How many were received within a year before a day, as everybody may read it: rounded down to
    fives, nought below the floor, and by the quarter, or who came yesterday could be read off."""
    until = clock.midnight(before)
    rows = Booking.objects.filter(
        slot__station=station, state__in=[str(one) for one in RATED],
        slot__starts_at__gte=until - YEAR, slot__starts_at__lt=until,
    )  # fmt: skip
    count = rows.count()
    return count // ROUNDED_TO * ROUNDED_TO if count >= FLOOR else 0


def open_bookings(user: User, now: datetime) -> int:
    """How many times to come one has booked."""
    rows = Booking.objects.of(user).filter(state__in=[BookingState.WAITING, BookingState.BOOKED])
    return rows.filter(slot__starts_at__gt=now).count()


class Desk(NamedTuple):
    """What a station offers on one day in one way."""

    day: date
    station: Station
    mode: str
    mode_word: str
    place: str
    host: str
    slots: list[Slot]


def grouped(slots: list[Slot]) -> list[Desk]:
    """The times of a day at a station in one row, in the order of their first."""
    found: dict[tuple, Desk] = {}
    for slot in slots:
        key = (slot.day, slot.station_id, slot.mode, slot.shown_host)
        if key not in found:
            found[key] = Desk(
                slot.day, slot.station, slot.mode, slot.get_mode_display(), slot.where,
                slot.shown_host, [],
            )  # fmt: skip
        found[key].slots.append(slot)
    return sorted(found.values(), key=lambda one: (one.day, one.slots[0].starts_at, one.station.pk))
