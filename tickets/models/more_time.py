"""More time, and time that does not count: each request with who asked, who agreed and until when."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from govgrid.core.constraints import both_or_neither
from govgrid.worktime.arithmetic import LIMIT
from tickets.models.assignment import Assignment
from tickets.models.clock import Clock

USER = settings.AUTH_USER_MODEL


def _who(*, blank: bool = True) -> models.ForeignKey:
    return models.ForeignKey(
        USER, models.PROTECT, null=blank, blank=blank, related_name="+", db_index=False
    )


class Extension(models.Model):
    """A department asks for more time to resolve; its head agrees, then the desk grants it.

    A refusal and a request that nobody answered by the deadline do not count: ``serial`` is that of
    the next one to be granted.
    """

    class Outcome(models.TextChoices):
        OPEN = "", _("open")
        GRANTED = "granted", _("granted")
        DENIED = "denied", _("refused")
        LAPSED = "lapsed", _("not answered in time")

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="extensions")
    assignment = models.ForeignKey(
        Assignment, models.PROTECT, related_name="extensions", db_index=False
    )
    clock = models.ForeignKey(Clock, models.PROTECT, related_name="extensions", db_index=False)
    serial = models.PositiveSmallIntegerField(_("number"))
    # By how much, in words of a limit, as in WD5.
    amount = models.CharField(_("by"), max_length=8)
    reason = models.TextField(_("reason"), max_length=2000)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = _who(blank=False)
    endorsed_at = models.DateTimeField(_("agreed at"), null=True, blank=True)
    endorsed_by = _who()
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    # Nobody where it lapsed.
    decided_by = _who()
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    # The deadline as it stood; and, once granted, what it became.
    due_before = models.DateTimeField(_("due before"))
    due_after = models.DateTimeField(_("due after"), null=True, blank=True)

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(outcome=""),
                name="extension_one_is_open",
                violation_error_message=_("An extension is asked for already."),
            ),
            models.UniqueConstraint(
                fields=["assignment", "serial"],
                condition=Q(outcome="granted"),
                name="extension_each_number_once",
                violation_error_message=_("This extension was granted already."),
            ),
            models.CheckConstraint(
                name="extension_twice_at_most",
                condition=Q(serial__gte=1, serial__lte=2),
                violation_error_message=_("It is extended twice at most."),
            ),
            models.CheckConstraint(
                name="extension_amount_is_readable",
                condition=Q(amount__regex=rf"^{LIMIT}$"),
                violation_error_message=_("Write a limit as UM15, UH2, WM15, WH4 or WD5."),
            ),
            models.CheckConstraint(
                name="extension_asked_in_time",
                condition=Q(asked_at__lt=F("due_before")),
                violation_error_message=_("An extension is asked for before the deadline."),
            ),
            models.CheckConstraint(
                name="extension_decided_has_its_time",
                condition=Q(outcome="", decided_at=None)
                | (~Q(outcome="") & Q(decided_at__isnull=False)),
                violation_error_message=_("Decided and its time go together."),
            ),
            models.CheckConstraint(
                name="extension_granted_by_both",
                condition=Q(outcome="granted", due_after__gt=F("due_before"))
                & Q(due_after__isnull=False)
                & Q(endorsed_at__isnull=False, decided_by__isnull=False)
                & ~Q(decided_by=F("asked_by"))
                & ~Q(decided_by=F("endorsed_by"))
                | ~Q(outcome="granted") & Q(due_after=None),
                violation_error_message=_("The department agrees and somebody else grants it."),
            ),
            both_or_neither("endorsed_at", "endorsed_by", name="extension_endorsed_by_someone"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.outcome}"

    @property
    def is_granted(self) -> bool:
        return self.outcome == self.Outcome.GRANTED


class Suspension(models.Model):
    """A ticket put on the ledger until a day, since it cannot be done before: once, with a reason."""

    ticket = models.OneToOneField("tickets.Ticket", models.PROTECT, related_name="suspension")
    reason = models.TextField(_("reason"), max_length=2000)
    # On this day it goes on by itself.
    until = models.DateField(_("until"))
    at = models.DateTimeField(_("since"))
    by = _who(blank=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # Nobody where the day had come.
    ended_by = _who()

    class Meta:
        verbose_name = _("suspension")
        verbose_name_plural = _("suspensions")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="suspension_says_why",
                condition=~Q(reason=""),
                violation_error_message=_("A suspension says why."),
            ),
            models.CheckConstraint(
                name="suspension_ends_after_it_starts",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("at")),
                violation_error_message=_("A suspension ends after it starts."),
            ),
            models.CheckConstraint(
                name="suspension_ended_has_its_time",
                condition=Q(ended_by=None) | Q(ended_at__isnull=False),
                violation_error_message=_("Who ends it does so at some time."),
            ),
        ]
        indexes = [
            # What the sweep walks; few stand still.
            models.Index(fields=["until"], name="suspension_running", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} – {self.until:%F}"


class Appeal(models.Model):
    """A department asks that one lateness not count. It stays late; figures tell both.

    Two people sign who do not belong to the department, or one refuses with a reason.
    """

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="appeals")
    assignment = models.ForeignKey(
        Assignment, models.PROTECT, related_name="appeals", db_index=False
    )
    clock = models.OneToOneField(Clock, models.PROTECT, related_name="appeal")
    reason = models.TextField(_("reason"), max_length=2000)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = _who(blank=False)
    first_at = models.DateTimeField(_("first signature"), null=True, blank=True)
    first_by = _who()
    # With the second signature the lateness does not count any more.
    second_at = models.DateTimeField(_("second signature"), null=True, blank=True)
    second_by = _who()
    refused_at = models.DateTimeField(_("refused at"), null=True, blank=True)
    refused_by = _who()
    answer = models.TextField(_("answer"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ["pk"]
        constraints = [
            both_or_neither("first_at", "first_by", name="appeal_first_by_someone"),
            both_or_neither("second_at", "second_by", name="appeal_second_by_someone"),
            both_or_neither("refused_at", "refused_by", name="appeal_refused_by_someone"),
            models.CheckConstraint(
                name="appeal_signed_by_two",
                condition=Q(second_by=None)
                | Q(first_by__isnull=False) & ~Q(first_by=F("second_by")),
                violation_error_message=_("Two different people sign an exemption."),
            ),
            models.CheckConstraint(
                name="appeal_not_signed_by_who_asked",
                condition=(Q(first_by=None) | ~Q(first_by=F("asked_by")))
                & (Q(second_by=None) | ~Q(second_by=F("asked_by"))),
                violation_error_message=_("Who asks does not sign."),
            ),
            models.CheckConstraint(
                name="appeal_signed_or_refused",
                condition=Q(second_at=None) | Q(refused_at=None),
                violation_error_message=_("It is exempted or refused, never both."),
            ),
            models.CheckConstraint(
                name="appeal_refused_says_why",
                condition=Q(refused_at=None) | ~Q(answer=""),
                violation_error_message=_("A refusal says why."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["ticket"],
                name="appeal_open",
                condition=Q(second_at=None, refused_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clock_id}"

    @property
    def is_open(self) -> bool:
        return self.second_at is None and self.refused_at is None

    @property
    def is_exempt(self) -> bool:
        """The lateness is a fact, and does not count."""
        return self.second_at is not None
