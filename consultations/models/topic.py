"""A topic, from being raised to being looked back on, and its story step by step."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models.platform import Platform
from consultations.models.theme import Theme
from consultations.models.verdict import Judged, checks
from consultations.workflow import (
    DECIDED,
    OPEN,
    PHASE_OF,
    PUBLIC,
    VERDICT_STANDS,
    DeclineReason,
    Destination,
    Phase,
    State,
    Tier,
    Verdict,
)
from govgrid.core import clock
from govgrid.core.text import bigrams
from grids.models import WGS84, Area
from tickets.models import Ticket

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

USER = settings.AUTH_USER_MODEL
NUMBER = re.compile(r"[0-9]{4}-[0-9]{5,7}", re.ASCII)


class TopicQuerySet(models.QuerySet["Topic"]):
    def public(self) -> TopicQuerySet:
        """What was taken up: everybody reads it."""
        return self.filter(state__in=sorted(PUBLIC))

    def open(self) -> TopicQuerySet:
        return self.filter(state__in=sorted(OPEN))

    def of(self, user: User | AnonymousUser) -> TopicQuerySet:
        """What somebody raised, or entered for somebody else."""
        return self.filter(Q(raised_by=user.pk) | Q(entered_by=user.pk))

    def at_platforms(self, platforms: models.QuerySet[Platform] | Collection[int]) -> TopicQuerySet:
        """Hosted there; a co-host sees it through ``cohostings``."""
        return self.filter(platform__in=platforms)

    def about(self, words: str) -> TopicQuerySet:
        """By the number, else by what title and text hold, in either script."""
        said = words.strip()
        if NUMBER.fullmatch(said):
            return self.filter(number=said)
        pieces = bigrams(said)
        return self.filter(words__contains=pieces) if pieces else self.none()

    def numbered(self, number: str) -> TopicQuerySet:
        """The one of this number; what is no number at all asks nothing of the database."""
        return self.filter(number=number) if NUMBER.fullmatch(number) else self.none()

    def for_lists(self) -> TopicQuerySet:
        return self.select_related("platform", "area").defer("opinion_map")


class Topic(Judged):
    """One matter that people want talked over. Changed by ``consultations.actions`` alone."""

    # Made in the database from the year and a serial: 2026-00041.
    number = models.CharField(_("number"), max_length=12, unique=True, editable=False)
    client_id = models.UUIDField(_("client id"))
    # HMAC of the validated content: the same id with other content is refused.
    fingerprint = models.CharField(max_length=64, editable=False)
    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="topics", verbose_name=_("platform"), db_index=False
    )
    # What a street asked several platforms at once.
    theme = models.ForeignKey(
        Theme, models.PROTECT, null=True, blank=True, related_name="topics",
        verbose_name=_("common topic"),
    )  # fmt: skip
    title = models.CharField(pgettext_lazy("topic", "title"), max_length=60)
    body = models.TextField(_("what it is about"), max_length=2000)
    raised_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("raised by"),
    )  # fmt: skip
    # Typed by the recorder for somebody without a phone or an account.
    entered_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("entered by"),
    )  # fmt: skip
    # The proposer wants to be named in public.
    is_named = models.BooleanField(_("name is shown"), default=False)
    # Whom it is about: the platform's area, or a part of it.
    area = models.ForeignKey(
        Area, models.PROTECT, related_name="topics", verbose_name=_("area"), db_index=False
    )
    place = models.CharField(_("place"), max_length=120, blank=True)
    point = models.PointField(srid=WGS84, null=True, blank=True, spatial_index=False)
    # What it came from.
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, blank=True, related_name="topics",
        verbose_name=_("from ticket"),
    )  # fmt: skip
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by",
        verbose_name=_("goes on from"),
    )  # fmt: skip
    raised_at = models.DateTimeField(_("raised at"), default=clock.now)

    state = models.CharField(_("state"), max_length=14, choices=State, default=State.RAISED)
    tier = models.CharField(_("with"), max_length=10, choices=Tier, default=Tier.PLATFORM)
    # How often it was looked into anew; sessions and reviews bear it.
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    no_accord = models.PositiveSmallIntegerField(_("times without agreement"), default=0)
    reopened = models.PositiveSmallIntegerField(_("times reopened"), default=0)
    step_since = models.DateTimeField(_("step began"), default=clock.now)
    step_due_at = models.DateTimeField(_("step due"), null=True, blank=True)
    # The sweep's own: the next thing that happens by itself, and how many did in this step.
    fires_at = models.DateTimeField(null=True, blank=True, editable=False)
    fired = models.PositiveSmallIntegerField(default=0, editable=False)

    decline_code = models.CharField(
        _("why it was not taken up"), max_length=20, choices=DeclineReason, blank=True
    )
    destination = models.CharField(
        _("passed on to"), max_length=12, choices=Destination, blank=True
    )
    appealed_at = models.DateTimeField(_("review asked for"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged",
        verbose_name=_("merged into"),
    )  # fmt: skip
    affected = models.CharField(_("who is affected"), max_length=300, blank=True)
    study_plan = models.TextField(_("how it is looked into"), max_length=2000, blank=True)
    study_waiver = models.CharField(_("why nobody went there"), max_length=300, blank=True)
    study_report = models.TextField(_("what the study found"), max_length=8000, blank=True)
    study_extended = models.CharField(_("why it took longer"), max_length=300, blank=True)
    consensus = models.TextField(_("what was agreed"), max_length=4000, blank=True)
    result = models.TextField(_("result"), max_length=4000, blank=True)
    reported_at = models.DateTimeField(_("reported back at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    # Pieces of title and text in one spelling, see ``core.text.bigrams``; kept by the actions.
    words = ArrayField(models.CharField(max_length=60), default=list, editable=False)
    # Text and stances are frozen together: no one supports what he has not read.
    supported_at = models.DateTimeField(_("first supported"), null=True, blank=True)
    # Later wordings are counted; each is supported anew.
    version = models.PositiveSmallIntegerField(_("wording"), default=1)
    # For, neither, against: what is left once the stances themselves are erased.
    tally = ArrayField(models.PositiveIntegerField(), size=3, null=True, blank=True, editable=False)
    # What divides and what unites those who took stances, without persons: see ``clusters``.
    opinion_map = models.JSONField(null=True, blank=True, editable=False)
    mapped_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["raised_by", "entered_by", "client_id"],
                nulls_distinct=False,
                name="topic_client_id_once_a_caller",
                violation_error_message=_("This client id was used before."),
            ),
            models.CheckConstraint(
                name="topic_has_words",
                condition=~Q(title="") & ~Q(body=""),
                violation_error_message=_("A topic has a title and says what it is about."),
            ),
            models.CheckConstraint(
                name="topic_raised_by_somebody",
                condition=Q(raised_by__isnull=False)
                | Q(entered_by__isnull=False)
                | Q(follows__isnull=False),
                violation_error_message=_("Somebody raised it, or it goes on from another topic."),
            ),
            models.CheckConstraint(
                name="topic_decided_has_a_verdict",
                condition=Q(state__in=sorted(DECIDED)) & ~Q(verdict="")
                | Q(state__in=sorted(VERDICT_STANDS - DECIDED))
                | Q(state__in=sorted(set(State) - VERDICT_STANDS), verdict=""),
                violation_error_message=_("What was decided has a verdict, and nothing else has."),
            ),
            models.CheckConstraint(
                name="topic_deferred_is_later",
                condition=~Q(state=State.DEFERRED) | Q(verdict=Verdict.LATER),
                violation_error_message=_("What is put off was found to be for later."),
            ),
            models.CheckConstraint(
                name="topic_merged_says_into_what",
                condition=Q(state=State.MERGED, merged_into__isnull=False)
                | (~Q(state=State.MERGED) & Q(merged_into=None)),
                violation_error_message=_("Merged means merged into another topic."),
            ),
            models.CheckConstraint(
                name="topic_not_merged_into_itself",
                condition=~Q(merged_into=F("pk")),
                violation_error_message=_("A topic is not merged into itself."),
            ),
            models.CheckConstraint(
                name="topic_declined_says_why",
                condition=~Q(state=State.DECLINED) | ~Q(decline_code=""),
                violation_error_message=_("A topic that is not taken up is told the reason."),
            ),
            models.CheckConstraint(
                name="topic_referred_says_where",
                condition=~Q(state=State.REFERRED) | ~Q(destination=""),
                violation_error_message=_("A topic that is passed on says where to."),
            ),
            models.CheckConstraint(
                name="topic_closed_has_its_time",
                condition=Q(state=State.CLOSED, closed_at__isnull=False)
                | (~Q(state=State.CLOSED) & Q(closed_at=None)),
                violation_error_message=_("Closed and its time go together."),
            ),
            models.CheckConstraint(
                name="topic_reported_has_a_result",
                condition=~Q(state__in=[State.REPORTED, State.REVIEWING, State.CLOSED])
                | ~Q(result="") & Q(reported_at__isnull=False),
                violation_error_message=_("What is reported back has a result in words."),
            ),
            models.CheckConstraint(
                name="topic_without_accord_thrice_at_most",
                condition=Q(no_accord__lte=3),
                violation_error_message=_("It goes back twice at most."),
            ),
            models.UniqueConstraint(
                fields=["theme", "platform"],
                condition=Q(theme__isnull=False),
                name="topic_of_a_theme_once_a_platform",
                violation_error_message=_("This platform has the common topic already."),
            ),
            *checks("topic"),
        ]
        indexes = [
            models.Index(fields=["platform", "-id"], name="topic_platform"),
            models.Index(fields=["platform", "state", "-id"], name="topic_platform_state"),
            models.Index(fields=["area", "-id"], name="topic_area"),
            models.Index(fields=["state", "-id"], name="topic_state"),
            models.Index(fields=["raised_by", "-id"], name="topic_raised_by"),
            models.Index(
                fields=["entered_by", "-id"],
                name="topic_entered_by",
                condition=Q(entered_by__isnull=False),
            ),
            # What the sweep walks.
            models.Index(
                fields=["fires_at"], name="topic_fires", condition=Q(fires_at__isnull=False)
            ),
            models.Index(
                fields=["revisit_on"], name="topic_revisit", condition=Q(state=State.DEFERRED)
            ),
            GistIndex(fields=["point"], name="topic_point", condition=Q(point__isnull=False)),
            # Searched by words, and similar ones are shown before one more is raised.
            GinIndex(fields=["words"], name="topic_words"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("consultations:topic", args=[self.number])

    @property
    def cohosts(self) -> models.QuerySet[Platform]:
        """The platforms that agreed to hold it together with its own."""
        return Platform.objects.filter(cohostings__topic=self, cohostings__is_agreed=True)

    @property
    def is_public(self) -> bool:
        return self.state in PUBLIC

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def phase(self) -> Phase:
        return PHASE_OF[State(self.state)]


class Serial(models.Model):
    """The last number given in a year; its row is the queue of those who want the next."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("serial of topics")
        verbose_name_plural = _("serials of topics")

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class StepQuerySet(models.QuerySet["Step"]):
    def in_public(self) -> StepQuerySet:
        return self.filter(is_public=True)


class Step(models.Model):
    """What happened to a topic, with who and why. Rows are added and never changed, by nobody."""

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="steps", db_index=False)
    verb = models.CharField(_("what"), max_length=20)
    before = models.CharField(max_length=14, choices=State, blank=True)
    after = models.CharField(max_length=14, choices=State)
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    # As what: a seat's or a post's role; "proposer", or empty for the clock.
    role = models.CharField(_("as"), max_length=20, blank=True)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    data = models.JSONField(default=dict)
    is_public = models.BooleanField(_("in public"), default=False)
    at = models.DateTimeField(_("when"))

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["pk"]
        indexes = [models.Index(fields=["topic", "id"], name="step_of_topic")]

    def __str__(self) -> str:
        return f"{self.verb} {self.at:%F %T}"
