"""The whistle: why a community calls departments in, whom, who came, and how it scores them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govgrid.core.constraints import both_or_neither
from grids.models import Department
from tickets.models.assignment import Assignment
from tickets.workflow import Rank, WhistleKind

USER = settings.AUTH_USER_MODEL


class Whistle(models.Model):
    """One blow: its kind, its reasons, who blew it and who approved. A refused one stays."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="whistles")
    kind = models.CharField(_("kind"), max_length=20, choices=WhistleKind)
    tried = models.TextField(_("what was tried"), blank=True, max_length=1000)
    missing_power = models.TextField(_("which power is missing"), blank=True, max_length=500)
    blown_at = models.DateTimeField(_("blown at"))
    blown_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    # From here its clocks run: at once, or when somebody approved.
    out_at = models.DateTimeField(_("out since"), null=True, blank=True)
    approved_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    refused_at = models.DateTimeField(_("refused at"), null=True, blank=True)
    refused_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("whistle")
        verbose_name_plural = _("whistles")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"],
                condition=Q(refused_at=None),
                name="whistle_one_a_ticket",
                violation_error_message=_("The whistle was blown for this already."),
            ),
            models.CheckConstraint(
                name="whistle_says_why",
                condition=Q(kind=WhistleKind.EMERGENCY) | (~Q(tried="") & ~Q(missing_power="")),
                violation_error_message=_("Say what was tried and which power is missing."),
            ),
            models.CheckConstraint(
                name="whistle_out_or_refused",
                condition=Q(out_at=None) | Q(refused_at=None),
                violation_error_message=_("A whistle is out or refused, never both."),
            ),
            both_or_neither("refused_at", "refused_by", name="whistle_refused_by_someone"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ticket_id}"


class Helper(models.Model):
    """A department that the author confirmed beside the lead, and why it was proposed."""

    whistle = models.ForeignKey(Whistle, models.PROTECT, related_name="helpers")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    # Says by what: the category, a drawn rule with its code, or the author alone.
    why = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("helping department")
        verbose_name_plural = _("helping departments")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["whistle", "department"],
                name="helper_once",
                violation_error_message=_("This department is named already."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.department)


class Arrival(models.Model):
    """Somebody of the department came to the place or the meeting, and at what rank."""

    class Via(models.TextChoices):
        PAGE = "page", _("on the page")
        CODE = "code", _("by the code at the place")
        API = "api", _("by a program")

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="arrivals")
    person = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("person"))
    rank = models.CharField(_("rank"), max_length=20, choices=Rank, blank=True)
    via = models.CharField(_("how"), max_length=8, choices=Via, default=Via.PAGE)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("arrival")
        verbose_name_plural = _("arrivals")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "person"],
                name="arrival_once_a_person",
                violation_error_message=_("You have signed in already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_rank_display()}"


class Score(models.Model):
    """What the community thinks of how a department answered its whistle. The district sees
    averages alone, and only from five scores on."""

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="scores")
    department = models.ForeignKey(Department, models.PROTECT, related_name="scores")
    speed = models.PositiveSmallIntegerField(_("speed"))
    quality = models.PositiveSmallIntegerField(_("quality"))
    sentence = models.CharField(_("in one sentence"), max_length=300, blank=True)
    given_at = models.DateTimeField(_("given at"))
    given_by = models.ForeignKey(USER, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "department"],
                name="score_once",
                violation_error_message=_("This department has its score already."),
            ),
            models.CheckConstraint(
                name="score_is_one_to_five",
                condition=Q(speed__gte=1, speed__lte=5, quality__gte=1, quality__lte=5),
                violation_error_message=_("Give 1 to 5."),
            ),
        ]
        indexes = [models.Index(fields=["department", "given_at"], name="score_of_department")]

    def __str__(self) -> str:
        return f"{self.department}: {self.speed}/{self.quality}"
