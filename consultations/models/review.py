"""Looking back: rounds in which those concerned rate what became of a topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from consultations.models.commitment import Commitment
from consultations.models.topic import Topic

if TYPE_CHECKING:
    from datetime import datetime

USER = settings.AUTH_USER_MODEL


class Review(models.Model):
    """One round of rating; it is open for some days and is closed with a summary."""

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="reviews", db_index=False)
    serial = models.PositiveSmallIntegerField(_("round"))
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    summary = models.TextField(_("summary"), max_length=4000, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("look-back")
        verbose_name_plural = _("look-backs")
        ordering = ["serial"]
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "serial"],
                name="review_serial_once_a_topic",
                violation_error_message=_("There is such a round."),
            ),
            models.UniqueConstraint(
                fields=["topic"],
                condition=Q(closed_at=None),
                name="review_one_is_open",
                violation_error_message=_("People are rating already."),
            ),
            models.CheckConstraint(
                name="review_closes_after_it_opens",
                condition=Q(closes_at__gt=F("opens_at")),
                violation_error_message=_("A round closes after it opens."),
            ),
            models.CheckConstraint(
                name="review_closed_with_a_summary",
                condition=Q(closed_at=None) | ~Q(summary=""),
                violation_error_message=_("Sum up what the look back brought."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.serial}"

    def is_over(self, now: datetime) -> bool:
        return self.closed_at is not None or self.closes_at <= now


class Score(models.Model):
    """One rating of a topic, or of one thing that was promised: by an account, or by a device.

    The device is an HMAC made for this round alone, so that nobody is followed from one to the next.
    """

    review = models.ForeignKey(Review, models.PROTECT, related_name="scores", db_index=False)
    commitment = models.ForeignKey(
        Commitment, models.PROTECT, null=True, blank=True, related_name="scores", db_index=False
    )
    user = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    device = models.CharField(max_length=64, blank=True, editable=False)
    # On paper or by telephone, typed by somebody.
    entered_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    score = models.PositiveSmallIntegerField(_("score"))
    remark = models.CharField(_("remark"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="score_from_one_to_five",
                condition=Q(score__gte=1, score__lte=5),
                violation_error_message=_("Rate from 1 to 5."),
            ),
            models.CheckConstraint(
                name="score_of_exactly_one",
                condition=Q(user__isnull=False, device="", entered_by=None)
                | Q(user=None, entered_by=None) & ~Q(device="")
                | Q(user=None, device="", entered_by__isnull=False),
                violation_error_message=_("A rating is of one person."),
            ),
            models.UniqueConstraint(
                fields=["review", "commitment", "user"],
                condition=Q(user__isnull=False),
                nulls_distinct=False,
                name="score_once_an_account",
                violation_error_message=_("You have rated this already."),
            ),
            models.UniqueConstraint(
                fields=["review", "commitment", "device"],
                condition=~Q(device=""),
                nulls_distinct=False,
                name="score_once_a_device",
                violation_error_message=_("This was rated from here already."),
            ),
        ]
        indexes = [models.Index(fields=["review", "commitment"], name="score_of_round")]

    def __str__(self) -> str:
        return f"{self.review_id} {self.score}"
