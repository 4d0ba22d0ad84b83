"""Programmes, their projects, and the milestones of these: 六大工程, 四个一, 十件大事."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core import clock
from grids.models import Area
from members.models.network import Unit
from members.workflow.projects import OPEN, ProjectState

if TYPE_CHECKING:
    from datetime import date

USER = settings.AUTH_USER_MODEL


class Programme(models.Model):
    """A plan over some years, made up of projects."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(pgettext_lazy("thing", "name"), max_length=80)
    about = models.CharField(
        pgettext_lazy("programme", "what it is for"), max_length=500, blank=True
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    starts_on = models.DateField(pgettext_lazy("programme", "begins"), default=clock.today)
    ends_on = models.DateField(pgettext_lazy("programme", "ends"), null=True, blank=True)

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["-starts_on", "code"]
        constraints = [
            models.CheckConstraint(
                name="programme_has_a_name",
                condition=~Q(name=""),
                violation_error_message=_("A programme has a name."),
            ),
            models.CheckConstraint(
                name="programme_ends_after_it_begins",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("It ends after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("members:programme", args=[self.code])


class ProjectQuerySet(models.QuerySet["Project"]):
    def open(self) -> ProjectQuerySet:
        return self.filter(state__in=OPEN)

    def counted(self) -> ProjectQuerySet:
        """Each with how many milestones it has, has done, and is late with."""
        late = Q(milestones__done_on=None, milestones__due_on__lt=clock.today())
        return self.annotate(
            steps=Count("milestones"),
            steps_done=Count("milestones", filter=Q(milestones__done_on__isnull=False)),
            steps_late=Count("milestones", filter=late),
        )


class Project(models.Model):
    """One piece of a programme: which unit leads it, where, and how far it is."""

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="projects", verbose_name=_("programme")
    )
    title = models.CharField(pgettext_lazy("project", "title"), max_length=100)
    about = models.CharField(_("what is to be reached"), max_length=500, blank=True)
    lead = models.ForeignKey(
        Unit, models.PROTECT, related_name="projects", verbose_name=_("leading unit")
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    state = models.CharField(
        _("state"), max_length=10, choices=ProjectState, default=ProjectState.PLANNED
    )
    reason = models.CharField(pgettext_lazy("project", "reason"), max_length=300, blank=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "title"],
                name="project_named_once",
                violation_error_message=_("The programme has a project of this title."),
            ),
            models.CheckConstraint(
                name="project_has_a_title",
                condition=~Q(title=""),
                violation_error_message=_("A project has a title."),
            ),
            models.CheckConstraint(
                name="project_dropped_says_why",
                condition=~Q(state="dropped") | ~Q(reason=""),
                violation_error_message=_("Say why."),
            ),
        ]
        indexes = [models.Index(fields=["state", "area"], name="project_state")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("members:project", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class ProjectStep(models.Model):
    """A project came into a state on a day: added to, never changed. From these a past day is told."""

    project = models.ForeignKey(
        Project, models.PROTECT, related_name="steps_taken", verbose_name=_("project"),
        db_index=False,
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=10, choices=ProjectState)
    on = models.DateField(_("day"), default=clock.today)
    reason = models.CharField(pgettext_lazy("project", "reason"), max_length=300, blank=True)
    by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("step of a project")
        verbose_name_plural = _("steps of projects")
        ordering = ["pk"]
        indexes = [models.Index(fields=["project", "on", "id"], name="project_step_of")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.state} {self.on}"


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def late(self, day: date | None = None) -> MilestoneQuerySet:
        """Not reached in time, of projects that go on."""
        return self.filter(
            done_on=None, due_on__lt=day or clock.today(), project__state__in=OPEN
        ).order_by("due_on", "pk")


class Milestone(models.Model):
    """What is to be reached by a day."""

    project = models.ForeignKey(
        Project, models.PROTECT, related_name="milestones", verbose_name=_("project"),
        db_index=False,
    )  # fmt: skip
    title = models.CharField(pgettext_lazy("milestone", "title"), max_length=100)
    due_on = models.DateField(_("to be reached by"))
    done_on = models.DateField(_("reached on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "title"],
                name="project_milestone_named_once",
                violation_error_message=_("The project has a milestone of this title."),
            ),
            models.CheckConstraint(
                name="project_milestone_has_a_title",
                condition=~Q(title=""),
                violation_error_message=_("A milestone has a title."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"], condition=Q(done_on=None), name="project_milestone_due"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_late(self) -> bool:
        return self.done_on is None and self.due_on < clock.today()
