"""Reception days: the weekly rule, the slots that follow from it, and who comes when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Count, F, Func, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models import Topic
from govgrid.core import clock
from govgrid.privacy.fields import SealedTextField
from members.models.member import Member
from members.models.station import Station
from members.workflow.reception import (
    HALF_DAY,
    LIVE,
    RATED,
    RATED_WITHIN,
    SEATED,
    BookingState,
    Mode,
    told_of,
)
from tickets.models import Ticket

if TYPE_CHECKING:
    from datetime import date

    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

USER = settings.AUTH_USER_MODEL
_SEATED = [str(one) for one in SEATED]
_LIVE = [str(one) for one in LIVE]


class ReceptionQuerySet(models.QuerySet["Reception"]):
    def in_force(self, day: date | None = None) -> ReceptionQuerySet:
        day = day or clock.today()
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=day), station__closed_on=None)


class Reception(models.Model):
    """接待日: on these weekdays, from then until then, in this way. Its hosts take weekly turns.

    One way of receiving is one row: nobody is at the desk and at a door at once.
    """

    station = models.ForeignKey(
        Station, models.PROTECT, related_name="receptions", verbose_name=_("station")
    )
    mode = models.CharField(_("how"), max_length=6, choices=Mode, default=Mode.DESK)
    rule = models.CharField(_("weekly rule"), max_length=60)
    begins = models.TimeField(pgettext_lazy("reception", "from"))
    ends = models.TimeField(pgettext_lazy("reception", "until"))
    slot_minutes = models.PositiveSmallIntegerField(_("minutes of a slot"), default=30)
    places = models.PositiveSmallIntegerField(_("places of a slot"), default=1)
    # Where it is not at the station itself, or how one is called.
    place = models.CharField(_("where, or how"), max_length=120, blank=True)
    hosts = models.ManyToManyField(Member, related_name="+", blank=True, verbose_name=_("hosts"))
    starts_on = models.DateField(_("begins on"), default=clock.today)
    ended_on = models.DateField(pgettext_lazy("reception", "ended"), null=True, blank=True)
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(_("laid down at"), default=clock.now)

    objects = ReceptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("reception day")
        verbose_name_plural = _("reception days")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="reception_ends_after_it_begins",
                condition=Q(ends__gt=F("begins")),
                violation_error_message=_("It ends after it begins."),
            ),
            models.CheckConstraint(
                name="reception_has_slots",
                condition=Q(slot_minutes__range=(10, 240), places__range=(1, 50)),
                violation_error_message=_("A slot has 10 to 240 minutes, and from 1 to 50 places."),
            ),
            models.CheckConstraint(
                name="reception_is_weekly",
                condition=Q(rule__regex=r"^FREQ=WEEKLY;INTERVAL=[1-4];BYDAY=[A-Z]{2}(,[A-Z]{2})*$"),
                violation_error_message=_("It is on days of the week, every one to four weeks."),
            ),
            models.CheckConstraint(
                name="reception_ended_after_it_began",
                condition=Q(ended_on=None) | Q(ended_on__gte=F("starts_on")),
                violation_error_message=_("It ends after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_mode_display()} {self.begins:%H:%M}–{self.ends:%H:%M}, {self.station}"

    @property
    def told(self) -> str:
        """Its days in words."""
        return told_of(self.rule)

    @property
    def is_whole_day(self) -> bool:
        length = (self.ends.hour - self.begins.hour) * 60 + self.ends.minute - self.begins.minute
        return timedelta(minutes=length) > HALF_DAY


class SlotQuerySet(models.QuerySet["Slot"]):
    def standing(self) -> SlotQuerySet:
        return self.filter(cancelled_at=None)

    def coming(self, now: datetime) -> SlotQuerySet:
        return self.standing().filter(starts_at__gt=now)

    def counted(self) -> SlotQuerySet:
        """With how many places are taken, and how many people wait."""
        return self.annotate(
            taken=Count("bookings", filter=Q(bookings__state__in=_SEATED)),
            waiting=Count("bookings", filter=Q(bookings__state=BookingState.WAITING)),
        )

    def whole(self) -> SlotQuerySet:
        return self.select_related("station__area", "reception", "host")


class Slot(models.Model):
    """One time to come. A cancelled one stays, for those who had booked it."""

    reception = models.ForeignKey(Reception, models.PROTECT, related_name="slots")
    station = models.ForeignKey(
        Station, models.PROTECT, related_name="+", verbose_name=_("station"), db_index=False
    )
    # Whoever has left is not named any more; that somebody received stays.
    host = models.ForeignKey(
        Member,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("slot", "host"),
    )
    mode = models.CharField(_("how"), max_length=6, choices=Mode)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    places = models.PositiveSmallIntegerField(_("places"))
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    # Nobody: the days were changed, or the host has left.
    cancelled_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    cancel_reason = models.CharField(_("why it was cancelled"), max_length=300, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("reception slot")
        verbose_name_plural = _("reception slots")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="slot_ends_after_it_begins",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("It ends after it begins."),
            ),
            models.CheckConstraint(
                name="slot_has_places",
                condition=Q(places__range=(1, 50)),
                violation_error_message=_("A slot has from 1 to 50 places."),
            ),
            models.CheckConstraint(
                name="slot_cancelled_for_a_reason",
                condition=Q(cancelled_at=None, cancel_reason="", cancelled_by=None)
                | (Q(cancelled_at__isnull=False) & ~Q(cancel_reason="")),
                violation_error_message=_("Say why it is cancelled."),
            ),
            models.UniqueConstraint(
                fields=["station", "mode", "starts_at"],
                condition=Q(cancelled_at=None),
                name="slot_once_a_station_way_and_time",
                violation_error_message=_("The station has such a slot at that time."),
            ),
            ExclusionConstraint(
                name="slot_host_in_one_place",
                expressions=[
                    ("host", RangeOperators.EQUAL),
                    (
                        Func(
                            F("starts_at"),
                            F("ends_at"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(cancelled_at=None),
                violation_error_message=_("This person receives elsewhere at that time."),
            ),
        ]
        indexes = [
            models.Index(fields=["starts_at", "id"], name="slot_start"),
            models.Index(fields=["station", "starts_at"], name="slot_of_station"),
        ]

    def __str__(self) -> str:
        return f"{self.station} {clock.local(self.starts_at):%F %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("members:slot", args=[self.pk])

    @property
    def day(self) -> date:
        return clock.local(self.starts_at).date()

    @property
    def left(self) -> int:
        """How many places are free; asked of ``counted`` slots."""
        return max(self.places - self.taken, 0)  # type: ignore[attr-defined]

    @property
    def where(self) -> str:
        """Nothing of whose door it is: that is sealed."""
        return self.reception.place or (self.station.place if self.mode == Mode.DESK else "")

    @property
    def shown_host(self) -> str:
        """Only whoever is shown to the public is named."""
        host = self.host
        return host.display_name if host is not None and host.is_listed else ""

    def is_to_come(self, now: datetime) -> bool:
        return self.cancelled_at is None and self.starts_at > now


class BookingQuerySet(models.QuerySet["Booking"]):
    def live(self) -> BookingQuerySet:
        return self.filter(state__in=_LIVE)

    def seated(self) -> BookingQuerySet:
        return self.filter(state__in=_SEATED)

    def of(self, user: User | AnonymousUser) -> BookingQuerySet:
        return self.filter(resident_id=user.pk)

    def whole(self) -> BookingQuerySet:
        return self.select_related("slot__station__area", "slot__reception", "slot__host")

    def in_line(self) -> BookingQuerySet:
        """Who waits, the first first."""
        return self.filter(state=BookingState.WAITING).order_by("booked_at", "pk")


class Booking(models.Model):
    """Somebody comes at that time about a matter that is sealed: only who receives opens it."""

    slot = models.ForeignKey(Slot, models.PROTECT, related_name="bookings", db_index=False)
    resident = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("resident")
    )
    # At the desk for somebody without a login: who, and how to reach him, sealed.
    entered_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("entered by"),
    )  # fmt: skip
    visitor = SealedTextField(_("visitor"), null=True)
    visitor_phone = SealedTextField(_("visitor's telephone"), null=True)
    place_no = models.PositiveSmallIntegerField(
        pgettext_lazy("booking", "place"), null=True, blank=True
    )
    matter = SealedTextField(_("matter"), null=True)
    address = SealedTextField(_("whose door"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=BookingState)
    booked_at = models.DateTimeField(_("booked at"), default=clock.now)
    # By which a calendar knows it again.
    uid = models.UUIDField(default=uuid4, editable=False)
    sequence = models.PositiveSmallIntegerField(default=0, editable=False)
    outcome = models.CharField(
        pgettext_lazy("booking", "what came of it"), max_length=1000, blank=True
    )
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ticket")
    )
    topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("topic")
    )
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    remark = models.CharField(_("remark"), max_length=300, blank=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="booking_of_exactly_one",
                condition=Q(resident__isnull=False, entered_by=None, visitor=None)
                | Q(resident=None, entered_by__isnull=False),
                violation_error_message=_("It is of one person; a visitor is entered by somebody."),
            ),
            # Twenty at once for the last place: one gets it.
            models.UniqueConstraint(
                fields=["slot", "place_no"],
                condition=Q(state__in=_SEATED),
                name="booking_one_a_place",
                violation_error_message=_("This place is taken."),
            ),
            models.UniqueConstraint(
                fields=["slot", "resident"],
                condition=Q(state__in=_LIVE),
                name="booking_once_a_resident",
                violation_error_message=_("You have booked this time already."),
            ),
            models.CheckConstraint(
                name="booking_has_a_place_or_waits",
                condition=Q(state__in=_SEATED, place_no__isnull=False, place_no__gte=1)
                | (~Q(state__in=_SEATED) & Q(place_no=None)),
                violation_error_message=_("Who waits has no place yet."),
            ),
            models.CheckConstraint(
                name="booking_done_says_what",
                condition=~Q(state=BookingState.DONE) | ~Q(outcome=""),
                violation_error_message=_("Write down what came of it."),
            ),
            models.CheckConstraint(
                name="booking_scored_by_who_came",
                condition=Q(score=None, remark="")
                | Q(
                    score__isnull=False,
                    score__range=(1, 5),
                    state__in=[str(one) for one in RATED],
                ),
                violation_error_message=_("From 1 to 5, by who was received."),
            ),
        ]
        indexes = [
            models.Index(fields=["slot", "id"], name="booking_of_slot"),
            models.Index(fields=["resident", "-id"], name="booking_of_resident"),
        ]

    def __str__(self) -> str:
        # What a log or a message carries names nobody.
        return f"{self.slot_id}/{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("members:booking", args=[self.pk])

    @property
    def look(self) -> str:
        """As its chip is named."""
        return f"booking:{self.state}"

    def may_be_rated(self, now: datetime) -> bool:
        return self.state in RATED and now < self.slot.ends_at + RATED_WITHIN

    @property
    def case(self) -> str:
        """By which a reading of what is sealed names its ground."""
        return f"booking {self.pk}"
