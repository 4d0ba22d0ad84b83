"""Who wants to hear of a topic or of a platform, and how often. Consent is this row and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.models.platform import Platform
from consultations.models.topic import Topic
from consultations.workflow.cases import Rhythm
from govgrid.core import clock

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

USER = settings.AUTH_USER_MODEL


class FollowingQuerySet(models.QuerySet["Following"]):
    def standing(self) -> FollowingQuerySet:
        return self.filter(ended_at=None)

    def of(self, user: User | AnonymousUser) -> FollowingQuerySet:
        return self.standing().filter(user=user.pk)

    def due(self, now: datetime) -> FollowingQuerySet:
        return self.standing().filter(next_at__lte=now)


class Following(models.Model):
    """Somebody asked to be told. Ended is ended: asking again is another row."""

    user = models.ForeignKey(USER, models.CASCADE, related_name="+", db_index=False)
    topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("topic")
    )
    platform = models.ForeignKey(
        Platform, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("platform"),
    )  # fmt: skip
    rhythm = models.CharField(_("how often"), max_length=6, choices=Rhythm)
    asked_at = models.DateTimeField(_("asked for at"), default=clock.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    # What happened up to here was told, and when it is told again.
    told_until = models.DateTimeField(_("told until"), default=clock.now)
    next_at = models.DateTimeField(_("told next"))

    objects = FollowingQuerySet.as_manager()

    class Meta:
        verbose_name = _("following")
        verbose_name_plural = _("followings")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="following_one_thing",
                condition=Q(topic=None, platform__isnull=False)
                | Q(topic__isnull=False, platform=None),
                violation_error_message=_("Follow a topic or a platform."),
            ),
            models.UniqueConstraint(
                fields=["user", "topic", "platform"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="following_once",
                violation_error_message=_("You follow this already."),
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="following_due", condition=Q(ended_at=None)),
            models.Index(
                fields=["ended_at"], name="following_ended", condition=Q(ended_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.rhythm}"
