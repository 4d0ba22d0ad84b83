"""Activities: theme days, talks, job fairs; who signs up, how many came, pictures and a summary."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core import clock
from grids.models import Area
from members.models.station import Station
from members.workflow.activities import MOST_PHOTOS, PUBLIC, ActivityKind, ActivityState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

USER = settings.AUTH_USER_MODEL
# One signs in from an hour before it begins until an hour after it has ended.
DOORS = timedelta(hours=1)


def _secret() -> str:
    return secrets.token_hex(16)


class ActivityQuerySet(models.QuerySet["Activity"]):
    def public(self) -> ActivityQuerySet:
        return self.filter(state__in=[str(one) for one in PUBLIC])

    def upcoming(self, now: datetime) -> ActivityQuerySet:
        return self.filter(state=ActivityState.OPEN, ends_at__gte=now).order_by("starts_at", "pk")

    def counted(self) -> ActivityQuerySet:
        live = Q(signups__left_at=None)
        return self.annotate(
            taken=Count("signups", filter=live & Q(signups__is_waiting=False)),
            waiting=Count("signups", filter=live & Q(signups__is_waiting=True)),
            signed_in=Count("signups", filter=live & Q(signups__checked_in_at__isnull=False)),
        )


class Activity(models.Model):
    """One time that a station or an area invites to. What came of it is a number and a summary."""

    station = models.ForeignKey(
        Station, models.PROTECT, null=True, blank=True, related_name="activities",
        verbose_name=_("station"),
    )  # fmt: skip
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    kind = models.CharField(_("kind"), max_length=8, choices=ActivityKind)
    # Activities of one name are counted together, as in 公益四季.
    series = models.CharField(_("series"), max_length=40, blank=True)
    title = models.CharField(pgettext_lazy("activity", "title"), max_length=80)
    text = models.TextField(
        pgettext_lazy("activity", "what it is about"), max_length=2000, blank=True
    )
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    place = models.CharField(_("where"), max_length=120)
    capacity = models.PositiveSmallIntegerField(_("places"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=ActivityState, default=ActivityState.PLANNED
    )
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(_("planned at"), default=clock.now)
    cancel_reason = models.CharField(_("why it was called off"), max_length=300, blank=True)
    # Whoever came, with a telephone or without one: a number.
    head_count = models.PositiveIntegerField(
        pgettext_lazy("activity", "how many came"), null=True, blank=True
    )
    summary = models.TextField(_("summary"), max_length=2000, blank=True)
    uid = models.UUIDField(default=uuid4, editable=False)
    sequence = models.PositiveSmallIntegerField(default=0, editable=False)
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    # What the codes at the door are signed with; never shown.
    checkin_secret = models.CharField(max_length=32, default=_secret, editable=False)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="activity_ends_after_it_begins",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("It ends after it begins."),
            ),
            models.CheckConstraint(
                name="activity_has_a_title_and_a_place",
                condition=~Q(title="") & ~Q(place=""),
                violation_error_message=_("Say what it is, and where."),
            ),
            models.CheckConstraint(
                name="activity_has_places",
                condition=Q(capacity=None) | Q(capacity__gt=0),
                violation_error_message=_("It has places, or as many as come."),
            ),
            models.CheckConstraint(
                name="activity_held_was_counted",
                condition=(Q(state="held") & Q(head_count__isnull=False))
                | (~Q(state="held") & Q(head_count=None, summary="")),
                violation_error_message=_("Say how many came."),
            ),
            models.CheckConstraint(
                name="activity_cancelled_for_a_reason",
                condition=(Q(state="cancelled") & ~Q(cancel_reason=""))
                | (~Q(state="cancelled") & Q(cancel_reason="")),
                violation_error_message=_("Say why it is called off."),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "starts_at"], name="activity_by_state"),
            models.Index(fields=["station", "-starts_at"], name="activity_of_station"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("members:activity", args=[self.pk])

    @property
    def opens_at(self) -> datetime:
        """From when on the door is open."""
        return self.starts_at - DOORS

    @property
    def shuts_at(self) -> datetime:
        return self.ends_at + DOORS

    def is_at_the_door(self, now: datetime) -> bool:
        return self.state == ActivityState.OPEN and self.opens_at <= now <= self.shuts_at


class SignUpQuerySet(models.QuerySet["SignUp"]):
    def live(self) -> SignUpQuerySet:
        return self.filter(left_at=None)

    def of(self, user: User | AnonymousUser) -> SignUpQuerySet:
        return self.filter(user_id=user.pk, left_at=None)


class SignUp(models.Model):
    """Somebody wants to come, waits for a place, or was there. Nobody else reads who."""

    class Via(models.TextChoices):
        CODE = "code", _("by the code at the door")
        LIST = "list", _("by the host")

    activity = models.ForeignKey(
        Activity, models.PROTECT, related_name="signups", db_index=False
    )  # fmt: skip
    user = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("person"))
    place_no = models.PositiveSmallIntegerField(
        pgettext_lazy("sign-up", "place"), null=True, blank=True
    )
    is_waiting = models.BooleanField(_("on the waiting list"), default=False)
    signed_up_at = models.DateTimeField(_("signed up at"), default=clock.now)
    left_at = models.DateTimeField(_("signed off at"), null=True, blank=True)
    checked_in_at = models.DateTimeField(_("came at"), null=True, blank=True)
    via = models.CharField(_("how"), max_length=4, choices=Via, blank=True)

    objects = SignUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "user"],
                condition=Q(left_at=None),
                name="signup_once_a_person",
                violation_error_message=_("This person has signed up already."),
            ),
            models.UniqueConstraint(
                fields=["activity", "place_no"],
                condition=Q(left_at=None),
                name="signup_one_a_place",
                violation_error_message=_("This place is taken."),
            ),
            models.CheckConstraint(
                name="signup_waits_without_a_place",
                condition=Q(is_waiting=False) | Q(place_no=None, checked_in_at=None),
                violation_error_message=_("Who waits has no place yet."),
            ),
            models.CheckConstraint(
                name="signup_came_somehow",
                condition=Q(checked_in_at=None, via="")
                | (Q(checked_in_at__isnull=False) & ~Q(via="")),
                violation_error_message=_("Who came signed in somehow."),
            ),
        ]
        indexes = [models.Index(fields=["activity", "id"], name="signup_of_activity")]

    def __str__(self) -> str:
        return f"{self.activity_id}/{self.pk}"


def image_name(photo: ActivityPhoto, _filename: str) -> str:
    """By the unguessable id alone: the name that a phone gave is never kept."""
    return f"activities/{photo.public_id.hex[:2]}/{photo.public_id}.jpg"


def thumb_name(photo: ActivityPhoto, _filename: str) -> str:
    return f"activities/{photo.public_id.hex[:2]}/{photo.public_id}-thumb.jpg"


class ActivityPhoto(models.Model):
    """A picture, developed anew: no place, no camera, and nobody in it is marked or named."""

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    activity = models.ForeignKey(Activity, models.PROTECT, related_name="photos", db_index=False)
    position = models.PositiveSmallIntegerField(_("position"))
    image = models.FileField(upload_to=image_name, max_length=120, editable=False)
    thumb = models.FileField(upload_to=thumb_name, max_length=120, editable=False)
    width = models.PositiveSmallIntegerField(_("width"), editable=False)
    height = models.PositiveSmallIntegerField(_("height"), editable=False)
    # HMAC of the bytes as they came: the same picture sent again adds nothing.
    fingerprint = models.CharField(max_length=64, editable=False)
    # Said at each picture: whoever can be recognised on it has agreed.
    agreed = models.BooleanField(_("everybody who can be recognised has agreed"))
    added_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    added_at = models.DateTimeField(_("added at"), default=clock.now)

    class Meta:
        verbose_name = _("picture of an activity")
        verbose_name_plural = _("pictures of activities")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "position"],
                name="activity_photo_in_one_order",
                violation_error_message=_("This place among the pictures is taken."),
            ),
            models.UniqueConstraint(
                fields=["activity", "fingerprint"],
                name="activity_photo_once",
                violation_error_message=_("This picture is there already."),
            ),
            models.CheckConstraint(
                name="activity_photo_of_twelve",
                condition=Q(position__range=(1, MOST_PHOTOS)),
                violation_error_message=_("There are twelve pictures at most."),
            ),
            models.CheckConstraint(
                name="activity_photo_agreed_to",
                condition=Q(agreed=True),
                violation_error_message=_("Only with the consent of who can be recognised."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
