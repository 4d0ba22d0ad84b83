"""What reception days and activities hold of a person, for the person to see and to have erased."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext, gettext_lazy, pgettext

from govgrid.privacy import crypto, holdings
from govgrid.privacy.holdings import Holding
from members import actions
from members.models import Booking, SignUp

if TYPE_CHECKING:
    from govgrid.accounts.models import User

SEALED = ("matter", "address")
ERASED = "—"


def _unsealed(booking: Booking, name: str) -> str:
    """One's own words, for oneself alone."""
    sealed = getattr(booking, name)
    field: Any = Booking._meta.get_field(name)
    return crypto.unseal(sealed.data, field.aad) if sealed is not None else ""


def booked(user: User) -> list[Mapping[str, Any]]:
    rows = Booking.objects.of(user).whole().order_by("-pk")
    return [
        {
            gettext("Time"): f"{one.slot.starts_at:%F %H:%M %Z}",
            gettext("Station"): one.slot.station.name,
            gettext("State"): one.get_state_display(),
            gettext("Matter"): _unsealed(one, "matter"),
            gettext("Address"): _unsealed(one, "address"),
            gettext("What came of it"): one.outcome,
            gettext("My score"): one.score or "",
            gettext("My remark"): one.remark,
        }
        for one in rows
    ]


def booking_subjects(user: User) -> list[tuple[str, Any]]:
    keys = Booking.objects.of(user).values_list("pk", flat=True)
    return [("members.Booking", pk) for pk in keys]


@transaction.atomic
def erase_bookings(user: User, _at: datetime) -> int:
    """The words go; that somebody was received, and how many, stays."""
    rows = Booking.objects.of(user)
    given_up = actions.give_up_bookings(user, by=None)
    told = rows.exclude(matter=None, address=None, outcome__in=["", ERASED], remark="")
    count = told.count()
    rows.exclude(outcome="").update(outcome=ERASED)
    rows.update(matter=None, address=None, remark="")
    return max(count, given_up)


def signed_up(user: User) -> list[Mapping[str, Any]]:
    rows = SignUp.objects.filter(user=user.pk).select_related("activity").order_by("-pk")
    return [
        {
            gettext("Activity"): one.activity.title,
            gettext("Time"): f"{one.activity.starts_at:%F %H:%M %Z}",
            gettext("Signed up at"): f"{one.signed_up_at:%F %H:%M %Z}",
            gettext("Came"): pgettext("is it so", "yes")
            if one.checked_in_at
            else pgettext("is it so", "no"),
        }
        for one in rows
    ]


def sign_up_subjects(user: User) -> list[tuple[str, Any]]:
    keys = SignUp.objects.filter(user=user.pk).values_list("pk", flat=True)
    return [("members.SignUp", pk) for pk in keys]


@transaction.atomic
def erase_sign_ups(user: User, _at: datetime) -> int:
    return SignUp.objects.filter(user=user.pk).delete()[0]


def register() -> None:
    """Called once at start-up."""
    holdings.keep_unnamed({"host": gettext_lazy("host")})
    holdings.register(
        "members.bookings",
        Holding(
            gettext_lazy("Times at which I was received"), booked, booking_subjects, erase_bookings
        ),
    )
    holdings.register(
        "members.sign_ups",
        Holding(
            gettext_lazy("Activities I signed up for"), signed_up, sign_up_subjects, erase_sign_ups
        ),
    )
