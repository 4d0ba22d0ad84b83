"""Where a topic is looked into and talked over: visits, surveys, meetings, hearings, look-backs."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models.platform import Platform
from consultations.models.topic import Topic
from consultations.workflow import RESIDENTS, Capacity, SessionKind
from govgrid.core import clock
from govgrid.core.constraints import both_or_neither

if TYPE_CHECKING:
    from datetime import datetime

USER = settings.AUTH_USER_MODEL
# One signs in from an hour before it begins until an hour after it has ended.
DOORS = timedelta(hours=1)


def _who(*, blank: bool = True) -> models.ForeignKey:
    """Nobody asks for all the sessions of one person, so there is no index."""
    return models.ForeignKey(
        USER, models.PROTECT, null=blank, blank=blank, related_name="+", db_index=False
    )


def _secret() -> str:
    return secrets.token_hex(16)


class SessionQuerySet(models.QuerySet["Session"]):
    def standing(self) -> SessionQuerySet:
        return self.filter(cancelled_at=None)

    def upcoming(self, now: datetime) -> SessionQuerySet:
        return self.standing().filter(ends_at__gte=now).order_by("starts_at", "pk")

    def held(self, now: datetime) -> SessionQuerySet:
        return self.standing().filter(ends_at__lt=now).order_by("-starts_at", "-pk")


class Session(models.Model):
    """One time that people come together, at a place or on the site. A cancelled one stays.

    Its minutes are frozen by triggers once they are out, and so are agenda and attendance.
    """

    platform = models.ForeignKey(
        Platform,
        models.PROTECT,
        related_name="sessions",
        verbose_name=_("platform"),
        db_index=False,
    )
    topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, related_name="sessions",
        verbose_name=_("topic"), db_index=False,
    )  # fmt: skip
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    kind = models.CharField(_("kind"), max_length=10, choices=SessionKind)
    title = models.CharField(pgettext_lazy("session", "title"), max_length=80)
    # Two of the same of one caller are one session; none where nobody said.
    client_id = models.UUIDField(_("client id"), null=True, blank=True, editable=False)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    # By which a calendar knows it again, when it is moved or called off.
    uid = models.UUIDField(default=uuid4, editable=False)
    sequence = models.PositiveSmallIntegerField(default=0, editable=False)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    venue = models.CharField(_("where"), max_length=120, blank=True)
    capacity = models.PositiveSmallIntegerField(_("places"), null=True, blank=True)
    called_at = models.DateTimeField(_("called at"), default=clock.now)
    called_by = _who(blank=False)
    papers_sent_at = models.DateTimeField(_("papers sent at"), null=True, blank=True)
    # The latest moment at which the papers are in time, as the terms had it when it was called.
    papers_due_at = models.DateTimeField(_("papers due"), null=True, blank=True)
    minutes_due_at = models.DateTimeField(_("minutes due"), null=True, blank=True)
    minutes = models.TextField(_("minutes"), max_length=20000, blank=True)
    minutes_published_at = models.DateTimeField(_("minutes published at"), null=True, blank=True)
    minutes_published_by = _who()
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancelled_by = _who()
    cancel_reason = models.CharField(_("why it was cancelled"), max_length=300, blank=True)
    # Who signed up was told a day before; moved, they are told again.
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True, editable=False)
    # What the codes at the door are signed with; never shown.
    checkin_secret = models.CharField(max_length=32, default=_secret, editable=False)
    # How delegates were drawn: the seed's commitment, its revealing, who drew.
    draw = models.JSONField(null=True, blank=True, editable=False)
    # How often its page was opened: for "online interactions", never by whom.
    views = models.PositiveIntegerField(default=0, editable=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("consultation", "session")
        verbose_name_plural = pgettext_lazy("consultation", "sessions")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="session_ends_after_it_begins",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("It ends after it begins."),
            ),
            models.CheckConstraint(
                name="session_has_a_title",
                condition=~Q(title=""),
                violation_error_message=_("Give it a title."),
            ),
            models.CheckConstraint(
                name="session_has_places",
                condition=Q(capacity=None) | Q(capacity__gt=0),
                violation_error_message=_("It has places, or as many as come."),
            ),
            models.CheckConstraint(
                name="session_meets_somewhere",
                condition=Q(kind__in=[SessionKind.SURVEY, SessionKind.ONLINE]) | ~Q(venue=""),
                violation_error_message=_("Say where it is held."),
            ),
            models.CheckConstraint(
                name="session_published_or_cancelled",
                condition=Q(minutes_published_at=None) | Q(cancelled_at=None),
                violation_error_message=_("What was cancelled has no minutes."),
            ),
            models.CheckConstraint(
                name="session_published_has_minutes",
                condition=Q(minutes_published_at=None) | ~Q(minutes=""),
                violation_error_message=_("Write the minutes."),
            ),
            models.CheckConstraint(
                name="session_cancelled_for_a_reason",
                condition=Q(cancelled_at=None, cancel_reason="")
                | (Q(cancelled_at__isnull=False) & ~Q(cancel_reason="")),
                violation_error_message=_("Say why it is cancelled."),
            ),
            models.UniqueConstraint(
                fields=["topic", "round"],
                condition=Q(kind="look_back", cancelled_at=None),
                name="session_one_look_back_a_round",
                violation_error_message=_("This round has its look-back meeting."),
            ),
            models.UniqueConstraint(
                fields=["called_by", "client_id"],
                name="session_client_id_once_a_caller",
                violation_error_message=_("This client id was used before."),
            ),
            both_or_neither(
                "minutes_published_at", "minutes_published_by", name="session_published_by_someone"
            ),
            both_or_neither("cancelled_at", "cancelled_by", name="session_cancelled_by_someone"),
        ]
        indexes = [
            models.Index(fields=["platform", "-starts_at", "-id"], name="session_platform"),
            models.Index(fields=["topic", "-starts_at"], name="session_topic"),
            models.Index(fields=["starts_at"], name="session_start"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.starts_at:%F %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("consultations:session", args=[self.pk])

    def was_held(self, now: datetime) -> bool:
        return self.cancelled_at is None and self.ends_at <= now

    def draft(self) -> str:
        """Minutes as the items of the agenda make them; empty where nothing was written on any."""
        items = list(self.agenda.all())
        if not any(one.minutes for one in items):
            return ""
        return "\n\n".join(f"{one.position}. {one.text}\n{one.minutes or '—'}" for one in items)

    @property
    def opens_at(self) -> datetime:
        """From when on the door is open."""
        return self.starts_at - DOORS

    @property
    def shuts_at(self) -> datetime:
        return self.ends_at + DOORS

    @property
    def is_frozen(self) -> bool:
        return self.cancelled_at is not None or self.minutes_published_at is not None

    @property
    def papers_in_time(self) -> bool:
        """Nobody need send papers where none were due."""
        if self.papers_due_at is None:
            return True
        return self.papers_sent_at is not None and self.papers_sent_at <= self.papers_due_at


class AgendaItem(models.Model):
    """What is talked over, in this order, and what was said on it."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="agenda")
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.CharField(_("item"), max_length=200)
    minutes = models.TextField(_("what was said"), max_length=4000, blank=True)

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "position"],
                name="consultation_agenda_in_one_order",
                violation_error_message=_("This place of the agenda is taken."),
            ),
            models.CheckConstraint(
                name="consultation_agenda_has_words",
                condition=~Q(text=""),
                violation_error_message=_("Say what is talked over."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.text}"


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def seated(self) -> AttendanceQuerySet:
        return self.filter(left_at=None, is_waiting=False)

    def there(self) -> AttendanceQuerySet:
        return self.filter(checked_in_at__isnull=False)

    def residents(self) -> AttendanceQuerySet:
        return self.filter(capacity__in=sorted(RESIDENTS))


class Attendance(models.Model):
    """Somebody wants to come, waits for a place, or was there: told by capacity, never by name."""

    class Via(models.TextChoices):
        CODE = "code", _("by the code at the door")
        LIST = "list", _("by the recorder")

    session = models.ForeignKey(Session, models.PROTECT, related_name="attendance", db_index=False)
    user = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    # What the recorder calls somebody who has no login; erased with the year.
    guest = models.CharField(_("guest"), max_length=40, blank=True)
    capacity = models.CharField(_("as"), max_length=12, choices=Capacity)
    # Which of the places; none while one waits, and none where there are as many as come.
    place_no = models.PositiveSmallIntegerField(_("place"), null=True, blank=True)
    is_waiting = models.BooleanField(_("on the waiting list"), default=False)
    signed_up_at = models.DateTimeField(_("signed up at"), default=clock.now)
    left_at = models.DateTimeField(_("signed off at"), null=True, blank=True)
    checked_in_at = models.DateTimeField(_("came at"), null=True, blank=True)
    via = models.CharField(_("how"), max_length=4, choices=Via, blank=True)
    entered_by = _who()
    is_named = models.BooleanField(_("name is shown"), default=False)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="attendance_of_exactly_one",
                condition=Q(user__isnull=False, guest="")
                | (Q(user=None, entered_by__isnull=False) & ~Q(guest="")),
                violation_error_message=_("It is of one person; a guest is entered by somebody."),
            ),
            models.UniqueConstraint(
                fields=["session", "user"],
                condition=Q(left_at=None, user__isnull=False),
                name="attendance_once_a_person",
                violation_error_message=_("This person has signed up already."),
            ),
            # Twenty at once for the last place: one gets it.
            models.UniqueConstraint(
                fields=["session", "place_no"],
                condition=Q(left_at=None),
                name="attendance_one_a_place",
                violation_error_message=_("This place is taken."),
            ),
            models.CheckConstraint(
                name="attendance_waits_without_a_place",
                condition=Q(is_waiting=False) | Q(place_no=None, checked_in_at=None),
                violation_error_message=_("Who waits has no place yet."),
            ),
            models.CheckConstraint(
                name="attendance_came_somehow",
                condition=Q(checked_in_at=None, via="")
                | (Q(checked_in_at__isnull=False) & ~Q(via="")),
                violation_error_message=_("Who came signed in somehow."),
            ),
        ]
        indexes = [models.Index(fields=["session", "id"], name="attendance_session")]

    def __str__(self) -> str:
        return f"{self.session_id} {self.capacity}"
