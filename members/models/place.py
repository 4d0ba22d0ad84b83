"""What is looked at and counted at a station: the five haves, and how many came. Nobody is named."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core import clock
from members.models.station import Station
from members.workflow.units import HAVES, MOST_VISITS, VisitKind

USER = settings.AUTH_USER_MODEL


def _who() -> models.ForeignKey:
    return models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )


class StationCheck(models.Model):
    """Somebody went and looked; the row stays as it is, the next look is another one."""

    station = models.ForeignKey(
        Station, models.PROTECT, related_name="checks", verbose_name=_("station")
    )
    checked_on = models.DateField(_("looked at on"), default=clock.today)
    checked_by = _who()
    has_team = models.BooleanField(_("has a team"))
    has_room = models.BooleanField(_("has a room"))
    has_rules = models.BooleanField(_("has rules"))
    has_sign = models.BooleanField(_("has a sign"))
    has_equipment = models.BooleanField(_("has equipment"))
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("look at a station")
        verbose_name_plural = _("looks at stations")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["station", "-id"], name="station_check_of")]

    def __str__(self) -> str:
        return f"{self.station_id} {self.checked_on}: {self.haves}"

    @property
    def haves(self) -> int:
        return sum(getattr(self, f"has_{one}") for one in HAVES)


class VisitCount(models.Model):
    """How many came on a day, and what for: a number and no names."""

    station = models.ForeignKey(
        Station, models.PROTECT, related_name="visits", verbose_name=_("station"), db_index=False
    )
    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=10, choices=VisitKind)
    number = models.PositiveIntegerField(pgettext_lazy("count", "number"))
    entered_by = _who()
    entered_at = models.DateTimeField(_("written down at"), default=clock.now)

    class Meta:
        verbose_name = _("count of visits")
        verbose_name_plural = _("counts of visits")
        ordering = ["-day", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "day", "kind"],
                name="visit_counted_once",
                violation_error_message=_("This day was counted already."),
            ),
            models.CheckConstraint(
                name="visit_some_came",
                condition=Q(number__gte=1, number__lte=MOST_VISITS),
                violation_error_message=_("From 1 to 100,000 can have come."),
            ),
        ]
        indexes = [models.Index(fields=["day"], name="visit_on")]

    def __str__(self) -> str:
        return f"{self.station_id} {self.day} {self.number}"
