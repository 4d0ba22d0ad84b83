"""A joint meeting about one ticket: what is talked over, who is called, who came, what was decided."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from govgrid.core.constraints import both_or_neither
from grids.models import Area, Department
from tickets.models.assignment import Assignment
from tickets.models.milestone import Milestone
from tickets.models.whistle import Arrival
from tickets.workflow import Rank

if TYPE_CHECKING:
    from datetime import datetime

USER = settings.AUTH_USER_MODEL


def _who(*, blank: bool = True) -> models.ForeignKey:
    """Nobody asks for all the meetings of one person, so there is no index."""
    return models.ForeignKey(
        USER, models.PROTECT, null=blank, blank=blank, related_name="+", db_index=False
    )


# Who comes early is there; the list is written up to an hour after it.
DOORS = timedelta(hours=1)


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def upcoming(self, now: datetime) -> MeetingQuerySet:
        """What is still to come or is on, the next one first."""
        return self.filter(ends_at__gte=now).order_by("starts_at", "pk")

    def past(self, now: datetime) -> MeetingQuerySet:
        return self.filter(ends_at__lt=now).order_by("-starts_at", "-pk")


class Meeting(models.Model):
    """One call to a table. A cancelled one stays; one with published minutes is frozen by triggers."""

    # What the history tells of one, and what moves nothing by itself.
    VERBS = ("call_meeting", "cancel_meeting", "attend", "publish_meeting")

    class Kind(models.TextChoices):
        SITE = "site", _("Meeting at the place")
        STREET = "street", _("Joint meeting of the street")
        DISTRICT = "district", _("Joint meeting of the district")

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="meetings")
    # Of the ticket, and frozen like there: a street lists its own along one index.
    street = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False)
    district = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False)
    # By which a calendar knows it again, when it is called off.
    uid = models.UUIDField(default=uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    place = models.CharField(_("place"), max_length=120)
    called_at = models.DateTimeField(_("called at"))
    called_by = _who(blank=False)
    minutes = models.TextField(_("minutes"), blank=True, max_length=4000)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = _who()
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancelled_by = _who()
    cancel_reason = models.CharField(_("why it was cancelled"), max_length=300, blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="meeting_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("A meeting ends after it begins."),
            ),
            models.CheckConstraint(
                name="meeting_has_a_place",
                condition=~Q(place=""),
                violation_error_message=_("Say where it is held."),
            ),
            models.CheckConstraint(
                name="meeting_published_or_cancelled",
                condition=Q(published_at=None) | Q(cancelled_at=None),
                violation_error_message=_("A cancelled meeting has no minutes."),
            ),
            models.CheckConstraint(
                name="meeting_cancelled_for_a_reason",
                condition=Q(cancelled_at=None, cancel_reason="")
                | (Q(cancelled_at__isnull=False) & ~Q(cancel_reason="")),
                violation_error_message=_("Say why it is cancelled."),
            ),
            models.CheckConstraint(
                name="meeting_minutes_when_published",
                condition=(Q(published_at=None, minutes=""))
                | (Q(published_at__isnull=False) & ~Q(minutes="")),
                violation_error_message=_("Write the minutes."),
            ),
            both_or_neither("published_at", "published_by", name="meeting_published_by_someone"),
            both_or_neither("cancelled_at", "cancelled_by", name="meeting_cancelled_by_someone"),
        ]
        indexes = [
            models.Index(fields=["street", "starts_at", "id"], name="meeting_of_street"),
            models.Index(fields=["district", "starts_at", "id"], name="meeting_of_district"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.starts_at:%F %T}"

    def get_absolute_url(self) -> str:
        return reverse("tickets:meeting", args=[self.ticket.number, self.pk])

    @property
    def number(self) -> str:
        """What its code at the door is signed for; no ticket has such a number."""
        return f"{self.ticket.number}-M{self.pk}"

    @property
    def opens_at(self) -> datetime:
        """From when on one signs in."""
        return self.starts_at - DOORS

    @property
    def shuts_at(self) -> datetime:
        return self.ends_at + DOORS

    @property
    def is_open(self) -> bool:
        """Neither cancelled nor frozen."""
        return self.cancelled_at is None and self.published_at is None


class AgendaItem(models.Model):
    """What is talked over, in this order."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="agenda")
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.CharField(_("item"), max_length=200)

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "position"],
                name="agenda_in_one_order",
                violation_error_message=_("This place of the agenda is taken."),
            ),
            models.CheckConstraint(
                name="agenda_item_has_words",
                condition=~Q(text=""),
                violation_error_message=_("Say what is talked over."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.text}"


class Seat(models.Model):
    """A department that is called, at which rank it should come and at which it came.

    Whoever comes is there for the department: a higher rank of a second person is the seat's.
    """

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="seats")
    department = models.ForeignKey(Department, models.PROTECT, related_name="seats")
    wanted_rank = models.CharField(_("asked for"), max_length=20, choices=Rank)
    came_at = models.DateTimeField(_("came at"), null=True, blank=True)
    came_by = _who()
    rank = models.CharField(_("came as"), max_length=20, choices=Rank, blank=True)
    via = models.CharField(_("how"), max_length=8, choices=Arrival.Via, blank=True)

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "department"],
                name="seat_once_a_department",
                violation_error_message=_("This department is called already."),
            ),
            both_or_neither("came_at", "came_by", name="seat_taken_by_someone"),
            models.CheckConstraint(
                name="seat_taken_at_a_rank",
                condition=Q(came_at=None, rank="", via="")
                | (Q(came_at__isnull=False) & ~Q(rank="") & ~Q(via="")),
                violation_error_message=_("Whoever comes says at what rank."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.department)


class Decision(models.Model):
    """What was decided on an item. It becomes what it says when the minutes are published."""

    class Becomes(models.TextChoices):
        NOTE = "note", _("Noted")
        MILESTONE = "milestone", _("A milestone of the department")
        HELP = "help", _("The department helps")
        LEAD = "lead", _("The department leads")

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="decisions")
    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="decisions", db_index=False)
    text = models.CharField(_("what was decided"), max_length=200)
    becomes = models.CharField(_("becomes"), max_length=10, choices=Becomes)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    due_on = models.DateField(_("by"), null=True, blank=True)
    # What it became.
    milestone = models.OneToOneField(
        Milestone, models.PROTECT, null=True, blank=True, related_name="decision"
    )
    assignment = models.ForeignKey(
        Assignment, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    made_at = models.DateTimeField(_("written at"))
    made_by = _who(blank=False)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="decision_has_words",
                condition=~Q(text=""),
                violation_error_message=_("Say what was decided."),
            ),
            models.CheckConstraint(
                name="decision_names_whom_it_binds",
                condition=Q(becomes="note") | Q(department__isnull=False),
                violation_error_message=_("Choose the department that it binds."),
            ),
            models.CheckConstraint(
                name="decision_milestone_has_a_day",
                condition=~Q(becomes="milestone") | Q(due_on__isnull=False),
                violation_error_message=_("A milestone has a day."),
            ),
        ]

    def __str__(self) -> str:
        return self.text
