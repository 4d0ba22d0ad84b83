"""What others can learn from: model cases, and courses for those who hold consultations."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models.topic import Topic
from consultations.workflow.cases import CaseState
from govgrid.core import clock
from govgrid.core.constraints import both_or_neither
from grids.models import Area

USER = settings.AUTH_USER_MODEL


class ModelCaseQuerySet(models.QuerySet["ModelCase"]):
    def published(self) -> ModelCaseQuerySet:
        return self.filter(state=CaseState.PUBLISHED)

    def for_lists(self) -> ModelCaseQuerySet:
        return self.select_related("topic__platform__area", "topic__area")


class ModelCase(models.Model):
    """典型案例: how a closed topic was dealt with, told so that others can do it too.

    Who publishes it is somebody else than who wrote it, and stands above the platform.
    """

    topic = models.ForeignKey(
        Topic, models.PROTECT, related_name="cases", verbose_name=_("topic"), db_index=False
    )
    title = models.CharField(pgettext_lazy("model case", "title"), max_length=80)
    background = models.TextField(_("how it was before"), max_length=2000)
    steps = models.TextField(_("what was done"), max_length=4000)
    outcome = models.TextField(_("what came of it"), max_length=2000)
    lesson = models.TextField(_("what others can learn"), max_length=2000)
    state = models.CharField(_("state"), max_length=10, choices=CaseState, default=CaseState.DRAFT)
    written_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    written_at = models.DateTimeField(_("written at"), default=clock.now)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    review_note = models.CharField(_("what the review says"), max_length=500, blank=True)

    objects = ModelCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("model case")
        verbose_name_plural = _("model cases")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["topic"],
                condition=~Q(state="withdrawn"),
                name="model_case_one_a_topic",
                violation_error_message=_("There is a case of this topic."),
            ),
            models.CheckConstraint(
                name="model_case_has_a_title",
                condition=~Q(title=""),
                violation_error_message=_("Give it a title."),
            ),
            models.CheckConstraint(
                name="model_case_says_all",
                condition=Q(state__in=["draft", "withdrawn"])
                | ~Q(background="") & ~Q(steps="") & ~Q(outcome="") & ~Q(lesson=""),
                violation_error_message=_("Fill in all four parts."),
            ),
            models.CheckConstraint(
                name="model_case_reviewed_by_another",
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("written_by")),
                violation_error_message=_("Somebody else reviews it."),
            ),
            models.CheckConstraint(
                name="model_case_published_was_reviewed",
                condition=~Q(state="published") | Q(reviewed_by__isnull=False),
                violation_error_message=_("It is published once somebody has reviewed it."),
            ),
            models.CheckConstraint(
                name="model_case_returned_says_why",
                condition=~Q(state="returned") | ~Q(review_note=""),
                violation_error_message=_("Say what is to be changed."),
            ),
            both_or_neither("reviewed_by", "reviewed_at", name="model_case_reviewed_by_someone"),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="model_case_state")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("consultations:case", args=[self.pk])


class Course(models.Model):
    """A course for who holds consultations: what it is about, and when it is given where."""

    title = models.CharField(pgettext_lazy("course", "title"), max_length=80)
    about = models.TextField(_("what is learnt"), max_length=2000)
    area = models.ForeignKey(
        Area, models.PROTECT, related_name="courses", verbose_name=_("area"), db_index=False
    )
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(_("since"), default=clock.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="course_has_words",
                condition=~Q(title="") & ~Q(about=""),
                violation_error_message=_("A course has a title and says what is learnt."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("consultations:course", args=[self.pk])


class CourseDate(models.Model):
    """One time that a course is given. How many came is a number; who came is not kept."""

    course = models.ForeignKey(
        Course, models.PROTECT, related_name="dates", verbose_name=_("course")
    )
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    venue = models.CharField(_("where"), max_length=120)
    places = models.PositiveSmallIntegerField(_("places"))
    came = models.PositiveSmallIntegerField(_("how many came"), null=True, blank=True)
    counted_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("date of a course")
        verbose_name_plural = _("dates of courses")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "starts_at"],
                name="course_date_once",
                violation_error_message=_("The course has this date already."),
            ),
            models.CheckConstraint(
                name="course_date_ends_after_it_begins",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("It ends after it begins."),
            ),
            models.CheckConstraint(
                name="course_date_has_places",
                condition=Q(places__gte=1, places__lte=5000) & ~Q(venue=""),
                violation_error_message=_("Say where it is held and for how many."),
            ),
            both_or_neither("came", "counted_by", name="course_date_counted_by_someone"),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} {self.starts_at:%F %H:%M}"
