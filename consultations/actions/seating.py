"""Who sits where: appointing for a term, ending a seat, and telling of terms that end and empty seats."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from consultations import seats, tables, tidings
from consultations.actions import founding
from consultations.models import Platform, Seat
from consultations.roles import SeatRole
from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank, tidy

# Who leads and who decides on topics is chosen from above, or the table would choose its own gate.
FROM_ABOVE = frozenset({SeatRole.CONVENOR, SeatRole.SCREENER})
MOST_YEARS = 5
BATCH = 500


@transaction.atomic
def appoint(
    platform: Platform, person: User, role: str, *, by: User, starts_on: date, ends_on: date | None
) -> Seat:
    """Give somebody a seat until ``ends_on``, which still counts; None: until further notice.

    Refused: ``oneself``, ``not_active``, ``ends_before_start``, ``term_past``, ``term_too_long``,
    ``has_seat``, ``two_keys``, ``platform_ended``.
    """
    platform = founding.lock_platform(platform, by=by, right="consultations.run")
    if role in FROM_ABOVE and not by.has_perm("consultations.keep", platform):
        raise PermissionDenied
    _may_sit(person, by)
    _check_term(starts_on, ends_on)
    period = DateRange(starts_on, ends_on + timedelta(days=1) if ends_on else None)
    _must_be_free(platform, person, role, period)
    seat = Seat.objects.create(platform=platform, user=person, role=role, period=period)
    seats.forget(person)
    founding.log(
        platform, "appoint", by=by,
        data={"seat": seat.pk, "role": role, "from": starts_on.isoformat(),
              "until": ends_on.isoformat() if ends_on else None},
    )  # fmt: skip
    tidings.seat_given(seat)
    return seat


def _may_sit(person: User, by: User) -> None:
    if person.pk == by.pk:
        raise Refused("oneself", _("Nobody appoints himself."))
    if not person.is_active:
        raise Refused("not_active", _("This account is closed."))


def _check_term(starts_on: date, ends_on: date | None) -> None:
    if ends_on is None:
        return
    if ends_on < starts_on:
        raise Refused("ends_before_start", _("It ends after it begins."))
    if ends_on < clock.today():
        raise Refused("term_past", _("This term is over already."))
    if ends_on - starts_on > timedelta(days=366 * MOST_YEARS):
        raise Refused(
            "term_too_long", _("A term has at most %(most)s years.") % {"most": MOST_YEARS}
        )


def _must_be_free(platform: Platform, person: User, role: str, period: DateRange) -> None:
    """What the constraints say too; here in time to say it to a person."""
    held = Seat.objects.filter(platform=platform, user=person, period__overlap=period)
    if held.filter(role=role).exists():
        raise Refused("has_seat", _("This person holds that seat already."))
    if role in FROM_ABOVE and held.filter(role__in=FROM_ABOVE).exists():
        raise Refused("two_keys", _("Nobody decides on topics and leads the talk as well."))


@transaction.atomic
def end_seat(seat: Seat, *, by: User, reason: str, on: date | None = None) -> Seat:
    """End a seat on a day, today by default: from then on it counts no more. Its holder is told.

    Refused: ``reason_needed``, ``ended_already``, ``wrong_day``, ``platform_ended``.
    """
    platform = founding.lock_platform(seat.platform, by=by, right="consultations.run")
    seat = Seat.objects.select_for_update(of=("self",)).select_related("user").get(pk=seat.pk)
    seat.platform = platform
    if seat.role in FROM_ABOVE and not by.has_perm("consultations.keep", platform):
        raise PermissionDenied
    if is_blank(reason):
        raise Refused("reason_needed", _("Say why it ends."))
    today = clock.today()
    last = seat.period.upper
    if seat.period.isempty or (last is not None and last <= today):
        raise Refused("ended_already", _("This seat has ended already."))
    day = on or today
    if day < today or (last is not None and day > last):
        raise Refused("wrong_day", _("It ends today or later, and not later than its term."))
    lower = min(seat.period.lower, day)
    seat.period = DateRange(lower, day)
    seat.save(update_fields=["period"])
    seats.forget(seat.user)
    founding.log(
        platform, "end_seat", by=by,
        data={"seat": seat.pk, "role": seat.role, "on": day.isoformat(), "reason": tidy(reason)[:300]},
    )  # fmt: skip
    tidings.seat_ended(seat, day, tidy(reason)[:300])
    return seat


def watch_seats(*, by: None) -> int:
    """Tell of terms that end within a month and of seats that nobody holds; each is told once.

    How many were found. Safe to run as often as one likes.
    """
    return _tell_ending() + _tell_vacant()


def _tell_ending() -> int:
    today = clock.today()
    found = tables.ending(today).select_related("user", "platform__area")[:BATCH]
    for seat in found:
        with transaction.atomic():
            tidings.seat_soon(seat, seat.period.upper - timedelta(days=1))
    return len(found)


def _tell_vacant() -> int:
    found = 0
    for platform, role, since in tables.vacancies(Platform.objects.in_force(), most=BATCH):
        with transaction.atomic():
            tidings.seat_vacant(platform, role, since)
        found += 1
    return found
