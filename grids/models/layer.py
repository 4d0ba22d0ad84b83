"""The map of responsibility: which unit of which department answers for a matter, and where."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from grids.models.area import WGS84, Area
from grids.models.department import Department

if TYPE_CHECKING:
    from collections.abc import Collection


class LayerQuerySet(models.QuerySet["Layer"]):
    def in_force(self, on: date | None = None) -> LayerQuerySet:
        on = on or clock.today()
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)

    def touching(self, prefixes: Collection[str], departments: Collection[int]) -> LayerQuerySet:
        """Layers of areas on the way to or under one of these paths, or of these departments."""
        wanted = Q(department__in=departments)
        for prefix in prefixes:
            ancestors = [int(part) for part in prefix.strip(".").split(".")]
            wanted |= Q(area__path__startswith=prefix) | Q(area__in=ancestors)
        return self.filter(wanted)


class Layer(models.Model):
    """One department's division of an area for one matter, cut into the pieces of its units."""

    department = models.ForeignKey(
        Department, models.PROTECT, related_name="layers", verbose_name=_("department")
    )
    # Layers are compared by these words: two bodies answer for one matter where they are the same.
    matter = models.CharField(_("matter"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    # The piece of the map that it should cover whole: what it leaves out is a gap.
    area = models.ForeignKey(Area, models.PROTECT, related_name="layers", verbose_name=_("area"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = LayerQuerySet.as_manager()

    class Meta:
        verbose_name = _("responsibility layer")
        verbose_name_plural = _("responsibility layers")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "matter", "area"],
                condition=Q(valid_to=None),
                name="layer_one_a_department_and_matter",
                violation_error_message=_("This department has a layer for that matter here."),
            ),
            models.CheckConstraint(
                name="layer_valid_forwards",
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                violation_error_message=_("A layer cannot end before it begins."),
            ),
        ]
        indexes = [models.Index(fields=["area"], name="layer_of_an_area")]

    def __str__(self) -> str:
        return self.name


class LayerPiece(models.Model):
    """Where one unit answers. A redrawn piece ends and another follows it."""

    layer = models.ForeignKey(Layer, models.CASCADE, related_name="pieces", verbose_name=_("layer"))
    unit = models.ForeignKey(
        Department, models.PROTECT, related_name="pieces", verbose_name=_("unit")
    )
    outline = models.MultiPolygonField(_("outline"), srid=WGS84, spatial_index=False)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("piece of a layer")
        verbose_name_plural = _("pieces of layers")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["layer", "unit"],
                condition=Q(valid_to=None),
                name="layerpiece_one_a_unit",
                violation_error_message=_("This unit has a piece of that layer already."),
            ),
            models.CheckConstraint(
                name="layerpiece_valid_forwards",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("A piece cannot end before it begins."),
            ),
        ]
        indexes = [
            GistIndex(fields=["outline"], name="layerpiece_in_force", condition=Q(valid_to=None)),
        ]

    def __str__(self) -> str:
        return f"{self.layer}: {self.unit}"
