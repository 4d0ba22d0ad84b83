"""Stations, homes, studios, bases: where the roster is at home, and who serves there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.gis.db.models import PointField
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core import clock
from grids.models import Area
from members.roles import StationRole
from members.workflow.network import StationKind

if TYPE_CHECKING:
    from datetime import date

    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

USER = settings.AUTH_USER_MODEL


class StationQuerySet(models.QuerySet["Station"]):
    def open(self) -> StationQuerySet:
        return self.filter(closed_on=None)


class Station(models.Model):
    """A place with a door. The "five haves" are ticked by whoever went and looked."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(pgettext_lazy("thing", "name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=StationKind)
    area = models.ForeignKey(Area, models.PROTECT, related_name="stations", verbose_name=_("area"))
    place = models.CharField(_("where"), max_length=120)
    location = PointField(_("location"), null=True, blank=True)
    phone = models.CharField(_("telephone of the station"), max_length=30, blank=True)
    has_team = models.BooleanField(_("has a team"), default=False)
    has_room = models.BooleanField(_("has a room"), default=False)
    has_rules = models.BooleanField(_("has rules"), default=False)
    has_sign = models.BooleanField(_("has a sign"), default=False)
    has_equipment = models.BooleanField(_("has equipment"), default=False)
    opened_on = models.DateField(pgettext_lazy("station", "opened"), default=clock.today)
    closed_on = models.DateField(pgettext_lazy("station", "closed"), null=True, blank=True)

    objects = StationQuerySet.as_manager()

    class Meta:
        verbose_name = _("station")
        verbose_name_plural = _("stations")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="station_has_a_place",
                condition=~Q(name="") & ~Q(place=""),
                violation_error_message=_("A station has a name and a place."),
            ),
            models.CheckConstraint(
                name="station_closes_after_it_opens",
                condition=Q(closed_on=None) | Q(closed_on__gte=models.F("opened_on")),
                violation_error_message=_("It closes after it opens."),
            ),
        ]
        indexes = [models.Index(fields=["kind", "code"], name="station_of_kind")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("members:station", args=[self.code])

    @property
    def haves(self) -> int:
        """How many of the five it has."""
        return sum(
            (self.has_team, self.has_room, self.has_rules, self.has_sign, self.has_equipment)
        )


class LiaisonQuerySet(models.QuerySet["Liaison"]):
    def held_on(self, day: date | None = None) -> LiaisonQuerySet:
        return self.filter(period__contains=day or clock.today())

    def of(self, user: User | AnonymousUser) -> LiaisonQuerySet:
        return self.filter(user_id=user.pk)


class Liaison(models.Model):
    """This person serves at this station for this period. It ends, it is not deleted."""

    station = models.ForeignKey(
        Station, models.PROTECT, related_name="liaisons", verbose_name=_("station")
    )
    user = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("person"))
    role = models.CharField(
        _("role"), max_length=10, choices=StationRole, default=StationRole.LIAISON
    )
    period = DateRangeField(_("period"))

    objects = LiaisonQuerySet.as_manager()

    class Meta:
        verbose_name = _("liaison officer")
        verbose_name_plural = _("liaison officers")
        ordering = ["pk"]
        constraints = [
            ExclusionConstraint(
                name="liaison_serves_once",
                expressions=[
                    ("station", RangeOperators.EQUAL),
                    ("user", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This person serves there already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.station}"
