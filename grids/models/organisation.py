"""Organisations, as anybody may read them in the public registers. No person is named."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.models.area import WGS84, Area
from grids.models.register import Found, GridRegisterQuerySet, Registered


class OrganisationQuerySet(GridRegisterQuerySet["Organisation"]):
    pass


class Organisation(Found, Registered):
    """A registered body: its code, its name, what it is and where. Not who stands behind it."""

    class Kind(models.TextChoices):
        AGENCY = "agency", _("Government body")
        INSTITUTION = "institution", _("Public institution")
        COMPANY = "company", _("Company")
        SHOP = "shop", _("Sole trader")
        SOCIETY = "society", _("Social organisation")
        COOPERATIVE = "cooperative", _("Cooperative")
        OTHER = "other", _("Other body")

    code = models.CharField(_("unified social credit code"), max_length=18, unique=True)
    name = models.CharField(_("registered name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    industry = models.CharField(_("line of business"), max_length=80, blank=True)
    address = models.CharField(_("registered address"), max_length=160, blank=True)
    registered_on = models.DateField(_("registered on"), null=True, blank=True)
    point = models.PointField(_("point"), srid=WGS84, null=True, blank=True)
    grid = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("grid")
    )

    found_by = ("name", "address", "industry")

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="organisation_code_well_formed",
                condition=Q(code__regex=r"^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$"),
                violation_error_message=_("This is no unified social credit code."),
            ),
        ]
        indexes = [
            models.Index(fields=["grid", "code"], name="organisation_in_a_grid"),
            GinIndex(fields=["words"], name="organisation_words"),
        ]

    def __str__(self) -> str:
        return self.name
