"""What a department promised on a topic: the promise is here, the work is its ticket's."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.models.opinion import Opinion
from consultations.models.topic import Topic
from consultations.workflow import KEPT, OWED, CommitmentState
from govgrid.core import clock
from grids.models import Department
from tickets.models import Category, Ticket

USER = settings.AUTH_USER_MODEL


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    def owed(self) -> CommitmentQuerySet:
        return self.filter(state__in=sorted(OWED))

    def kept(self) -> CommitmentQuerySet:
        return self.filter(state__in=sorted(KEPT))

    def unanswered(self) -> CommitmentQuerySet:
        """Offered, and no department has said yes or no."""
        return self.filter(state=CommitmentState.OFFERED)


class Commitment(models.Model):
    """Who does what by when, in words for the public. Nobody types a percentage.

    Accepted, it opens an ordinary ticket; that ticket's closing fills in the result.
    """

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="commitments", db_index=False)
    opinion = models.ForeignKey(
        Opinion, models.PROTECT, null=True, blank=True, related_name="commitments",
        verbose_name=_("from suggestion"),
    )  # fmt: skip
    serial = models.PositiveSmallIntegerField(_("number"))
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    text = models.CharField(_("what is promised"), max_length=300)
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="commitments", db_index=False,
        verbose_name=_("department"),
    )  # fmt: skip
    helpers = models.ManyToManyField(
        Department, related_name="+", blank=True, verbose_name=_("together with")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=CommitmentState, default=CommitmentState.OFFERED
    )
    offered_at = models.DateTimeField(_("offered at"), default=clock.now)
    offered_by = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="+", db_index=False
    )
    answer_by = models.DateTimeField(_("answer due"))
    # Until when somebody else is asked, or the platform's leader decides.
    reoffer_by = models.DateTimeField(_("to be offered anew by"), null=True, blank=True)
    # Unanswered past its time: 逾期未接单. The fact stays.
    overdue_at = models.DateTimeField(_("unanswered since"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    due_on = models.DateField(_("to be done by"), null=True, blank=True)
    # What the ticket is filed as; chosen with the acceptance.
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("category"),
    )  # fmt: skip
    returns = models.PositiveSmallIntegerField(_("times given back"), default=0)
    return_reason = models.CharField(_("why it was given back"), max_length=300, blank=True)
    ticket = models.OneToOneField(
        Ticket, models.PROTECT, null=True, blank=True, related_name="commitment",
        verbose_name=_("ticket"),
    )  # fmt: skip
    result = models.CharField(_("what was done"), max_length=1000, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    end_reason = models.CharField(_("why it was ended"), max_length=300, blank=True)
    # The sweep's own: the next thing that happens by itself.
    fires_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "serial"],
                name="commitment_serial_once_a_topic",
                violation_error_message=_("This number is taken."),
            ),
            models.CheckConstraint(
                name="commitment_has_words",
                condition=~Q(text=""),
                violation_error_message=_("Say what is promised."),
            ),
            models.CheckConstraint(
                name="commitment_accepted_has_a_day",
                condition=~Q(state__in=["accepted", "done", "confirmed"])
                | Q(due_on__isnull=False, accepted_at__isnull=False),
                violation_error_message=_("Who accepts names the day."),
            ),
            models.CheckConstraint(
                name="commitment_returned_says_why",
                condition=~Q(state="returned") | ~Q(return_reason=""),
                violation_error_message=_("Who gives it back says why."),
            ),
            models.CheckConstraint(
                name="commitment_done_has_a_result",
                condition=~Q(state__in=["done", "confirmed"])
                | ~Q(result="") & Q(done_at__isnull=False),
                violation_error_message=_("What is done has a result in words."),
            ),
            models.CheckConstraint(
                name="commitment_ended_says_why",
                condition=~Q(state="ended") | ~Q(end_reason=""),
                violation_error_message=_("Say why it was ended."),
            ),
        ]
        indexes = [
            models.Index(fields=["department", "state", "-id"], name="commitment_department"),
            models.Index(
                fields=["fires_at"], name="commitment_fires", condition=Q(fires_at__isnull=False)
            ),
            models.Index(fields=["due_on"], name="commitment_due", condition=Q(state="accepted")),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id}/{self.serial}"

    @property
    def is_owed(self) -> bool:
        return self.state in OWED
