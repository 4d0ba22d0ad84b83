"""Figures of past quarters as they were published: what is erased later changes none of them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from grids.models import Area


class FigureRow(models.Model):
    """One cell of one table of one quarter, rounded, or hidden because it is small.

    The true count is kept nowhere. Rows are added and nothing else.
    """

    area = models.ForeignKey(
        Area, models.PROTECT, related_name="+", verbose_name=_("district"), db_index=False
    )
    quarter = models.DateField(_("first day of the quarter"))
    table = models.SlugField(_("table"), max_length=40, db_index=False)
    position = models.PositiveSmallIntegerField(_("position"))
    label = models.CharField(_("what is counted"), max_length=80)
    # None: hidden. The total stands at the place 0 with no label.
    shown = models.PositiveIntegerField(_("published count"), null=True, blank=True)
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("figure of a quarter")
        verbose_name_plural = _("figures of quarters")
        ordering = ["-quarter", "table", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "quarter", "table", "position"], name="figure_once"
            ),
            models.CheckConstraint(
                name="figure_begins_a_quarter",
                condition=Q(quarter__day=1, quarter__month__in=[1, 4, 7, 10]),
                violation_error_message=_("A quarter begins in January, April, July or October."),
            ),
            models.CheckConstraint(
                name="figure_is_rounded_and_not_small",
                condition=Q(shown=None) | Q(shown=0) | Q(shown__gte=10),
                violation_error_message=_("A count under ten is hidden."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.quarter} {self.position}"
