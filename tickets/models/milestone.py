"""What a department promised to have done by which day, on the way of a long plan."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govgrid.core.constraints import both_or_neither
from tickets.models.assignment import Assignment

USER = settings.AUTH_USER_MODEL


class Milestone(models.Model):
    """One step of a plan: its day, the department that answers for it, and when it was reached.

    A day may be moved; the first one stays, and why it was moved stands in the log.
    """

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="milestones")
    # Asked for together with its ticket, whose index serves.
    assignment = models.ForeignKey(
        Assignment, models.PROTECT, related_name="milestones", db_index=False
    )
    title = models.CharField(_("milestone"), max_length=80)
    first_due_on = models.DateField(_("first promised for"))
    due_on = models.DateField(_("due on"))
    set_at = models.DateTimeField(_("set at"))
    set_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    reached_at = models.DateTimeField(_("reached at"), null=True, blank=True)
    reached_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    words = models.CharField(_("how it was reached"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="milestone_has_a_title",
                condition=~Q(title=""),
                violation_error_message=_("Say what will be reached."),
            ),
            both_or_neither("reached_at", "reached_by", name="milestone_reached_by_someone"),
            models.CheckConstraint(
                name="milestone_reached_says_how",
                condition=Q(reached_at=None, words="")
                | (Q(reached_at__isnull=False) & ~Q(words="")),
                violation_error_message=_("Say how the milestone was reached."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_moved(self) -> bool:
        return self.due_on != self.first_due_on
