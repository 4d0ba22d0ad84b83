"""Beside the public register: what a social organisation does, and which village a company helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core import clock
from govgrid.core.constraints import both_or_neither
from grids.models import Area, Organisation
from members.models.network import Unit
from members.workflow.bodies import MOST_YUAN, Grade, OrganisationClass

if TYPE_CHECKING:
    from datetime import date


class OrganisationFacts(models.Model):
    """One row beside an organisation of the register, from public papers."""

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, primary_key=True, related_name="facts",
        verbose_name=pgettext_lazy("organisation", "organisation"),
    )  # fmt: skip
    of_class = models.CharField(_("class"), max_length=12, choices=OrganisationClass)
    sponsor = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="sponsored",
        verbose_name=_("sponsor"),
    )  # fmt: skip
    grade = models.CharField(_("grade"), max_length=2, choices=Grade, blank=True)
    grant_yuan = models.PositiveIntegerField(_("grant in yuan"), null=True, blank=True)
    grant_year = models.PositiveSmallIntegerField(_("year of the grant"), null=True, blank=True)

    class Meta:
        verbose_name = _("facts of an organisation")
        verbose_name_plural = _("facts of organisations")
        ordering = ["organisation"]
        constraints = [
            both_or_neither("grant_yuan", "grant_year", name="organisation_grant_of_a_year"),
            models.CheckConstraint(
                name="organisation_grant_in_range",
                condition=Q(grant_yuan=None)
                | Q(grant_yuan__lte=MOST_YUAN, grant_year__gte=2000, grant_year__lte=2099),
                violation_error_message=_("A grant is of a year from 2000 to 2099."),
            ),
        ]
        indexes = [models.Index(fields=["of_class"], name="organisation_class")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.of_class}"


class PairingQuerySet(models.QuerySet["Pairing"]):
    def live_on(self, day: date | None = None) -> PairingQuerySet:
        return self.filter(period__contains=day or clock.today())


class Pairing(models.Model):
    """万企兴万村: a registered organisation stands by a village for a time, and for what."""

    village = models.ForeignKey(
        Area, models.PROTECT, related_name="pairings", verbose_name=_("village")
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="pairings",
        verbose_name=pgettext_lazy("pairing", "organisation"),
    )
    period = DateRangeField(pgettext_lazy("pairing", "period"))
    what = models.CharField(pgettext_lazy("pairing", "for what"), max_length=200)

    objects = PairingQuerySet.as_manager()

    class Meta:
        verbose_name = _("village–enterprise pair")
        verbose_name_plural = _("village–enterprise pairs")
        ordering = ["-pk"]
        constraints = [
            ExclusionConstraint(
                name="pairing_once_at_a_time",
                expressions=[
                    ("village", RangeOperators.EQUAL),
                    ("organisation", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("These two are a pair in that period."),
            ),
            models.CheckConstraint(
                name="pairing_says_what",
                condition=~Q(what=""),
                violation_error_message=_("Say what the pair is for."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.village_id}–{self.organisation_id}"

    @property
    def area(self) -> Area:
        return self.village
