"""A ruling: who handles it from now on, here and wherever the ruling reaches."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.models import Area, Department
from tickets.models.assignment import Assignment
from tickets.models.rule import RoutingRule
from tickets.workflow import Reach

USER = settings.AUTH_USER_MODEL


class Ruling(models.Model):
    """One decision on whose it is, with its reason; the rule that follows from it is its rule."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="rulings")
    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="ruling")
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name=_("department")
    )
    reason = models.TextField(_("reason"), max_length=2000)
    reach = models.CharField(_("holds for"), max_length=10, choices=Reach)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    rule = models.ForeignKey(
        RoutingRule, models.PROTECT, related_name="rulings", verbose_name=_("routing rule")
    )
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("ruling")
        verbose_name_plural = _("rulings")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="ruling_says_why",
                condition=~Q(reason=""),
                violation_error_message=_("A ruling says why."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department}: {self.get_reach_display()}"
