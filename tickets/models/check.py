"""Somebody of the place looks whether a report is real, before a department is sent."""

from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govgrid.core.constraints import both_or_neither
from tickets.models.photo import Photo
from tickets.workflow import Finding

USER = settings.AUTH_USER_MODEL


class CheckQuerySet(models.QuerySet["Check"]):
    def out(self) -> CheckQuerySet:
        """Neither answered nor withdrawn."""
        return self.filter(answered_at=None, withdrawn_at=None)


class Check(models.Model):
    """One look that was asked for. ``asked_by`` None: the category's conditions asked for it."""

    class Asks(models.TextChoices):
        GRID = "grid", _("the grid worker")
        COMMUNITY = "community", _("the community")

    ticket = models.ForeignKey(
        "tickets.Ticket", models.PROTECT, related_name="checks", db_index=False
    )
    asks = models.CharField(_("who is asked"), max_length=10, choices=Asks)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    question = models.TextField(_("what to look at"), blank=True, max_length=2000)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    finding = models.CharField(_("finding"), max_length=10, choices=Finding, blank=True)
    words = models.TextField(_("words"), blank=True, max_length=2000)
    photo = models.ForeignKey(
        Photo, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    # The ticket went on without it: assigned, settled or declined meanwhile.
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = CheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("look before filing")
        verbose_name_plural = _("looks before filing")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"],
                condition=Q(answered_at=None, withdrawn_at=None),
                name="check_one_out",
                violation_error_message=_("Somebody is looking at it already."),
            ),
            both_or_neither("answered_at", "answered_by", name="check_answered_by_someone"),
            models.CheckConstraint(
                name="check_answered_says_what",
                condition=Q(answered_at=None, finding="")
                | (Q(answered_at__isnull=False) & ~Q(finding="")),
                violation_error_message=_("An answer says what was found."),
            ),
            models.CheckConstraint(
                name="check_answered_or_withdrawn",
                condition=Q(answered_at=None) | Q(withdrawn_at=None),
                violation_error_message=_("A look is answered or withdrawn, never both."),
            ),
            models.CheckConstraint(
                name="check_says_why_not",
                condition=Q(finding__in=["", Finding.REAL]) | ~Q(words=""),
                violation_error_message=_("Say what was seen instead."),
            ),
        ]
        indexes = [models.Index(fields=["ticket", "id"], name="check_of_ticket")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.finding or '…'}"
