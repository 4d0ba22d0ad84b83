"""Which edition of the map holds: what a drawing of it may be kept under."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MapEdition(models.Model):
    """One row whose number grows with every change of an area or an outline.

    Written by the database itself, in the transaction of the change: whoever changes the map in
    whatever way cannot forget it. The number is the moment in microseconds, so that a database
    that was restored never says again what it said before of another map.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(_("number"))
    households = models.BigIntegerField(
        _("edition of the numbers of households"), default=0, db_default=0
    )

    class Meta:
        verbose_name = _("edition of the map")
        verbose_name_plural = _("edition of the map")
        constraints = [
            models.CheckConstraint(
                name="mapedition_one_row",
                condition=Q(id=1),
                violation_error_message=_("There is one edition of the map."),
            )
        ]

    def __str__(self) -> str:
        return str(self.number)
