"""年度协商计划: what a platform means to talk over in a year, in versions, and what was done of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consultations.models.platform import Platform
from consultations.models.session import Session
from consultations.models.topic import Topic
from consultations.workflow import SessionKind
from govgrid.core import clock
from govgrid.core.constraints import both_or_neither

if TYPE_CHECKING:
    from django.db.models import QuerySet

USER = settings.AUTH_USER_MODEL
FIRST_YEAR, LAST_YEAR = 2000, 2099


def _who(*, null: bool = False) -> models.ForeignKey:
    """Nobody asks for all of one person, so there is no index."""
    return models.ForeignKey(
        USER, models.PROTECT, null=null, blank=null, related_name="+", db_index=False
    )


class PlanQuerySet(models.QuerySet["Plan"]):
    def published(self) -> PlanQuerySet:
        return self.filter(published_at__isnull=False)

    def in_force(self, platform: Platform, year: int) -> Plan | None:
        """The last version that was published."""
        found = self.published().filter(platform=platform, year=year)
        return found.order_by("-number").first()


class Plan(models.Model):
    """One version of a platform's plan for a year; frozen by a trigger once it is published."""

    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="plans", verbose_name=_("platform"), db_index=False
    )
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveSmallIntegerField(_("version"))
    # Why there is another version.
    note = models.CharField(_("what changed"), max_length=300, blank=True)
    begun_at = models.DateTimeField(_("begun at"), default=clock.now)
    begun_by = _who()
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = _who(null=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan of a year")
        verbose_name_plural = _("plans of years")
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "year", "number"],
                name="plan_version_once",
                violation_error_message=_("There is this version already."),
            ),
            models.UniqueConstraint(
                fields=["platform", "year"],
                condition=Q(published_at=None),
                name="plan_one_draft_a_year",
                violation_error_message=_("There is a draft for this year already."),
            ),
            models.CheckConstraint(
                name="plan_year_is_near",
                condition=Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR),
                violation_error_message=_("The year lies between 2000 and 2099."),
            ),
            both_or_neither("published_at", "published_by", name="plan_published_by_someone"),
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.year} · {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("consultations:plan", args=[self.platform.code, self.year])

    @property
    def is_draft(self) -> bool:
        return self.published_at is None


class PlanLine(models.Model):
    """What is to be talked over in which month. A line keeps its key from version to version."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="lines", db_index=False)
    key = models.PositiveSmallIntegerField(_("number"))
    month = models.PositiveSmallIntegerField(_("month"))
    subject = models.CharField(_("subject"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=SessionKind)
    # An office or a seat, in words: a plan outlives the people who sit there.
    lead = models.CharField(_("who leads"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("line of a plan")
        verbose_name_plural = _("lines of plans")
        ordering = ["month", "key"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "key"],
                name="plan_line_once",
                violation_error_message=_("There is this line already."),
            ),
            models.CheckConstraint(
                name="plan_line_in_a_month",
                condition=Q(month__gte=1, month__lte=12),
                violation_error_message=_("A month is a number from 1 to 12."),
            ),
            models.CheckConstraint(
                name="plan_line_has_words",
                condition=~Q(subject=""),
                violation_error_message=_("Say what is talked over."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}. {self.subject}"


class PlanLinkQuerySet(models.QuerySet["PlanLink"]):
    def of(self, platform: Platform, year: int) -> QuerySet[PlanLink]:
        return self.filter(platform=platform, year=year).select_related("topic", "session__topic")


class PlanLink(models.Model):
    """A topic or a session that a line of the plan means. What was done is counted from these."""

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField(_("year"))
    key = models.PositiveSmallIntegerField(_("line"))
    topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, related_name="plan_links"
    )
    session = models.ForeignKey(
        Session, models.PROTECT, null=True, blank=True, related_name="plan_links", db_index=False
    )
    linked_at = models.DateTimeField(_("linked at"), default=clock.now)
    linked_by = _who()

    objects = PlanLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link of a plan")
        verbose_name_plural = _("links of plans")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="plan_link_of_exactly_one",
                condition=Q(topic__isnull=False, session=None)
                | Q(topic=None, session__isnull=False),
                violation_error_message=_("It is a topic or a session."),
            ),
            # One evening does not fulfil two lines.
            models.UniqueConstraint(
                fields=["session"],
                condition=Q(session__isnull=False),
                name="plan_link_session_once",
                violation_error_message=_("This session counts for a line already."),
            ),
            models.UniqueConstraint(
                fields=["platform", "year", "key", "topic"],
                condition=Q(topic__isnull=False),
                name="plan_link_topic_once_a_line",
                violation_error_message=_("This topic stands on the line already."),
            ),
        ]
        indexes = [models.Index(fields=["platform", "year", "key"], name="plan_link_line")]

    def __str__(self) -> str:
        return f"{self.year}/{self.key}"
