"""The asker is asked: is it solved, and how was it done?"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.models import Area, Department

USER = settings.AUTH_USER_MODEL


class CallbackQuerySet(models.QuerySet["Callback"]):
    def open(self) -> CallbackQuerySet:
        """Neither answered nor given up."""
        return self.filter(answered_at=None, ended_at=None)

    def answered(self) -> CallbackQuerySet:
        return self.filter(answered_at__isnull=False)


class Callback(models.Model):
    """One question after one closing. The answer stands once, whether it came by phone or link."""

    class Via(models.TextChoices):
        PHONE = "phone", _("by telephone")
        LINK = "link", _("by the link")

    class Ended(models.TextChoices):
        NOT_REACHED = "not_reached", _("Nobody was reached")
        REFUSED = "refused", _("Would not say")
        OPENED = "opened", _("Opened again meanwhile")

    ticket = models.ForeignKey(
        "tickets.Ticket", models.PROTECT, related_name="callbacks", db_index=False
    )
    # Frozen: whose call list it is on, and whose work is judged.
    district = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    round = models.PositiveSmallIntegerField(_("round"))
    asked_at = models.DateTimeField(_("asked since"))
    due_at = models.DateTimeField(_("call by"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    tried_at = models.DateTimeField(_("last tried"), null=True, blank=True)
    ended_at = models.DateTimeField(_("given up at"), null=True, blank=True)
    ended_why = models.CharField(_("why"), max_length=12, choices=Ended, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    via = models.CharField(_("how"), max_length=8, choices=Via, blank=True)
    # Who noted a call; nobody, where the asker answered by the link.
    noted_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    is_solved = models.BooleanField(_("solved"), null=True, blank=True)
    is_satisfied = models.BooleanField(_("satisfied"), null=True, blank=True)
    words = models.CharField(_("words"), max_length=300, blank=True)

    objects = CallbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("callback")
        verbose_name_plural = _("callbacks")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "round"],
                name="callback_once_a_round",
                violation_error_message=_("This was asked already."),
            ),
            models.CheckConstraint(
                name="callback_answer_is_whole",
                condition=Q(answered_at=None, is_solved=None, is_satisfied=None, via="", words="")
                | Q(
                    answered_at__isnull=False,
                    is_solved__isnull=False,
                    is_satisfied__isnull=False,
                    via__in=["phone", "link"],
                ),
                violation_error_message=_("An answer says whether it is solved and satisfies."),
            ),
            models.CheckConstraint(
                name="callback_phone_has_its_caller",
                condition=Q(via="phone", noted_by__isnull=False)
                | (~Q(via="phone") & Q(noted_by=None)),
                violation_error_message=_("A call was made by somebody."),
            ),
            models.CheckConstraint(
                name="callback_given_up_says_why",
                condition=Q(ended_at=None, ended_why="")
                | (Q(ended_at__isnull=False, answered_at=None) & ~Q(ended_why="")),
                violation_error_message=_("What was given up says why, and has no answer."),
            ),
        ]
        indexes = [
            # The call list: what waits, the longest first.
            models.Index(
                fields=["district", "id"],
                name="callback_waiting",
                condition=Q(answered_at=None, ended_at=None),
            ),
            models.Index(
                fields=["department", "answered_at"],
                name="callback_answered",
                condition=Q(answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}/{self.round}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.ended_at is None
