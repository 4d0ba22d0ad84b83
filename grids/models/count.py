"""Counts of an area, as numbers that somebody entered: nobody who is counted is known here."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grids.models.area import Area
from grids.telling import SMALLEST_SHOWN, Told


class AreaCount(models.Model):
    """How many of one measure there are in an area on a day, and what of it may be told.

    ``number`` is for adding up and is shown to nobody by itself. ``at_least`` and ``is_exact`` say
    what may be shown: a total is exact only where nothing can be learnt from it by subtraction.
    """

    class Measure(models.TextChoices):
        HOUSEHOLDS = "households", _("Households")
        DWELLINGS = "dwellings", _("Dwellings")
        AGED_60 = "aged_60", _("Aged 60 and over")
        VISITS = "visits", _("Visits asked for")

    area = models.ForeignKey(Area, models.CASCADE, related_name="counts", verbose_name=_("area"))
    measure = models.CharField(_("measure"), max_length=12, choices=Measure)
    number = models.PositiveIntegerField(_("number"))
    at_least = models.PositiveIntegerField(editable=False)
    is_exact = models.BooleanField(editable=False)
    as_of = models.DateField(_("as of"))
    source = models.CharField(_("source"), max_length=80)

    class Meta:
        verbose_name = _("count")
        verbose_name_plural = _("counts")
        ordering = ["area", "measure"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "measure"],
                name="areacount_one_a_measure",
                violation_error_message=_("This area has such a count already."),
            ),
            models.CheckConstraint(
                name="areacount_small_ones_stay_hidden",
                condition=Q(number=0) | Q(number__gte=SMALLEST_SHOWN) | Q(is_exact=False),
                violation_error_message=_("From one to four, a number would point at somebody."),
            ),
            models.CheckConstraint(
                name="areacount_exact_is_the_number",
                condition=Q(is_exact=False, at_least__lte=F("number"))
                | Q(is_exact=True, at_least=F("number")),
                violation_error_message=_("What is exact is the number itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area}, {self.get_measure_display()}: {self.words}"

    @property
    def words(self) -> str:
        """The number as anybody may see it: 17, <5, or ≥120."""
        # By what is told below, never by the number: a total of 4 over four that are hidden would
        # say that each of them is 1.
        return Told(self.at_least, self.is_exact).words
