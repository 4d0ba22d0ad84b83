"""A proposal of balanced grids: what it divides, and how far it has come."""

from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.models.area import WGS84
from grids.models.division import Division


class Block(models.Model):
    """Homes at one point, as a number: what a proposal divides. Belongs to its draft alone."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="blocks")
    code = models.CharField(_("code"), max_length=40)
    point = models.PointField(_("point"), srid=WGS84, spatial_index=False)
    household_count = models.PositiveIntegerField(_("households"))

    class Meta:
        verbose_name = _("block of homes")
        verbose_name_plural = _("blocks of homes")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["division", "code"],
                name="block_code_once_a_division",
                violation_error_message=_("This code stands twice."),
            )
        ]

    def __str__(self) -> str:
        return self.code


class Proposal(models.Model):
    """Balanced grids, asked of a worker. The row is the queue: a sweep finds what was forgotten."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Being computed")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    division = models.ForeignKey(Division, models.CASCADE, related_name="proposals")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    # 0: as many as the households and the set size ask for.
    grids = models.PositiveIntegerField(_("number of grids"), default=0)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    progress = models.PositiveSmallIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    # Balance and compactness as numbers, for the page.
    figures = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["division"],
                condition=Q(state__in=["waiting", "running"]),
                name="proposal_one_at_a_time",
                violation_error_message=_("A proposal is being computed already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.division}: {self.get_state_display()}"
