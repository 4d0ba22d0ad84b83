"""What must be done by when, as rows: one for each deadline, with all it was computed from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from govgrid.worktime.arithmetic import LIMIT
from grids.models import Area
from tickets.models.assignment import Assignment
from tickets.models.milestone import Milestone
from tickets.models.rule import Category
from tickets.workflow import ClockKind, WhistleKind

if TYPE_CHECKING:
    from datetime import datetime

USER = settings.AUTH_USER_MODEL


class Outcome(models.TextChoices):
    MET = "met", _("done")
    VOID = "void", _("not any more")


class ClockQuerySet(models.QuerySet["Clock"]):
    def running(self) -> ClockQuerySet:
        """Neither done nor void; a paused clock is among them."""
        return self.filter(stopped_at=None)

    def due_to_fire(self, now: datetime) -> ClockQuerySet:
        return self.filter(next_fire_at__lte=now).order_by("next_fire_at")


class Clock(models.Model):
    """One deadline of a ticket, or of a department's part in it. Written by ``tickets.clocks``.

    ``due_at`` follows from ``started_at``, ``limit``, ``share`` and the pauses by the calendar's
    ``edition``; it can be computed again at any time, and the log of the ticket holds the same.
    """

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="clocks")
    # Asked for together with its ticket, whose index serves.
    assignment = models.ForeignKey(
        Assignment, models.PROTECT, null=True, blank=True, related_name="clocks", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=20, choices=ClockKind)
    # Which of the department's milestones, where it runs for one.
    milestone = models.ForeignKey(
        Milestone, models.PROTECT, null=True, blank=True, related_name="clocks", db_index=False
    )
    limit = models.CharField(_("limit"), max_length=8)
    # Percent of the limit: 50 after a reopening.
    share = models.PositiveSmallIntegerField(_("share"), default=100)
    # Where the limit comes from: "standard", "category", "plan", or the code of a TimeLimit.
    basis = models.CharField(_("basis"), max_length=20)
    started_at = models.DateTimeField(_("started"))
    near_at = models.DateTimeField(_("three quarters used"))
    due_at = models.DateTimeField(_("due"))
    edition = models.PositiveIntegerField(_("edition of the calendar"))
    is_provisional = models.BooleanField(_("provisional"), default=False)
    paused_at = models.DateTimeField(_("paused since"), null=True, blank=True)
    # What the sweep walks; null: nothing will happen by itself.
    next_fire_at = models.DateTimeField(null=True, blank=True, editable=False)
    near_told_at = models.DateTimeField(_("reminded"), null=True, blank=True)
    over_told_at = models.DateTimeField(_("told that it is late"), null=True, blank=True)
    red_told_at = models.DateTimeField(_("told that it is long overdue"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "assignment", "kind", "milestone"],
                condition=Q(stopped_at=None),
                nulls_distinct=False,
                name="clock_one_of_a_kind_runs",
                violation_error_message=_("A clock of this kind runs already."),
            ),
            models.CheckConstraint(
                name="clock_of_a_milestone_names_it",
                condition=Q(kind=ClockKind.MILESTONE, milestone__isnull=False)
                | (~Q(kind=ClockKind.MILESTONE) & Q(milestone=None)),
                violation_error_message=_("A milestone's clock names its milestone."),
            ),
            models.CheckConstraint(
                name="clock_ends_after_it_starts",
                condition=Q(due_at__gt=F("started_at"))
                & Q(near_at__gte=F("started_at"))
                & Q(near_at__lte=F("due_at")),
                violation_error_message=_("A limit ends after it starts."),
            ),
            models.CheckConstraint(
                name="clock_stopped_has_an_outcome",
                condition=Q(stopped_at=None, outcome="")
                | (Q(stopped_at__isnull=False) & ~Q(outcome="")),
                violation_error_message=_("A stopped clock was met or is void."),
            ),
            models.CheckConstraint(
                name="clock_fires_while_it_runs",
                condition=Q(next_fire_at=None) | Q(stopped_at=None, paused_at=None),
                violation_error_message=_("Only a running clock fires."),
            ),
            models.CheckConstraint(
                name="clock_paused_while_it_runs",
                condition=Q(paused_at=None) | Q(stopped_at=None),
                violation_error_message=_("A stopped clock is not paused."),
            ),
            models.CheckConstraint(
                name="clock_share_is_a_part",
                condition=Q(share__gte=1, share__lte=100),
                violation_error_message=_("A share is between 1 and 100 percent."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_fire_at"],
                name="clock_next_fire",
                condition=Q(next_fire_at__isnull=False),
            ),
            # Which of the running ones an older calendar computed.
            models.Index(
                fields=["edition", "id"], name="clock_edition", condition=Q(stopped_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_at:%F %T}"

    @property
    def is_running(self) -> bool:
        return self.stopped_at is None

    @property
    def is_late(self) -> bool:
        """Met after its time."""
        return self.outcome == Outcome.MET and (self.stopped_at or self.due_at) > self.due_at


class ClockPause(models.Model):
    """A span that does not count. Deadlines follow from the spans, so nothing is ever forgotten."""

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="pauses")
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["started_at"]
        constraints = [
            models.CheckConstraint(
                name="pause_ends_after_it_starts",
                condition=Q(ended_at__gte=F("started_at")),
                violation_error_message=_("A pause ends after it starts."),
            ),
            ExclusionConstraint(
                name="pause_spans_stand_apart",
                expressions=[
                    ("clock", RangeOperators.EQUAL),
                    (
                        Func(F("started_at"), F("ended_at"), function="tstzrange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("Two pauses of one clock overlap."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%F %T} – {self.ended_at:%F %T}"


# Whom a limit is for: everything, reports alone, or one kind of whistle.
SCOPES = [("any", _("Anything")), ("report", _("Report")), *WhistleKind.choices]


class TimeLimitQuerySet(models.QuerySet["TimeLimit"]):
    def in_force(self) -> TimeLimitQuerySet:
        return self.filter(valid_to=None)


class TimeLimit(models.Model):
    """A district's own limit in place of the standard one; never edited, ended by its successor."""

    clock = models.CharField(_("clock"), max_length=20, choices=ClockKind)
    scope = models.CharField(_("for"), max_length=20, choices=SCOPES)
    area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("area")
    )
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("category"),
    )  # fmt: skip
    # Empty: no limit here at all.
    limit = models.CharField(_("limit"), max_length=8, blank=True)
    own_first = models.BooleanField(_("the category's own limit first"), default=False)
    reason = models.CharField(_("reason"), max_length=200)
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid to"), null=True, blank=True)
    created_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    ended_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")

    objects = TimeLimitQuerySet.as_manager()

    class Meta:
        verbose_name = _("time limit")
        verbose_name_plural = _("time limits")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["clock", "scope", "area", "category"],
                condition=Q(valid_to=None),
                nulls_distinct=False,
                name="limit_one_in_force",
                violation_error_message=_("A limit for this is in force."),
            ),
            models.CheckConstraint(
                name="limit_is_readable",
                condition=Q(limit__regex=rf"^({LIMIT})?$"),
                violation_error_message=_("Write a limit as UM15, UH2, WM15, WH4 or WD5."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        return f"L-{self.pk:04d}"
