"""点题 → 认领: topics that are published for claiming, in rounds; one claim wins each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models.platform import Platform, Seat
from consultations.models.topic import Topic
from govgrid.core import clock
from govgrid.core.constraints import both_or_neither
from grids.models import Area

if TYPE_CHECKING:
    from datetime import datetime

USER = settings.AUTH_USER_MODEL


def _who(*, null: bool = False) -> models.ForeignKey:
    """Nobody asks for all of one person, so there is no index."""
    return models.ForeignKey(
        USER, models.PROTECT, null=null, blank=null, related_name="+", db_index=False
    )


class PoolQuerySet(models.QuerySet["Pool"]):
    def published(self) -> PoolQuerySet:
        return self.filter(published_at__isnull=False)

    def open(self, now: datetime) -> PoolQuerySet:
        return self.published().filter(closes_at__gt=now)

    def over(self, now: datetime) -> PoolQuerySet:
        """Past their time, and not closed yet: what the clock looks for."""
        return self.published().filter(closed_at=None, closes_at__lte=now)


class Pool(models.Model):
    """A round of claiming over an area: a draft, then open until its time, then closed by the clock."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="pools", verbose_name=_("area"))
    title = models.CharField(pgettext_lazy("pool", "title"), max_length=60)
    about = models.CharField(_("what it is for"), max_length=300, blank=True)
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    follows = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="next",
        verbose_name=_("goes on from"),
    )  # fmt: skip
    begun_at = models.DateTimeField(_("begun at"), default=clock.now)
    begun_by = _who(null=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = _who(null=True)
    closes_at = models.DateTimeField(_("closes at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = PoolQuerySet.as_manager()

    class Meta:
        verbose_name = _("round of claiming")
        verbose_name_plural = _("rounds of claiming")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="pool_has_a_title",
                condition=~Q(title=""),
                violation_error_message=_("Give it a title."),
            ),
            both_or_neither("published_at", "published_by", name="pool_published_by_someone"),
            models.CheckConstraint(
                name="pool_published_says_until_when",
                condition=Q(published_at=None) | Q(closes_at__gt=F("published_at")),
                violation_error_message=_("It closes after it was published."),
            ),
            models.CheckConstraint(
                name="pool_closed_was_published",
                condition=Q(closed_at=None) | Q(published_at__isnull=False),
                violation_error_message=_("What closes was published."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["closes_at"],
                name="pool_to_close",
                condition=Q(closed_at=None, published_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("consultations:pool", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.published_at is None

    def is_open(self, now: datetime) -> bool:
        return self.published_at is not None and self.closes_at is not None and now < self.closes_at


class PoolItem(models.Model):
    """One topic of a round. Not claimed, it is carried over to the next one."""

    pool = models.ForeignKey(Pool, models.PROTECT, related_name="items", db_index=False)
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(pgettext_lazy("topic", "title"), max_length=60)
    body = models.TextField(_("what it is about"), max_length=2000)
    carried_from = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="carried_to",
        verbose_name=_("carried over from"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("topic to claim")
        verbose_name_plural = _("topics to claim")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "position"],
                name="pool_item_in_one_order",
                violation_error_message=_("This place of the list is taken."),
            ),
            models.CheckConstraint(
                name="pool_item_has_words",
                condition=~Q(title="") & ~Q(body=""),
                violation_error_message=_("A topic has a title and says what it is about."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Claim(models.Model):
    """Who took a topic of a round, at which platform it is talked over, and the topic made of it."""

    item = models.OneToOneField(PoolItem, models.PROTECT, related_name="claim")
    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="claims", verbose_name=_("platform")
    )
    # What a group of members calls itself; none where the platform as a whole takes it.
    group = models.CharField(_("group"), max_length=40, blank=True)
    seats = models.ManyToManyField(
        Seat, related_name="claims", blank=True, verbose_name=_("who is in the group")
    )
    topic = models.OneToOneField(Topic, models.PROTECT, related_name="claim")
    claimed_at = models.DateTimeField(_("claimed at"), default=clock.now)
    claimed_by = _who()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.platform}, {self.group}" if self.group else str(self.platform)
