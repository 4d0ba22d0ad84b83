"""Where people are heard: platforms, the terms they set themselves, and who sits on them."""

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

from consultations.roles import SeatRole
from consultations.workflow import PlatformKind, Rules, read
from consultations.workflow.states import OF_A_COMPOUND
from govgrid.core import clock
from grids.models import Area, Compound, Department

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

USER = settings.AUTH_USER_MODEL


class PlatformQuerySet(models.QuerySet["Platform"]):
    def in_force(self, day: date | None = None) -> PlatformQuerySet:
        today = day or clock.today()
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=today), founded_on__lte=today)

    def named(self, words: str) -> PlatformQuerySet:
        return self.filter(Q(name__icontains=words) | Q(code=words))

    def under(self, prefixes: Collection[str]) -> PlatformQuerySet:
        """Those whose area lies under one of some paths, see ``scoping.prefixes``."""
        if not prefixes:
            return self.none()
        asked = Q()
        for prefix in prefixes:
            asked |= Q(area__path__startswith=prefix)
        return self.filter(asked)


class Platform(models.Model):
    """A table at which people of an area, a compound or a sector talk things over.

    No institution is set up for it: it has a place, seats with terms, and a plan for the year.
    """

    # By which pages and programs name it; never changed.
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(pgettext_lazy("platform", "name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=12, choices=PlatformKind)
    area = models.ForeignKey(Area, models.PROTECT, related_name="platforms", verbose_name=_("area"))
    compound = models.ForeignKey(
        Compound,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="platforms",
        verbose_name=_("compound"),
    )
    # Which body runs it: an office, a bureau, an association's office.
    host = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="platforms",
        verbose_name=_("host"),
    )
    place = models.CharField(_("where it meets"), max_length=120, blank=True)
    about = models.CharField(_("what it is for"), max_length=300, blank=True)
    founded_on = models.DateField(_("since"), default=clock.today)
    ended_on = models.DateField(_("ended"), null=True, blank=True)

    objects = PlatformQuerySet.as_manager()

    class Meta:
        verbose_name = _("platform")
        verbose_name_plural = _("platforms")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="platform_has_a_name",
                condition=~Q(name=""),
                violation_error_message=_("A platform has a name."),
            ),
            models.CheckConstraint(
                name="platform_of_a_compound_names_it",
                condition=Q(compound__isnull=False) | ~Q(kind__in=sorted(OF_A_COMPOUND)),
                violation_error_message=_("A compound's platform names the compound."),
            ),
            # Two councils of the same people would talk past each other.
            models.UniqueConstraint(
                fields=["compound"],
                condition=Q(kind=PlatformKind.OWNERS, ended_on=None),
                name="platform_one_owners_council",
                violation_error_message=_("This compound has its owners' council."),
            ),
            models.UniqueConstraint(
                fields=["area"],
                condition=Q(kind=PlatformKind.RESIDENTS, ended_on=None),
                name="platform_one_residents_council",
                violation_error_message=_("This community has its residents' council."),
            ),
            models.CheckConstraint(
                name="platform_ends_after_it_began",
                condition=Q(ended_on=None) | Q(ended_on__gte=F("founded_on")),
                violation_error_message=_("It ends after it began."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("consultations:platform", args=[self.code])

    @property
    def place_ids(self) -> dict[int, int]:
        """The areas above by level, as ``scoping.covers`` asks for them; needs ``area``."""
        return dict(enumerate(self.area.ancestor_ids, start=1))


class TermsQuerySet(models.QuerySet["Terms"]):
    def of(self, platform_id: int) -> Rules:
        """The rules that hold now, with the defaults filled in."""
        row = self.filter(platform=platform_id).order_by("-pk").values_list("body", flat=True)
        return read(row.first())


class Terms(models.Model):
    """What a platform set for itself at a time; the last row holds, and none is ever changed."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="terms", db_index=False)
    # As ``workflow.terms`` reads it: days, labels, quorum, resident_share, endorsers, is_open.
    body = models.JSONField(_("terms"), default=dict)
    at = models.DateTimeField(_("since"), default=clock.now)
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)

    objects = TermsQuerySet.as_manager()

    class Meta:
        verbose_name = _("terms of a platform")
        verbose_name_plural = _("terms of platforms")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["platform", "-id"], name="terms_of_platform")]

    def __str__(self) -> str:
        return f"{self.platform_id} {self.at:%F}"


class SeatQuerySet(models.QuerySet["Seat"]):
    def held_on(self, day: date | None = None) -> SeatQuerySet:
        return self.filter(period__contains=day or clock.today())

    def of(self, user: User | AnonymousUser) -> SeatQuerySet:
        return self.filter(user_id=user.pk)


class Seat(models.Model):
    """This person, this role, on this platform, for this period. A seat ends, it is not deleted."""

    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="seats", verbose_name=_("platform")
    )
    user = models.ForeignKey(
        USER, models.PROTECT, related_name="consultation_seats", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=12, choices=SeatRole)
    period = DateRangeField(_("period"))
    drawn_by_lot = models.BooleanField(_("drawn by lot"), default=False)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("platform", "seat")
        verbose_name_plural = pgettext_lazy("platform", "seats")
        ordering = ["pk"]
        constraints = [
            ExclusionConstraint(
                name="consultation_seat_held_once",
                expressions=[
                    ("platform", RangeOperators.EQUAL),
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This person holds that seat already."),
            ),
            # Who decides what is talked over does not lead the talk: never two keys to one lock.
            ExclusionConstraint(
                name="consultation_seat_never_two_keys",
                expressions=[
                    ("platform", RangeOperators.EQUAL),
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.NOT_EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(role__in=[SeatRole.CONVENOR, SeatRole.SCREENER]),
                violation_error_message=_("Nobody decides on topics and leads the talk as well."),
            ),
            models.CheckConstraint(
                name="consultation_seat_lot_is_for_delegates",
                condition=Q(drawn_by_lot=False) | Q(role="delegate"),
                violation_error_message=_("Only delegates are drawn by lot."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.platform}"


class PlatformEvent(models.Model):
    """Who did what to a platform: founding, seats, terms. Rows are added and never changed."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="events", db_index=False)
    verb = models.CharField(_("what"), max_length=20)
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    # As what: a seat's or a post's role.
    role = models.CharField(_("as"), max_length=20, blank=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(_("when"), default=clock.now)

    class Meta:
        verbose_name = _("event of a platform")
        verbose_name_plural = _("events of platforms")
        ordering = ["pk"]
        indexes = [models.Index(fields=["platform", "-id"], name="event_of_platform")]

    def __str__(self) -> str:
        return f"{self.verb} {self.at:%F %T}"
