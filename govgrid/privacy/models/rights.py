"""What a person asks for about what is held, and what was erased for good."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from govgrid.core.clock import now

if TYPE_CHECKING:
    from govgrid.accounts.models import User

USER = settings.AUTH_USER_MODEL


class SubjectRequestQuerySet(models.QuerySet["SubjectRequest"]):
    def open(self) -> Self:
        return self.filter(answered_at=None)

    def overdue(self, on: date | None = None) -> Self:
        """Not answered, and the last day for it is over."""
        return self.open().filter(due_on__lt=on or clock.today())

    def of(self, user) -> Self:
        return self.filter(user=user)


class SubjectRequest(models.Model):
    """A person asks about the person's own data. Asked once, answered once; see the triggers."""

    class Kind(models.TextChoices):
        SEE = "see", _("see what is held")
        COPY = "copy", _("have a copy")
        CORRECT = "correct", _("have something corrected")
        DELETE = "delete", _("have something erased")
        EXPLAIN = "explain", _("have it explained")
        OBJECT = "object", _("object to a use")

    user = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True,
        related_name="subject_requests", verbose_name=_("person"),
    )  # fmt: skip
    subject_ref = models.CharField(  # noqa: DJ001 exactly one of the two is set
        _("person without a login"), max_length=64, null=True, blank=True
    )
    # Article 49: those next to somebody who has died may ask as well, and who stands for a child.
    for_another = models.BooleanField(_("asked for another person"), default=False)
    kind = models.CharField(_("asks to"), max_length=10, choices=Kind)
    text = models.TextField(_("in the person's words"), blank=True)
    client_id = models.UUIDField(default=uuid.uuid4, editable=False)
    asked_at = models.DateTimeField(_("asked"), default=now)
    recorded_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", db_index=False, verbose_name=_("recorded by")
    )
    due_on = models.DateField(_("to be answered by"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True,
        related_name="+", db_index=False, verbose_name=_("answered by"),
    )  # fmt: skip
    answer = models.TextField(_("answer"), blank=True)
    refused_reason = models.TextField(_("why it was refused"), blank=True)

    objects = SubjectRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request about own data")
        verbose_name_plural = _("requests about own data")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="subjectrequest_of_exactly_one",
                condition=Q(user__isnull=False, subject_ref=None)
                | (Q(user=None, subject_ref__isnull=False) & ~Q(subject_ref="")),
                violation_error_message=_("A request is of one person."),
            ),
            models.CheckConstraint(
                name="subjectrequest_answered_whole",
                condition=Q(answered_at=None, answered_by=None, answer="", refused_reason="")
                | (
                    Q(answered_at__isnull=False, answered_by__isnull=False)
                    & (~Q(answer="") | ~Q(refused_reason=""))
                ),
                violation_error_message=_("Answer it, or say why not."),
            ),
            models.CheckConstraint(
                name="subjectrequest_answered_by_another",
                condition=Q(answered_by=None) | Q(user=None) | ~Q(answered_by=F("user")),
                violation_error_message=_("Nobody answers his own request."),
            ),
            # Who asked for himself is recorded by himself, and the one above holds.
            models.CheckConstraint(
                name="subjectrequest_erased_by_a_second",
                condition=~Q(kind="delete") | Q(answer="") | ~Q(answered_by=F("recorded_by")),
                violation_error_message=_("Who recorded it does not carry it out."),
            ),
            models.UniqueConstraint(
                fields=["recorded_by", "client_id"],
                name="subjectrequest_sent_once",
                violation_error_message=_("This was sent already."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on", "id"], name="subjectrequest_open", condition=Q(answered_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.asked_at:%Y-%m-%d})"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None

    def needs_another_than(self, officer: User) -> bool:
        """Whether somebody else must carry it out: nobody has erased by one officer alone what the
        person has not asked for by the own login."""
        return self.kind == self.Kind.DELETE and self.recorded_by_id == officer.pk

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_on < clock.today()


class Erasure(models.Model):
    """One record of a person is gone for good. The same line lies outside the database.

    Neither names the person: ``subject`` is a keyed digest, found again by who has the key alone.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    subject = models.CharField(_("of whom"), max_length=64, blank=True)
    model = models.CharField(_("kind of record"), max_length=100)
    row = models.CharField(_("record"), max_length=40)
    # By which a restored row is known to be the same one and not another of its number.
    mark = models.CharField(max_length=64, blank=True, editable=False)
    at = models.DateTimeField(_("when"), default=now)
    requested_by = models.ForeignKey(
        USER,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
    )

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["subject", "-id"], name="erasure_of_subject")]

    def __str__(self) -> str:
        return f"{self.model} {self.row}, {self.at:%Y-%m-%d}"
