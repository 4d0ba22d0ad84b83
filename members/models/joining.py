"""Invitations, and what became of each member's entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core import clock
from govgrid.privacy.fields import SealedTextField
from grids.models import Area
from members.models.batch import Batch
from members.models.member import Member
from members.workflow.joining import Answer, Verb

if TYPE_CHECKING:
    from datetime import datetime

USER = settings.AUTH_USER_MODEL


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, at: datetime | None = None) -> InvitationQuerySet:
        return self.filter(answer=Answer.OPEN, expires_at__gt=at or clock.now())


class Invitation(models.Model):
    """Somebody is asked to join. No category, and nothing that can be read: it erases itself.

    The link's token is kept as a digest alone; once answered, name and phone are gone.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    batch = models.ForeignKey(
        Batch, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("recruiting batch"),
    )  # fmt: skip
    name = SealedTextField(pgettext_lazy("person", "name"), null=True)
    phone = SealedTextField(_("telephone"), null=True)
    organisation = SealedTextField(pgettext_lazy("invitation", "organisation"), null=True)
    # Nobody is asked twice by two lists.
    phone_index = models.CharField(  # noqa: DJ001 two without a phone do not collide
        max_length=64, null=True, blank=True, editable=False, db_index=True
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    invited_at = models.DateTimeField(_("invited at"), default=clock.now)
    expires_at = models.DateTimeField(_("expires"))
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True, default="")
    answered_at = models.DateTimeField(
        pgettext_lazy("invitation", "answered at"), null=True, blank=True
    )
    answered_by = models.ForeignKey(
        USER, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="invitation_answered_is_empty",
                condition=Q(answer="", answered_at=None, name__isnull=False)
                | (~Q(answer="") & Q(answered_at__isnull=False, phone_index=None)
                   & Q(name__isnull=True, phone__isnull=True, organisation__isnull=True)),
                violation_error_message=_("Of an invitation that was answered nothing is kept."),
            ),
            models.CheckConstraint(
                name="invitation_ends",
                condition=Q(expires_at__gt=models.F("invited_at")),
                violation_error_message=_("An invitation ends."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["expires_at"], name="invitation_ends_at")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class MemberEvent(models.Model):
    """One thing that became of an entry. Rows are added and never changed, and name no value."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="events", db_index=False)
    verb = models.CharField(_("what"), max_length=10, choices=Verb)
    # Names of fields, or keys of consents.
    fields = ArrayField(models.CharField(max_length=40), verbose_name=_("of it"), default=list)
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(_("when"), default=clock.now)

    class Meta:
        verbose_name = _("event of an entry")
        verbose_name_plural = _("events of entries")
        ordering = ["pk"]
        indexes = [models.Index(fields=["member", "-id"], name="memberevent_of_member")]

    def __str__(self) -> str:
        return f"{self.get_verb_display()}, {self.at:%Y-%m-%d}"
