"""The task list of the grids: duties that somebody admitted, and what was done for a period."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from govgrid.core import clock
from govgrid.core.constraints import both_or_neither
from grids import gate
from grids.gate import Answer, Decision, Rhythm, Stage
from grids.models.area import Area, Level
from grids.models.department import Department
from grids.models.post import Post

if TYPE_CHECKING:
    from collections.abc import Collection

# Whoever wants it longer asks again: a list from which nothing falls only grows.
LONGEST_DAYS = 731
MOST_ITEMS = 20
ANSWERED = sorted(Answer.values)


class DutyQuerySet(models.QuerySet["Duty"]):
    def running(self, on: date) -> DutyQuerySet:
        """Admitted, begun and not over on a day: they end by the date, without anybody's help."""
        return self.filter(decision=Decision.ADMITTED, starts_on__lte=on, ends_on__gte=on)

    def asked_of(self, area: Area) -> DutyQuerySet:
        """What ``area`` itself is asked to do, by its level and kind."""
        return self.filter(
            area__in=area.ancestor_ids, level=area.level, kind__in={"", str(area.kind)}
        )

    def touching(self, prefixes: Collection[str], departments: Collection[int]) -> DutyQuerySet:
        """Duties asked of areas under one of these paths, or owned by one of these departments."""
        wanted = Q(department__in=departments)
        for prefix in prefixes:
            ancestors = [int(part) for part in prefix.strip(".").split(".")]
            wanted |= Q(area__path__startswith=prefix) | Q(area__in=ancestors)
        return self.filter(wanted)


class Duty(models.Model):
    """One duty of the list: what, for whom, how often, until when. Never edited once proposed."""

    name = models.CharField(_("name"), max_length=60)
    what = models.CharField(_("what is to be done"), max_length=400)
    # Places to look at: "hydrants", "stairwells"; answered one by one.
    items = ArrayField(
        models.CharField(max_length=80),
        verbose_name=_("checklist of places"),
        default=list,
        blank=True,
        size=MOST_ITEMS,
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="duties", verbose_name=_("owner")
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="duties", verbose_name=_("area"))
    level = models.PositiveSmallIntegerField(
        _("done by"),
        choices=[(Level.GRID, _("Grids")), (Level.COMMUNITY, _("Communities"))],
        default=Level.GRID,
    )
    kind = models.CharField(
        _("only of this kind"),
        max_length=10,
        blank=True,
        choices=[(one.value, one.label) for one in Area.Kind if one.value],
    )
    rhythm = models.CharField(_("how often"), max_length=10, choices=Rhythm)
    minutes = models.PositiveSmallIntegerField(_("minutes each time"), null=True, blank=True)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    decision = models.CharField(
        _("decision"), max_length=10, choices=Decision, default=Decision.PROPOSED
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    proposed_at = models.DateTimeField(_("proposed at"), default=clock.now)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    withdrawn_at = models.DateTimeField(_("taken off at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken off by"),
    )

    # Made by a program that proposes, once for each: what is sent again makes no second one.
    client_id = models.UUIDField(_("client id"), null=True, blank=True, editable=False)

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="duty_ends_within_two_years",
                condition=Q(
                    ends_on__gte=F("starts_on"),
                    ends_on__lte=F("starts_on") + timedelta(days=LONGEST_DAYS),
                ),
                violation_error_message=_("A duty ends after it begins, within two years."),
            ),
            models.CheckConstraint(
                name="duty_not_admitted_by_its_proposer",
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
                violation_error_message=_("Whoever proposes a duty does not decide on it."),
            ),
            models.UniqueConstraint(
                fields=["proposed_by", "client_id"],
                name="duty_client_id_once_a_caller",
                violation_error_message=_("This client id was used before."),
            ),
            both_or_neither("decided_at", "decided_by", name="duty_decided_at_and_by"),
            models.CheckConstraint(
                name="duty_decided_by_somebody",
                condition=Q(decision=Decision.PROPOSED, decided_by=None)
                | (~Q(decision=Decision.PROPOSED) & Q(decided_by__isnull=False)),
                violation_error_message=_("A decision is somebody's."),
            ),
            both_or_neither("withdrawn_at", "withdrawn_by", name="duty_withdrawn_at_and_by"),
            models.CheckConstraint(
                name="duty_withdrawn_by_somebody",
                condition=Q(decision=Decision.WITHDRAWN, withdrawn_by__isnull=False)
                | (~Q(decision=Decision.WITHDRAWN) & Q(withdrawn_by=None)),
                violation_error_message=_("A decision is somebody's."),
            ),
            models.CheckConstraint(
                name="duty_refused_with_a_reason",
                condition=~Q(decision__in=[Decision.REFUSED, Decision.WITHDRAWN]) | ~Q(reason=""),
                violation_error_message=_("Say why."),
            ),
            models.CheckConstraint(
                name="duty_takes_some_time",
                condition=Q(minutes=None) | Q(minutes__gte=1, minutes__lte=1440),
                violation_error_message=_("Between a minute and a day."),
            ),
        ]
        indexes = [
            models.Index(fields=["area", "decision", "ends_on"], name="duty_of_an_area"),
            models.Index(fields=["department"], name="duty_of_a_department"),
        ]

    def __str__(self) -> str:
        return self.name

    def stage(self, on: date | None = None) -> Stage:
        return gate.stage(
            Decision(self.decision), self.starts_on, self.ends_on, on or clock.today()
        )

    @cached_property
    def stage_today(self) -> Stage:
        return self.stage()

    def period(self, on: date) -> tuple[date, date]:
        """First and last day of the period that ``on`` lies in."""
        return gate.period(Rhythm(self.rhythm), on, self.starts_on, self.ends_on)

    @property
    def minutes_a_month(self) -> float:
        return (self.minutes or 0) * gate.TIMES_A_MONTH[Rhythm(self.rhythm)]


class DutyDone(models.Model):
    """What an area says of a duty for one period. No row: nothing has been said yet.

    By the post that did it; who held the post is the post's own history.
    """

    class Outcome(models.TextChoices):
        DONE = "done", _("Done")
        NOT_DONE = "not_done", _("Not done")

    duty = models.ForeignKey(Duty, models.PROTECT, related_name="answers", verbose_name=_("duty"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    first_day = models.DateField(_("first day of the period"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    answers = ArrayField(
        models.CharField(max_length=10, choices=Answer),
        verbose_name=_("answers"),
        default=list,
        blank=True,
        size=MOST_ITEMS,
    )
    note = models.CharField(_("note, or why not"), max_length=200, blank=True)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name=_("post"))
    client_id = models.UUIDField(_("client id"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("answer to a duty")
        verbose_name_plural = _("answers to duties")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["duty", "area", "first_day"],
                name="dutydone_once_a_period",
                violation_error_message=_("This has been answered for the period."),
            ),
            models.UniqueConstraint(
                fields=["post", "client_id"],
                name="dutydone_client_id_once_a_post",
                violation_error_message=_("This client id was used before."),
            ),
            models.CheckConstraint(
                name="dutydone_not_done_with_a_reason",
                condition=~Q(outcome="not_done") | ~Q(note=""),
                violation_error_message=_("Say why it was not done."),
            ),
            models.CheckConstraint(
                name="dutydone_known_answers",
                condition=Q(answers__contained_by=ANSWERED),
                violation_error_message=_("This is no answer."),
            ),
        ]
        indexes = [models.Index(fields=["area", "first_day"], name="dutydone_of_an_area")]

    def __str__(self) -> str:
        return f"{self.duty}, {self.area}: {self.get_outcome_display()}"

    @property
    def is_done(self) -> bool:
        return self.outcome == self.Outcome.DONE
