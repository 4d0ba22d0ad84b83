"""Compounds: where people live together, who keeps the place up, and its renewal.

Nobody who lives there is known here: no list of owners, no names, only whether there is a committee.
"""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from grids.models import households
from grids.models.area import WGS84, Area, AreaShape, Level
from grids.models.department import Department
from grids.models.register import Found, Registered, RegisterQuerySet


class CompoundQuerySet(RegisterQuerySet["Compound"]):
    def beneath(self, area: Area) -> CompoundQuerySet:
        """Of ``area`` or anywhere under it; a grid has the compounds whose point it covers."""
        if area.level != Level.GRID:
            return self.filter(community__path__startswith=area.path)
        # A compound belongs to a community, whatever grids are made of it.
        shape = AreaShape.objects.filter(area=area).first()
        return self.filter(point__coveredby=shape.boundary) if shape else self.none()


class Compound(Found, Registered):
    """A residential compound (小区) or a group of houses that is looked after as one."""

    class Kind(models.TextChoices):
        ESTATE = "estate", _("Estate with a property company")
        OLD = "old", _("Old compound")
        UNIT = "unit", _("Housing of an employer")
        RESETTLED = "resettled", _("Resettlement housing")
        VILLAGE = "village", _("Group of village houses")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    community = models.ForeignKey(
        Area, models.PROTECT, related_name="compounds", verbose_name=_("community")
    )
    outline = models.MultiPolygonField(_("outline"), srid=WGS84, null=True, blank=True)
    point = models.PointField(_("point"), srid=WGS84)
    household_count = models.PositiveIntegerField(_("households"), null=True, blank=True)
    has_committee = models.BooleanField(_("has an owners' committee"), default=False)
    committee_until = models.DateField(_("the committee's term ends"), null=True, blank=True)
    property_company = models.CharField(_("property company"), max_length=80, blank=True)
    # Set where the company can be given tickets.
    property_department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="compounds",
        verbose_name=_("property company as a department"),
    )

    objects = CompoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("compound")
        verbose_name_plural = _("compounds")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="compound_term_of_a_committee",
                condition=Q(committee_until=None) | Q(has_committee=True),
                violation_error_message=_("Only a committee that exists has a term."),
            ),
        ]
        indexes = [
            models.Index(fields=["community", "code"], name="compound_of_a_community"),
            GinIndex(fields=["words"], name="compound_words"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("grids:compound", args=[self.code])

    @property
    def household_words(self) -> str:
        """As of an area: exact only where it gives away no other number."""
        if self.household_count is None:
            return ""
        return households.of_compound(self.pk, self.household_count).words

    @property
    def is_committee_overdue(self) -> bool:
        """Its term has ended and no election was entered."""
        return self.committee_until is not None and self.committee_until < clock.today()


class Renewal(models.Model):
    """A renewal project of one compound, by how far it goes."""

    class Kind(models.TextChoices):
        BASIC = "basic", _("Basic")
        IMPROVED = "improved", _("Improvement")
        RAISED = "raised", _("Upgrading")

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        RUNNING = "running", _("Under way")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    compound = models.ForeignKey(
        Compound, models.PROTECT, related_name="renewals", verbose_name=_("compound")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)

    class Meta:
        verbose_name = _("renewal")
        verbose_name_plural = _("renewals")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound"],
                condition=Q(state__in=["planned", "running"]),
                name="renewal_one_open_a_compound",
                violation_error_message=_("This compound has a renewal that is not done."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.compound}, {self.get_kind_display()}"

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.PLANNED, self.State.RUNNING}


class Milestone(models.Model):
    """A step of a renewal: what, by when, and when it was done."""

    renewal = models.ForeignKey(
        Renewal, models.CASCADE, related_name="milestones", verbose_name=_("renewal")
    )
    name = models.CharField(_("name"), max_length=80)
    planned_on = models.DateField(_("planned for"))
    done_on = models.DateField(_("done on"), null=True, blank=True)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["planned_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["renewal", "name"],
                name="milestone_once_a_renewal",
                violation_error_message=_("This renewal has such a milestone already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_late(self) -> bool:
        return self.done_on is None and self.planned_on < clock.today()
