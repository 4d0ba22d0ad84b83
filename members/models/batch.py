"""Recruiting in batches: a call with criteria, applications, a choice with reasons."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core import clock
from grids.models import Area
from members.models.specialty import Specialty

USER = settings.AUTH_USER_MODEL


class Batch(models.Model):
    """分批次招募: who is looked for where, by what the choice is made, and until when."""

    title = models.CharField(pgettext_lazy("batch", "title"), max_length=80)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    wanted = models.ManyToManyField(
        Specialty, related_name="+", blank=True, verbose_name=_("who is looked for")
    )
    criteria = models.TextField(_("by what is chosen"), max_length=2000)
    places = models.PositiveSmallIntegerField(_("places"))
    opens_at = models.DateTimeField(pgettext_lazy("batch", "opens"), default=clock.now)
    closes_at = models.DateTimeField(pgettext_lazy("batch", "closes"))
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("recruiting batch")
        verbose_name_plural = _("recruiting batches")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="batch_says_by_what",
                condition=~Q(title="") & ~Q(criteria="") & Q(places__gte=1),
                violation_error_message=_("Say what is chosen by, and for how many."),
            ),
            models.CheckConstraint(
                name="batch_closes_after_it_opens",
                condition=Q(closes_at__gt=F("opens_at")),
                violation_error_message=_("It closes after it opens."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("members:batch", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.opens_at <= clock.now() < self.closes_at
