"""A step up: from which level to which, what was tried there, and which power was missing."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.workflow import Cause, Tier

USER = settings.AUTH_USER_MODEL


class Escalation(models.Model):
    """One step of one ticket, written by the move ``escalate`` and never changed."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="escalations")
    from_level = models.CharField(_("from level"), max_length=10, choices=Tier)
    to_level = models.CharField(_("to level"), max_length=10, choices=Tier)
    tried = models.TextField(_("what was tried"), blank=True, max_length=1000)
    missing_power = models.TextField(_("which power is missing"), blank=True, max_length=500)
    cause = models.CharField(_("cause"), max_length=10, choices=Cause)
    by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("step up a level")
        verbose_name_plural = _("steps up a level")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="escalation_one_step_up",
                condition=Q(from_level=Tier.COMMUNITY, to_level=Tier.STREET)
                | Q(from_level=Tier.STREET, to_level=Tier.DISTRICT),
                violation_error_message=_("A ticket goes up one level at a time, and never down."),
            ),
            models.UniqueConstraint(
                fields=["ticket", "to_level"],
                name="escalation_each_step_once",
                violation_error_message=_("This ticket was taken up to there already."),
            ),
            models.CheckConstraint(
                name="escalation_by_hand_or_with_a_cause",
                condition=(
                    Q(cause=Cause.HAND, by__isnull=False) & ~Q(tried="") & ~Q(missing_power="")
                )
                | (Q(by=None) & ~Q(cause=Cause.HAND)),
                violation_error_message=_(
                    "A person says what was tried and which power is missing; the system names a cause."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.from_level} → {self.to_level}"
