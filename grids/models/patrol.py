"""Patrols: when a grid worker went round and where he checked in. No track is taken.

Read by the worker alone: there is no page of the back office, and no other app asks.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from govgrid.core.constraints import both_or_neither
from grids.models.area import WGS84, Area

if TYPE_CHECKING:
    from govgrid.accounts.models import User

# Asked of every grid worker each day.
ASKED_A_DAY = timedelta(hours=3)
# Nobody walks longer: a patrol that is open for longer was not ended.
LONGEST = timedelta(hours=12)
# A point is erased on the day that lies so many days after it was taken.
POINT_DAYS = 30


class PatrolQuerySet(models.QuerySet["Patrol"]):
    def of(self, user: User) -> PatrolQuerySet:
        return self.filter(user=user)

    def open(self) -> PatrolQuerySet:
        return self.filter(ended_at=None)

    def begun_on(self, first: date, last: date | None = None) -> PatrolQuerySet:
        """Patrols that began on ``first``, or on any day until ``last``; a night counts to its eve."""
        return self.filter(
            started_at__gte=clock.midnight(first),
            started_at__lt=clock.midnight((last or first) + timedelta(days=1)),
        )


class Patrol(models.Model):
    """One round of a grid worker, from start to end."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="patrols", verbose_name=_("person")
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="patrols", verbose_name=_("area"))
    client_id = models.UUIDField(_("client id"))
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    # Before the end where nobody ended it in time: what was not walked is not counted.
    counted_until = models.DateTimeField(_("counted until"), null=True, blank=True)

    objects = PatrolQuerySet.as_manager()

    class Meta:
        verbose_name = _("patrol")
        verbose_name_plural = _("patrols")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(ended_at=None),
                name="patrol_one_open_a_person",
                violation_error_message=_("This person is on patrol already."),
            ),
            models.UniqueConstraint(
                fields=["user", "client_id"],
                name="patrol_client_id_once_a_person",
                violation_error_message=_("This client id was used before."),
            ),
            both_or_neither("ended_at", "counted_until", name="patrol_ended_and_counted_together"),
            models.CheckConstraint(
                name="patrol_forwards",
                condition=Q(ended_at=None)
                | Q(counted_until__gte=F("started_at"), counted_until__lte=F("ended_at")),
                violation_error_message=_("A patrol cannot end before it starts."),
            ),
        ]
        indexes = [models.Index(fields=["user", "-started_at"], name="patrol_of_a_person")]

    def __str__(self) -> str:
        return f"{self.area}, {clock.local(self.started_at):%Y-%m-%d %H:%M}"

    @property
    def day(self) -> date:
        """The day it counts to."""
        return clock.local(self.started_at).date()

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def is_cut(self) -> bool:
        """It was ended too late, so that only a part of it counts."""
        return self.counted_until != self.ended_at

    def is_forgotten(self, at: datetime) -> bool:
        """It is open and nobody will have walked so long."""
        return self.is_open and at - self.started_at > LONGEST

    def counts_until(self, at: datetime) -> datetime:
        """Up to when it counts if it is ended at ``at``: where forgotten, to the last check-in."""
        if self.counted_until is not None:
            return self.counted_until
        if at - self.started_at <= LONGEST:
            return max(at, self.started_at)
        walked = self.check_ins.filter(at__lte=self.started_at + LONGEST)
        return walked.aggregate(last=models.Max("at"))["last"] or self.started_at


class CheckIn(models.Model):
    """“I am here”: a time, and for 30 days the point where the phone gave one."""

    patrol = models.ForeignKey(
        Patrol, models.CASCADE, related_name="check_ins", verbose_name=_("patrol")
    )
    client_id = models.UUIDField(_("client id"))
    at = models.DateTimeField(_("at"))
    point = models.PointField(_("point"), srid=WGS84, null=True, blank=True, spatial_index=False)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["patrol", "client_id"],
                name="checkin_client_id_once_a_patrol",
                violation_error_message=_("This client id was used before."),
            ),
            models.CheckConstraint(
                name="checkin_erased_is_without_point",
                condition=Q(erased_at=None) | Q(point__isnull=True),
                violation_error_message=_("What was erased is gone."),
            ),
        ]
        indexes = [
            # Small: what the nightly job has still to erase.
            models.Index(
                fields=["at"], name="checkin_with_point", condition=Q(point__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{clock.local(self.at):%Y-%m-%d %H:%M}"

    @property
    def erase_on(self) -> date:
        """The day on which its point is erased, or was."""
        return clock.local(self.at).date() + timedelta(days=POINT_DAYS)
