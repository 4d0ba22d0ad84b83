"""The network: bodies, their posts with terms, and the story of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core import clock
from grids.models import Area, Department
from grids.models.phones import office_only
from members.models.station import Liaison, Station
from members.workflow.units import (
    BODIES,
    LONGEST_TERM,
    SHORTEST_TERM,
    USUAL_TERM,
    PostKind,
    UnitKind,
)

if TYPE_CHECKING:
    from datetime import date

USER = settings.AUTH_USER_MODEL


def on(day: date, since: str = "founded_on", until: str = "ended_on") -> Q:
    """What there was on ``day``."""
    ends = Q(**{until: None}) | Q(**{f"{until}__gt": day})
    return ends & Q(**{f"{since}__lte": day})


class UnitQuerySet(models.QuerySet["Unit"]):
    def in_force(self, day: date | None = None) -> UnitQuerySet:
        return self.filter(on(day or clock.today()))

    def bodies(self) -> UnitQuerySet:
        return self.filter(kind__in=BODIES)

    def under(self, area: Area) -> UnitQuerySet:
        return self.filter(area__path__startswith=area.path)


class Unit(models.Model):
    """A body of the network with an office. Associations are no units: no key leads from a person,
    by a post, to one of them."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(pgettext_lazy("thing", "name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=UnitKind)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("department"),
    )  # fmt: skip
    office = models.CharField(_("office to ask"), max_length=120)
    office_phone = models.CharField(
        _("telephone of the office"), max_length=30, blank=True, validators=[office_only]
    )
    founded_on = models.DateField(pgettext_lazy("unit", "since"), default=clock.today)
    ended_on = models.DateField(pgettext_lazy("unit", "ended"), null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="unit_has_an_office",
                condition=~Q(name="") & ~Q(office=""),
                violation_error_message=_("A body has a name and an office that can be asked."),
            ),
            models.CheckConstraint(
                name="unit_ends_after_it_began",
                condition=Q(ended_on=None) | Q(ended_on__gte=F("founded_on")),
                violation_error_message=_("It ends after it began."),
            ),
            models.UniqueConstraint(
                fields=["area"],
                condition=Q(kind="group", ended_on=None),
                name="unit_one_leading_group",
                violation_error_message=_("This area has its leading group."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("members:unit", args=[self.code])


class NetworkPostQuerySet(models.QuerySet["NetworkPost"]):
    def in_force(self, day: date | None = None) -> NetworkPostQuerySet:
        return self.filter(on(day or clock.today()))

    def under(self, area: Area) -> NetworkPostQuerySet:
        return self.filter(area__path__startswith=area.path)

    def for_lists(self) -> NetworkPostQuerySet:
        return self.select_related("area", "unit", "station")


class NetworkPost(models.Model):
    """A seat of the network, held or empty: of a body, of a place, or of an area alone."""

    kind = models.CharField(_("kind"), max_length=14, choices=PostKind)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="posts", verbose_name=_("unit")
    )
    station = models.ForeignKey(
        Station, models.PROTECT, null=True, blank=True, related_name="posts",
        verbose_name=_("station"),
    )  # fmt: skip
    term_months = models.PositiveSmallIntegerField(_("months of a term"), default=USUAL_TERM)
    founded_on = models.DateField(pgettext_lazy("post", "since"), default=clock.today)
    ended_on = models.DateField(pgettext_lazy("post", "ended"), null=True, blank=True)

    objects = NetworkPostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post of the network")
        verbose_name_plural = _("posts of the network")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="network_post_of_one",
                condition=Q(unit=None) | Q(station=None),
                violation_error_message=_("A post is of a unit or of a station, not of both."),
            ),
            models.CheckConstraint(
                name="network_post_term",
                condition=Q(term_months__gte=SHORTEST_TERM, term_months__lte=LONGEST_TERM),
                violation_error_message=_("A term has from 6 to 60 months."),
            ),
            models.CheckConstraint(
                name="network_post_ends_after_it_began",
                condition=Q(ended_on=None) | Q(ended_on__gte=F("founded_on")),
                violation_error_message=_("It ends after it began."),
            ),
        ]
        indexes = [models.Index(fields=["area", "kind"], name="network_post_of_area")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.of}"

    def get_absolute_url(self) -> str:
        return reverse("members:post", args=[self.pk])

    @property
    def of(self) -> Unit | Station | Area:
        return self.unit or self.station or self.area


class PostTermQuerySet(models.QuerySet["PostTerm"]):
    def held_on(self, day: date | None = None) -> PostTermQuerySet:
        return self.filter(period__contains=day or clock.today())


class PostTerm(models.Model):
    """Who holds a post for a period. It ends, it is not deleted; the note is for the next, and is
    emptied where one of the two is erased."""

    post = models.ForeignKey(
        NetworkPost, models.PROTECT, related_name="terms", verbose_name=_("post")
    )
    holder = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("holder"))
    period = DateRangeField(_("period"))
    # What the one before leaves to this one.
    note = models.CharField(_("note of the hand-over"), max_length=500, blank=True)
    made_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    made_at = models.DateTimeField(_("written down at"), default=clock.now)

    objects = PostTermQuerySet.as_manager()

    class Meta:
        verbose_name = _("term of a post")
        verbose_name_plural = _("terms of posts")
        ordering = ["-pk"]
        constraints = [
            ExclusionConstraint(
                name="network_post_one_holder",
                expressions=[
                    ("post", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Somebody holds this post in that period."),
            ),
            models.CheckConstraint(
                name="network_term_has_an_end",
                condition=Q(period__isempty=True)
                | Q(period__startswith__isnull=False, period__endswith__isnull=False),
                violation_error_message=_("A term has a beginning and an end."),
            ),
        ]
        indexes = [models.Index(fields=["post", "-id"], name="network_term_of_post")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.period}"


class TermEnd(models.Model):
    """Until when a term or a service was to run, as of a moment: set, put off, cut. Added to, never
    changed; from these a report tells what was to be renewed on a day that is past."""

    term = models.ForeignKey(PostTerm, models.PROTECT, null=True, blank=True, related_name="ends")
    service = models.ForeignKey(Liaison, models.PROTECT, null=True, blank=True, related_name="ends")
    last = models.DateField(_("until, that day included"))
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("end of a term")
        verbose_name_plural = _("ends of terms")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="term_end_of_one",
                condition=Q(term=None, service__isnull=False) | Q(term__isnull=False, service=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.last}"


class NetworkEvent(models.Model):
    """What happened to a body, a post, a place …: added to, never changed. It names nobody."""

    subject = models.CharField(_("of what"), max_length=60)
    verb = models.CharField(_("what"), max_length=20)
    data = models.JSONField(_("details"), default=dict, blank=True)
    at = models.DateTimeField(_("at"), default=clock.now)
    by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    role = models.CharField(_("as"), max_length=30, blank=True)

    class Meta:
        verbose_name = _("event of the network")
        verbose_name_plural = _("events of the network")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["subject", "-id"], name="network_event_of")]

    def __str__(self) -> str:
        return f"{self.subject} {self.verb}"
