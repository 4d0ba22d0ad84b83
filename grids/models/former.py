"""Outlines that an area had before: the map on an earlier day."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.models.area import WGS84, Area, Level


class FormerShape(models.Model):
    """The outline of an area in a period that is over; the present one is its AreaShape."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="former_shapes")
    level = models.PositiveSmallIntegerField(choices=Level)
    is_special = models.BooleanField(default=False)
    period = DateRangeField(_("period"))
    boundary = models.MultiPolygonField(srid=WGS84, spatial_index=False)

    class Meta:
        verbose_name = _("former outline")
        verbose_name_plural = _("former outlines")
        ordering = ["area", "period"]
        constraints = [
            ExclusionConstraint(
                name="formershape_one_a_day",
                expressions=[
                    ("area", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This area has an outline in that period."),
            ),
            models.CheckConstraint(
                name="formershape_some_days",
                condition=Q(period__isempty=False),
                violation_error_message=_("An outline that never held is none."),
            ),
        ]
        indexes = [GistIndex(fields=["boundary"], name="formershape_all")]

    def __str__(self) -> str:
        return f"{self.area}, {self.period}"
