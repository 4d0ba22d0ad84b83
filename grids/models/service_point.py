"""Service points: where somebody helps, when, and with what."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grids.models.phones import MOBILE
from grids.models.register import GridRegisterQuerySet, Standing


class ServicePointQuerySet(GridRegisterQuerySet["ServicePoint"]):
    pass


class ServicePoint(Standing):
    """A hub, station or micro-point that is open to everybody. Office telephone only."""

    class Kind(models.TextChoices):
        HUB = "hub", _("Service hub")
        STATION = "station", _("Work station")
        MICRO = "micro", _("Micro-point")
        HALL = "hall", _("Service hall")
        CLINIC = "clinic", _("Health station")
        CARE = "care", _("Care for the elderly")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    address = models.CharField(_("address"), max_length=120, blank=True)
    hours = models.CharField(_("opening hours"), max_length=120, blank=True)
    services = models.CharField(_("services"), max_length=300, blank=True)
    office_phone = models.CharField(_("office phone"), max_length=30, blank=True)

    found_by = ("name", "address", "services")

    objects = ServicePointQuerySet.as_manager()

    class Meta:
        verbose_name = _("service point")
        verbose_name_plural = _("service points")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="servicepoint_phone_of_an_office",
                condition=~Q(office_phone__regex=MOBILE),
                violation_error_message=_("This is a mobile number: give that of the office."),
            ),
        ]
        indexes = [
            models.Index(fields=["grid", "code"], name="servicepoint_in_a_grid"),
            GinIndex(fields=["words"], name="servicepoint_words"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('grids:service_points')}?q={self.code}"
