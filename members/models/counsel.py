"""Counsel (建言): what a member advises on a public matter, and everything that follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models import Topic
from govgrid.core import clock
from govgrid.core.constraints import both_or_neither
from grids.models import Area, Department
from members.models.member import Member
from members.workflow.counsel import HANDED_IN, PUBLIC, CounselState, Reason
from tickets.models import Ticket

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

USER = settings.AUTH_USER_MODEL


class YearNumber(models.Model):
    """The last number of a kind in a year: one row, counted up under its lock."""

    kind = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("number of a year")
        verbose_name_plural = _("numbers of years")
        constraints = [
            models.UniqueConstraint(fields=["kind", "year"], name="year_number_one_a_kind")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last}"


class Brief(models.Model):
    """专报: one or several counsels in the words of the office, numbered per year."""

    year = models.PositiveSmallIntegerField(_("year"))
    serial = models.PositiveSmallIntegerField(_("number in the year"))
    title = models.CharField(pgettext_lazy("brief", "title"), max_length=80)
    body = models.TextField(_("text"), max_length=20_000)
    area = models.ForeignKey(
        Area, models.PROTECT, related_name="+", verbose_name=_("area"), db_index=False
    )
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(pgettext_lazy("brief", "made at"), default=clock.now)

    class Meta:
        verbose_name = _("brief")
        verbose_name_plural = _("briefs")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "serial"],
                name="brief_numbered_once",
                violation_error_message=_("There is a brief of this number."),
            ),
            models.CheckConstraint(
                name="brief_has_words",
                condition=~Q(title="") & ~Q(body="") & Q(serial__gte=1),
                violation_error_message=_("A brief has a title and a text."),
            ),
        ]
        indexes = [models.Index(fields=["area", "-id"], name="brief_of_area")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("members:brief", args=[self.number])

    @property
    def number(self) -> str:
        return f"{self.year}-{self.serial:02d}"


class CounselQuerySet(models.QuerySet["Counsel"]):
    def public(self) -> CounselQuerySet:
        return self.filter(state__in=PUBLIC)

    def handed_in(self) -> CounselQuerySet:
        return self.filter(state__in=HANDED_IN)

    def of(self, user: User | AnonymousUser) -> CounselQuerySet:
        return self.filter(member__user_id=user.pk)

    def for_lists(self) -> CounselQuerySet:
        return self.select_related("area", "member", "brief")


class Counsel(models.Model):
    """``title`` and ``body`` are the author's; what an editor made of them stands beside.

    When the author leaves, the row stays without him. On public matters only.
    """

    number = models.CharField(_("number"), max_length=12, unique=True, editable=False)
    client_id = models.UUIDField(_("client id"), editable=False)
    member = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, related_name="counsels",
        verbose_name=_("author"),
    )  # fmt: skip
    title = models.CharField(pgettext_lazy("counsel", "title"), max_length=60)
    body = models.TextField(pgettext_lazy("counsel", "what is advised"), max_length=4000)
    edited_title = models.CharField(_("title as edited"), max_length=60, blank=True)
    edited_body = models.TextField(_("text as edited"), max_length=4000, blank=True)
    is_named = models.BooleanField(_("my name may be shown"), default=False)
    area = models.ForeignKey(
        Area, models.PROTECT, related_name="counsels", verbose_name=_("area concerned")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=CounselState, default=CounselState.DRAFTED
    )
    reason = models.CharField(
        pgettext_lazy("counsel", "reason"), max_length=16, choices=Reason, blank=True
    )
    note = models.CharField(_("what the editor says"), max_length=500, blank=True)
    brief = models.ForeignKey(
        Brief, models.PROTECT, null=True, blank=True, related_name="counsels",
        verbose_name=_("brief"),
    )  # fmt: skip
    answer = models.TextField(_("answer"), max_length=4000, blank=True)
    answer_due = models.DateTimeField(_("to be answered by"), null=True, blank=True)
    became = models.TextField(_("what became of it"), max_length=2000, blank=True)
    topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("topic")
    )
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ticket")
    )
    written_at = models.DateTimeField(pgettext_lazy("counsel", "written at"), default=clock.now)
    submitted_at = models.DateTimeField(_("handed in at"), null=True, blank=True)
    state_since = models.DateTimeField(_("in this state since"), default=clock.now)

    objects = CounselQuerySet.as_manager()

    class Meta:
        verbose_name = _("counsel")
        verbose_name_plural = _("counsels")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["member", "client_id"], name="counsel_sent_once"),
            models.CheckConstraint(
                name="counsel_has_words",
                condition=~Q(title="") & ~Q(body=""),
                violation_error_message=_("Give it a title and say what is to be done."),
            ),
            models.CheckConstraint(
                name="counsel_answered_says_what",
                condition=~Q(state__in=["answered", "filed"]) | ~Q(answer=""),
                violation_error_message=_("Write the answer."),
            ),
            models.CheckConstraint(
                name="counsel_closed_says_what_became",
                condition=~Q(state="closed") | ~Q(became=""),
                violation_error_message=_("Say what became of it."),
            ),
            models.CheckConstraint(
                name="counsel_not_taken_says_why",
                condition=~Q(state__in=["returned", "filed"]) | ~Q(reason=""),
                violation_error_message=_("Say why."),
            ),
            models.CheckConstraint(
                name="counsel_edited_before_a_leader",
                condition=~Q(state__in=["edited", "briefed", "noted", "answered", "closed"])
                | ~Q(edited_title="") & ~Q(edited_body=""),
                violation_error_message=_("It is edited first."),
            ),
            models.CheckConstraint(
                name="counsel_before_a_leader_in_a_brief",
                condition=~Q(state__in=["briefed", "noted", "answered", "closed"])
                | Q(brief__isnull=False),
                violation_error_message=_("A leader reads it in a brief."),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="counsel_of_state"),
            models.Index(fields=["area", "state"], name="counsel_of_area"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("members:counsel", args=[self.number])

    @property
    def shown_title(self) -> str:
        return self.edited_title or self.title

    @property
    def shown_body(self) -> str:
        return self.edited_body or self.body

    @property
    def shown_name(self) -> str:
        """Who advised it, where he wants to be named and the public may see him on the roster."""
        one = self.member
        return one.display_name if one is not None and self.is_named and one.is_listed else ""


class CounselVersion(models.Model):
    """Each text as it was handed in or edited. It stays."""

    counsel = models.ForeignKey(Counsel, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    is_authors = models.BooleanField(_("the author's own"))
    title = models.CharField(pgettext_lazy("counsel", "title"), max_length=60)
    body = models.TextField(_("text"), max_length=4000)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("version of a counsel")
        verbose_name_plural = _("versions of counsels")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["counsel", "number"], name="counsel_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.counsel_id}.{self.number}"


class CounselStep(models.Model):
    """What was done with a counsel, as whom, and when. Rows are added and nothing else."""

    counsel = models.ForeignKey(Counsel, models.CASCADE, related_name="steps")
    verb = models.CharField(pgettext_lazy("counsel", "what was done"), max_length=12)
    before = models.CharField(_("state before"), max_length=10, blank=True)
    after = models.CharField(_("state after"), max_length=10)
    by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    role = models.CharField(_("as"), max_length=20, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    is_public = models.BooleanField(_("told in public"), default=False)
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("step of a counsel")
        verbose_name_plural = _("steps of counsels")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.counsel_id}: {self.verb}"


class InstructionQuerySet(models.QuerySet["Instruction"]):
    def open(self) -> InstructionQuerySet:
        """A department has still to answer."""
        return self.filter(department__isnull=False, answered_at=None)


class Instruction(models.Model):
    """批示: what a leader wrote on a brief; with a department, what it is to answer and by when."""

    brief = models.ForeignKey(
        Brief, models.PROTECT, related_name="instructions", verbose_name=_("brief")
    )
    text = models.TextField(_("instruction"), max_length=1000)
    office = models.CharField(pgettext_lazy("instruction", "office"), max_length=80)
    role = models.CharField(_("as"), max_length=20)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("department"), db_index=False,
    )  # fmt: skip
    due_on = models.DateField(_("to be answered by"), null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_public = models.BooleanField(_("may be read by everybody"), default=False)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("at"), default=clock.now)
    answer = models.TextField(_("answer"), max_length=4000, blank=True)
    answered_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(
        pgettext_lazy("instruction", "answered at"), null=True, blank=True
    )
    # The next reminder; none is left once it is late and was told so.
    fires_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = InstructionQuerySet.as_manager()

    class Meta:
        verbose_name = _("instruction")
        verbose_name_plural = _("instructions")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="instruction_has_words",
                condition=~Q(text="") & ~Q(office=""),
                violation_error_message=_("Write what is to be done."),
            ),
            both_or_neither(
                "department",
                "due_on",
                "due_at",
                name="instruction_to_a_department_by_a_day",
                violation_error_message=_("A department answers by a day: name both or neither."),
            ),
            models.CheckConstraint(
                name="instruction_answered_in_words",
                condition=Q(answered_at=None, answered_by=None, answer="")
                | Q(answered_at__isnull=False, answered_by__isnull=False, department__isnull=False)
                & ~Q(answer=""),
                violation_error_message=_("Write the answer."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["department", "due_at"],
                condition=Q(answered_at=None),
                name="instruction_to_answer",
            ),
            models.Index(
                fields=["fires_at"], condition=Q(fires_at__isnull=False), name="instruction_fires"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.brief}, {self.office}"
