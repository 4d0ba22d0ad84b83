"""That somebody lives somewhere, as it was seen at the desk: for voting, and for nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from govgrid.privacy.fields import SealedTextField
from grids.models import Area, Compound

if TYPE_CHECKING:
    from datetime import date

USER = settings.AUTH_USER_MODEL


class ResidencyQuerySet(models.QuerySet["Residency"]):
    def live(self, day: date | None = None) -> ResidencyQuerySet:
        """Neither ended nor expired on ``day``."""
        today = day or clock.today()
        return self.filter(
            Q(ended_on=None) | Q(ended_on__gt=today),
            verified_on__lte=today,
            expires_on__gt=today,
        )

    def within(self, area: Area, compound: Compound | None = None) -> ResidencyQuerySet:
        rows = self.filter(area__path__startswith=area.path)
        return rows if compound is None else rows.filter(compound=compound)


class Residency(models.Model):
    """One grown-up of a household: no number of a document, no birthday, no address but the door's.

    Who has no login is counted as well; his row has no user.
    """

    user = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    compound = models.ForeignKey(
        Compound, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("compound"), db_index=False,
    )  # fmt: skip
    # As the desk writes it, "3-2-501"; read by nobody who need not.
    household = SealedTextField(_("household"), null=True)
    # Equal for one household, and no way back to it without the key.
    household_key = models.CharField(max_length=64, editable=False)
    verified_by = models.ForeignKey(
        USER, models.PROTECT, related_name="+", db_index=False, verbose_name=_("verified by")
    )
    verified_on = models.DateField(_("verified on"), default=clock.today)
    expires_on = models.DateField(_("holds until"))
    ended_on = models.DateField(_("ended"), null=True, blank=True)

    objects = ResidencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("residency")
        verbose_name_plural = _("residencies")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(ended_on=None, user__isnull=False),
                name="residency_one_a_person",
                violation_error_message=_("This person's residency is verified already."),
            ),
            models.CheckConstraint(
                name="residency_verified_by_another",
                condition=Q(user=None) | ~Q(user=F("verified_by")),
                violation_error_message=_("Nobody verifies his own residency."),
            ),
            models.CheckConstraint(
                name="residency_expires_later",
                condition=Q(expires_on__gt=F("verified_on")),
                violation_error_message=_("It holds until a day after it was verified."),
            ),
        ]
        indexes = [models.Index(fields=["household_key"], name="residency_household")]

    def __str__(self) -> str:
        return f"{self.area_id} {self.pk}"
