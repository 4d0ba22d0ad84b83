"""Bodies: associations of the twelve sectors, each with an office that can be asked."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids.models import Area
from members.workflow.network import BODY_ONLY, Sector


class Association(models.Model):
    """A body with an office. Nothing here, and nothing that points here, names a person."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(pgettext_lazy("thing", "name"), max_length=80)
    sector = models.CharField(_("sector"), max_length=16, choices=Sector)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    office = models.CharField(pgettext_lazy("association", "office"), max_length=120)
    office_phone = models.CharField(_("telephone of the office"), max_length=30, blank=True)
    ended_on = models.DateField(pgettext_lazy("association", "ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("association")
        verbose_name_plural = _("associations")
        ordering = ["sector", "code"]
        constraints = [
            models.CheckConstraint(
                name="association_has_an_office",
                condition=~Q(name="") & ~Q(office=""),
                violation_error_message=_("A body has a name and an office that can be asked."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_body_only(self) -> bool:
        """Whether no person may ever be linked to it."""
        return self.sector in BODY_ONLY
