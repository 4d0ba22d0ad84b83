"""A consultation whistle calls who sits at the table of the place: 委员报到."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.models.platform import Seat
from consultations.workflow import Tier
from consultations.workflow.calls import CallAnswer
from govgrid.core import clock
from tickets.models import Ticket

if TYPE_CHECKING:
    from collections.abc import Collection

    from consultations.models.platform import Platform

USER = settings.AUTH_USER_MODEL


class SeatCallQuerySet(models.QuerySet["SeatCall"]):
    def unanswered(self) -> SeatCallQuerySet:
        return self.filter(answer="")

    def at_platforms(
        self, platforms: models.QuerySet[Platform] | Collection[int]
    ) -> SeatCallQuerySet:
        return self.filter(seat__platform__in=platforms)

    def whole(self) -> SeatCallQuerySet:
        """With what a row is shown and asked for with."""
        return self.select_related(
            "seat__user", "seat__platform__area", "ticket__category", "ticket__community"
        )


class SeatCall(models.Model):
    """One seat, called to one matter. Silence takes it up a level, and it stays unanswered."""

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="seat_calls", verbose_name=_("ticket"), db_index=False
    )
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="calls", verbose_name=_("seat"))
    called_at = models.DateTimeField(_("called at"), default=clock.now)
    answer_by = models.DateTimeField(_("answer due"))
    answer = models.CharField(_("answer"), max_length=8, choices=CallAnswer, blank=True)
    reason = models.CharField(_("why not"), max_length=300, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    # The seat's holder, the recorder for him, or who answers from above.
    answered_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    tier = models.CharField(_("with"), max_length=10, choices=Tier, default=Tier.PLATFORM)
    # The sweep's own: when silence takes it up.
    fires_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SeatCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call of a seat")
        verbose_name_plural = _("calls of seats")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "seat"],
                name="seat_call_once_a_matter",
                violation_error_message=_("This seat was called for this already."),
            ),
            models.CheckConstraint(
                name="seat_call_cannot_says_why",
                condition=~Q(answer="cannot") | ~Q(reason=""),
                violation_error_message=_("Who cannot come says why."),
            ),
            models.CheckConstraint(
                name="seat_call_answered_by_somebody",
                condition=Q(answer="", answered_at=None, answered_by=None)
                | ~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False),
                violation_error_message=_("An answer has its time and its person."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["fires_at"], name="seat_call_fires", condition=Q(fires_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.seat_id} {self.answer}"
