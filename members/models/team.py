"""Volunteer teams with the areas they answer for, and alliances with what was pledged in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core import clock, sayings
from grids.models import Area
from members.models.network import Unit, on

if TYPE_CHECKING:
    from datetime import date

USER = settings.AUTH_USER_MODEL
MOST = 1_000_000


class TeamQuerySet(models.QuerySet["Team"]):
    def in_force(self, day: date | None = None) -> TeamQuerySet:
        return self.filter(on(day or clock.today()))


class Team(models.Model):
    """志愿服务队: what it does and where. Who serves in it is kept nowhere; it is counted."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(pgettext_lazy("thing", "name"), max_length=80)
    about = models.CharField(_("what it does"), max_length=300, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    answers_for = models.ManyToManyField(
        Area, related_name="teams", blank=True, verbose_name=_("areas it answers for")
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="teams", verbose_name=_("unit")
    )
    # Told to who keeps the network; the public reads the team's name.
    leader = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("led by")
    )
    founded_on = models.DateField(pgettext_lazy("team", "since"), default=clock.today)
    ended_on = models.DateField(pgettext_lazy("team", "ended"), null=True, blank=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("volunteer team")
        verbose_name_plural = _("volunteer teams")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="team_has_a_name",
                condition=~Q(name=""),
                violation_error_message=_("A team has a name."),
            ),
            models.CheckConstraint(
                name="team_ends_after_it_began",
                condition=Q(ended_on=None) | Q(ended_on__gte=F("founded_on")),
                violation_error_message=_("It ends after it began."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("members:team", args=[self.code])


class TeamCount(models.Model):
    """What a team did in a quarter, in numbers."""

    team = models.ForeignKey(
        Team, models.PROTECT, related_name="counts", verbose_name=_("team"), db_index=False
    )
    year = models.PositiveSmallIntegerField(_("year"))
    quarter = models.PositiveSmallIntegerField(_("quarter"))
    volunteers = models.PositiveIntegerField(_("volunteers"))
    activities = models.PositiveIntegerField(_("activities"))
    hours = models.PositiveIntegerField(_("hours"))
    entered_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("count of a team")
        verbose_name_plural = _("counts of teams")
        ordering = ["-year", "-quarter"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "year", "quarter"],
                name="team_counted_once_a_quarter",
                violation_error_message=_("This quarter was counted already."),
            ),
            models.CheckConstraint(
                name="team_count_in_range",
                condition=Q(quarter__gte=1, quarter__lte=4, year__gte=2000, year__lte=2099)
                & Q(volunteers__lte=MOST, activities__lte=MOST, hours__lte=MOST),
                violation_error_message=_("These numbers are out of range."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {sayings.quarter(self.year, self.quarter)}"


class Alliance(models.Model):
    """党建联盟, 共建协议: units that pledged something to one another."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(pgettext_lazy("thing", "name"), max_length=80)
    about = models.CharField(
        pgettext_lazy("alliance", "what it is for"), max_length=300, blank=True
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    founded_on = models.DateField(_("agreed on"), default=clock.today)
    ended_on = models.DateField(pgettext_lazy("alliance", "ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("alliance")
        verbose_name_plural = _("alliances")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="alliance_has_a_name",
                condition=~Q(name=""),
                violation_error_message=_("An alliance has a name."),
            ),
            models.CheckConstraint(
                name="alliance_ends_after_it_began",
                condition=Q(ended_on=None) | Q(ended_on__gte=F("founded_on")),
                violation_error_message=_("It ends after it began."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("members:alliance", args=[self.code])


class AllianceUnit(models.Model):
    """A unit that belongs to an alliance since a day."""

    alliance = models.ForeignKey(
        Alliance, models.PROTECT, related_name="units", verbose_name=_("alliance"), db_index=False
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="alliances", verbose_name=_("unit"))
    joined_on = models.DateField(pgettext_lazy("alliance", "since"), default=clock.today)
    left_on = models.DateField(_("left on"), null=True, blank=True)

    class Meta:
        verbose_name = _("unit of an alliance")
        verbose_name_plural = _("units of alliances")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["alliance", "unit"],
                name="alliance_has_a_unit_once",
                violation_error_message=_("This unit belongs to it already."),
            ),
            models.CheckConstraint(
                name="alliance_left_after_joined",
                condition=Q(left_on=None) | Q(left_on__gte=F("joined_on")),
                violation_error_message=_("It leaves after it joined."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alliance_id}: {self.unit_id}"


class Pledge(models.Model):
    """What a unit offers to an alliance, by when, and whether it was given."""

    given_by = models.ForeignKey(
        AllianceUnit, models.PROTECT, related_name="pledges", verbose_name=_("unit")
    )
    what = models.CharField(_("what is offered"), max_length=200)
    due_on = models.DateField(_("by when"))
    fulfilled_on = models.DateField(_("given on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("pledge")
        verbose_name_plural = _("pledges")
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="pledge_says_what",
                condition=~Q(what=""),
                violation_error_message=_("Say what is offered."),
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def is_late(self) -> bool:
        return self.fulfilled_on is None and self.due_on < clock.today()
