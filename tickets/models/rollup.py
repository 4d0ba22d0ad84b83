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
