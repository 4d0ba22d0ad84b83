"""The second tier: what only ``actions.reveal`` opens, one person, one time, with a reason.

A module of its own, so that the import contract sees who reaches for it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govgrid.privacy.fields import SealedTextField
from govgrid.privacy.models import Consent
from members.models.member import Member


class Sealed(models.Model):
    """A private phone, and the one association a person may name. Neither is in a list or a filter."""

    member = models.OneToOneField(
        Member, models.CASCADE, primary_key=True, related_name="+", verbose_name=_("member")
    )
    phone = SealedTextField(_("private phone"), null=True)
    # Equal for one number and no way back without the key: two rows for one person are found.
    phone_index = models.CharField(  # noqa: DJ001 two without a phone do not collide
        max_length=64, null=True, blank=True, editable=False
    )
    affiliation = SealedTextField(_("association"), null=True)
    affiliation_consent = models.ForeignKey(
        Consent, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("sealed part of a member")
        verbose_name_plural = _("sealed parts of members")
        constraints = [
            models.UniqueConstraint(
                fields=["phone_index"],
                name="sealed_phone_once",
                violation_error_message=_("Somebody on the roster has this number."),
            ),
            models.CheckConstraint(
                name="sealed_phone_is_indexed",
                condition=Q(phone=None, phone_index=None)
                | Q(phone__isnull=False, phone_index__isnull=False),
            ),
            models.CheckConstraint(
                name="sealed_association_by_consent",
                condition=Q(affiliation=None) | Q(affiliation_consent__isnull=False),
                violation_error_message=_("An association is named under a consent of its own."),
            ),
        ]

    def __str__(self) -> str:
        return self.member.serial
