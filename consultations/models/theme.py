"""Topics that a street or a district puts to several platforms, and platforms that hold one together."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models.platform import Platform
from govgrid.core import clock
from govgrid.core.constraints import both_or_neither
from grids.models import Area

USER = settings.AUTH_USER_MODEL


def _who(*, null: bool = False) -> models.ForeignKey:
    """Nobody asks for all of one person, so there is no index."""
    return models.ForeignKey(
        USER, models.PROTECT, null=null, blank=null, related_name="+", db_index=False
    )


class Theme(models.Model):
    """共性议题: one question that several tables answer, each with a topic of its own."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="themes", verbose_name=_("area"))
    title = models.CharField(pgettext_lazy("topic", "title"), max_length=60)
    body = models.TextField(_("what it is about"), max_length=2000)
    client_id = models.UUIDField(_("client id"), null=True, blank=True, unique=True)
    issued_at = models.DateTimeField(_("put at"), default=clock.now)
    issued_by = _who()
    # What came of it over all platforms, once those who asked have read the answers.
    summary = models.TextField(_("what came of it"), max_length=4000, blank=True)
    summed_at = models.DateTimeField(_("summed up at"), null=True, blank=True)
    summed_by = _who(null=True)

    class Meta:
        verbose_name = _("common topic")
        verbose_name_plural = _("common topics")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="theme_has_words",
                condition=~Q(title="") & ~Q(body=""),
                violation_error_message=_("A topic has a title and says what it is about."),
            ),
            models.CheckConstraint(
                name="theme_summed_up_in_words",
                condition=Q(summed_at=None, summary="")
                | Q(summed_at__isnull=False, summed_by__isnull=False) & ~Q(summary=""),
                violation_error_message=_("Say what came of it."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("consultations:theme", args=[self.pk])


class CohostingQuerySet(models.QuerySet["Cohosting"]):
    def unanswered(self) -> CohostingQuerySet:
        return self.filter(answered_at=None)

    def agreed(self) -> CohostingQuerySet:
        return self.filter(is_agreed=True)


class Cohosting(models.Model):
    """Whether another platform holds a topic together with its own: asked, and answered by it."""

    topic = models.ForeignKey(
        "consultations.Topic", models.PROTECT, related_name="cohostings", db_index=False
    )
    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="cohostings", verbose_name=_("platform")
    )
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)
    asked_by = _who(null=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = _who(null=True)
    is_agreed = models.BooleanField(_("agreed"), default=False)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = CohostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("co-hosting")
        verbose_name_plural = _("co-hostings")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "platform"],
                name="cohosting_once_a_platform",
                violation_error_message=_("This platform was asked already."),
            ),
            both_or_neither("answered_at", "answered_by", name="cohosting_answered_by_someone"),
            # Nobody is made a host without being asked.
            models.CheckConstraint(
                name="cohosting_agreed_is_answered",
                condition=Q(is_agreed=False) | Q(answered_at__isnull=False),
                violation_error_message=_("Who agreed has answered."),
            ),
            models.CheckConstraint(
                name="cohosting_refusal_says_why",
                condition=Q(answered_at=None) | Q(is_agreed=True) | ~Q(note=""),
                violation_error_message=_("Say why not."),
            ),
            models.CheckConstraint(
                name="cohosting_answered_after_asked",
                condition=Q(answered_at=None) | Q(answered_at__gte=F("asked_at")),
                violation_error_message=_("It is answered after it was asked."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.platform_id}"
