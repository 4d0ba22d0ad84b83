"""How much is open in each grid: what a map of a whole city shows."""

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.utils.translation import gettext_lazy as _

from grids.models import Area

WEB_MAP = 3857


def _place() -> models.ForeignKey:
    # Eleven thousand rows at most: the map reads a box of them, and the rest is no work.
    return models.ForeignKey(Area, models.CASCADE, related_name="+", db_index=False)


class TicketRollup(models.Model):
    """Open tickets of one grid, counted anew each minute; never more than the tickets say.

    With the ids that tickets froze at filing, so that a reach narrows it as it narrows tickets.
    """

    grid = _place()
    community = _place()
    street = _place()
    district = _place()
    many = models.PositiveIntegerField(_("open"))
    late = models.PositiveIntegerField(_("late"))
    # The middle of them, in the metres of web maps; the middle of the grid where none has a point.
    spot = models.PointField(srid=WEB_MAP, spatial_index=False)

    class Meta:
        verbose_name = _("open tickets of a grid")
        verbose_name_plural = _("open tickets of a grid")
        constraints = [
            models.UniqueConstraint(
                fields=["grid", "community", "street", "district"],
                name="ticketrollup_once_a_place",
                violation_error_message=_("This place is counted already."),
            )
        ]
        indexes = [GistIndex(fields=["spot"], name="ticketrollup_spot")]

    def __str__(self) -> str:
        return f"{self.grid}: {self.many}"


class LevelTally(models.Model):
    """What was filed in a grid in one month, and at which level what was closed in it was settled.

    Closed totals are never counted while somebody waits: a month of a city is up to 300,000 rows.
    """

    month = models.DateField(_("month"), help_text=_("Its first day."))
    grid = _place()
    community = _place()
    street = _place()
    district = _place()
    filed = models.PositiveIntegerField(_("filed"), default=0)
    whistles = models.PositiveIntegerField(_("whistles"), default=0)
    on_the_spot = models.PositiveIntegerField(_("settled on the spot"), default=0)
    by_community = models.PositiveIntegerField(_("settled by the community"), default=0)
    by_street = models.PositiveIntegerField(_("settled by the street"), default=0)
    by_district = models.PositiveIntegerField(_("settled by the district"), default=0)

    class Meta:
        verbose_name = _("a month of a grid by level")
        verbose_name_plural = _("months of grids by level")
        constraints = [
            models.UniqueConstraint(
                fields=["month", "district", "street", "community", "grid"],
                name="leveltally_once_a_month",
                violation_error_message=_("This month is counted already."),
            ),
            models.CheckConstraint(
                name="leveltally_whistles_are_tickets",
                condition=models.Q(whistles__lte=models.F("filed")),
                violation_error_message=_("A whistle is a ticket."),
            ),
        ]
        # A year of one place; the district's is short enough by the constraint's own index.
        indexes = [
            models.Index(fields=[scope, "month"], name=f"leveltally_{scope}")
            for scope in ("district", "street", "community", "grid")
        ]

    def __str__(self) -> str:
        return f"{self.grid_id} {self.month:%Y-%m}"
