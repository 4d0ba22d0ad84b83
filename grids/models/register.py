"""What all registers of places have in common: a code of their own, and an end that is no deletion."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from grids.models.area import WGS84, Area

Row = TypeVar("Row", bound=models.Model)


class RegisterQuerySet(models.QuerySet[Row]):
    def standing(self, on: date | None = None) -> RegisterQuerySet[Row]:
        """What is there on a day; today unless told."""
        return self.filter(Q(retired_on=None) | Q(retired_on__gt=on or clock.today()))


class GridRegisterQuerySet(RegisterQuerySet[Row]):
    """Rows that stand in a grid."""

    def beneath(self, area: Area) -> GridRegisterQuerySet[Row]:
        """In ``area`` or anywhere under it; what no grid covers stands nowhere."""
        return self.filter(grid__path__startswith=area.path)


class Registered(models.Model):
    """A row of a register: never deleted, so that what names it can still be read."""

    retired_on = models.DateField(_("no longer there since"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_standing(self) -> bool:
        return self.retired_on is None or self.retired_on > clock.today()


class Standing(Registered):
    """A row with a point, and the grid that covered it when it was written."""

    point = models.PointField(_("point"), srid=WGS84)
    grid = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("grid")
    )

    class Meta:
        abstract = True
