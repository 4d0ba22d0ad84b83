"""A department's part in a ticket, and the history of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govgrid.core.constraints import both_or_neither
from grids.models import Department
from tickets.workflow import IN_HAND, LIVE, AssignmentState, Rank

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

USER = settings.AUTH_USER_MODEL
# What an assignment goes through; each has its time and its person, or neither.
STEPS = (
    "signed", "reported_in", "planned", "made_safe", "safe_seen", "done", "returned", "disputed",
    "ruled",
)  # fmt: skip


BESIDE = Q(role="assist") | Q(state__in=[AssignmentState.RETURNED, AssignmentState.WITHDRAWN])


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def live(self) -> AssignmentQuerySet:
        return self.filter(state__in=sorted(LIVE))

    def in_hands_of(self, user: User | AnonymousUser) -> AssignmentQuerySet:
        """What a person is to work on now."""
        return self.filter(handler=user.pk, state__in=[AssignmentState.OFFERED, *sorted(IN_HAND)])

    def beside(self) -> AssignmentQuerySet:
        """All but the live lead, which the ticket itself names."""
        return self.filter(BESIDE)


def _who(*, blank: bool = True) -> models.ForeignKey:
    """Who took a step. Nobody asks for all the steps of one person, so there is no index: eight of
    them made writing an assignment twice as dear."""
    return models.ForeignKey(
        USER, models.PROTECT, null=True, blank=blank, related_name="+", db_index=False
    )


class Assignment(models.Model):
    """A department's part in a ticket: leading or assisting, with its own times."""

    class Role(models.TextChoices):
        LEAD = "lead", _("Lead")
        ASSIST = "assist", _("Assisting")

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="assignments")
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        related_name="assignments",
        db_index=False,
        verbose_name=_("department"),
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)
    state = models.CharField(
        _("state"), max_length=20, choices=AssignmentState, default=AssignmentState.OFFERED
    )
    offered_at = models.DateTimeField(_("offered at"))
    offered_by = _who(blank=False)
    # The colleague in the department who has it in hand; none: whoever is there.
    handler = models.ForeignKey(
        USER,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("handler"),
    )
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)
    signed_by = _who()
    reported_in_at = models.DateTimeField(_("reported in at"), null=True, blank=True)
    reported_in_by = _who()
    # At what rank the first of them came; whoever came later is an Arrival.
    reported_in_rank = models.CharField(_("rank"), max_length=20, choices=Rank, blank=True)
    planned_at = models.DateTimeField(_("plan submitted at"), null=True, blank=True)
    planned_by = _who()
    made_safe_at = models.DateTimeField(_("made safe at"), null=True, blank=True)
    made_safe_by = _who()
    # Somebody from the place looked: the danger is over. Not the department's own word.
    safe_seen_at = models.DateTimeField(_("seen safe at"), null=True, blank=True)
    safe_seen_by = _who()
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = _who()
    returned_at = models.DateTimeField(_("returned at"), null=True, blank=True)
    returned_by = _who()
    # Returned for the third time: a ruling is asked for.
    disputed_at = models.DateTimeField(_("disputed at"), null=True, blank=True)
    disputed_by = _who()
    # Given by a ruling: it binds.
    ruled_at = models.DateTimeField(_("ruled at"), null=True, blank=True)
    ruled_by = _who()

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"],
                condition=Q(role="lead", state__in=sorted(LIVE)),
                name="assignment_one_live_lead",
                violation_error_message=_("This ticket has a lead already."),
            ),
            models.UniqueConstraint(
                fields=["ticket", "department"],
                condition=Q(state__in=sorted(LIVE)),
                name="assignment_department_once",
                violation_error_message=_("This department has the ticket already."),
            ),
            models.CheckConstraint(
                name="assignment_in_hand_was_signed",
                condition=~Q(state__in=[*sorted(IN_HAND), AssignmentState.DONE])
                | Q(signed_at__isnull=False),
                violation_error_message=_("Nobody works on what was not signed for."),
            ),
            models.CheckConstraint(
                name="assignment_done_has_its_time",
                condition=Q(state=AssignmentState.DONE, done_at__isnull=False)
                | (~Q(state=AssignmentState.DONE) & Q(done_at=None)),
                violation_error_message=_("Done and its time go together."),
            ),
            models.CheckConstraint(
                name="assignment_returned_has_its_time",
                condition=Q(state=AssignmentState.RETURNED, returned_at__isnull=False)
                | (~Q(state=AssignmentState.RETURNED) & Q(returned_at=None)),
                violation_error_message=_("Returned and its time go together."),
            ),
            *(
                both_or_neither(f"{step}_at", f"{step}_by", name=f"assignment_{step}_by_someone")
                for step in STEPS
            ),
            models.CheckConstraint(
                name="assignment_rank_of_who_came",
                condition=Q(reported_in_rank="") | Q(reported_in_at__isnull=False),
                violation_error_message=_("A rank belongs to somebody who came."),
            ),
        ]
        indexes = [
            models.Index(fields=["department", "-ticket"], name="assignment_department"),
            # What a department had a part in and does not lead: few, and not among what it leads.
            models.Index(
                fields=["department", "-ticket"], name="assignment_beside", condition=BESIDE
            ),
            models.Index(
                fields=["department", "state", "-ticket"],
                condition=Q(state__in=[AssignmentState.OFFERED, *sorted(IN_HAND)]),
                name="assignment_waiting",
            ),
            # What somebody has in hand: few beside all that his department ever had.
            models.Index(
                fields=["handler", "-ticket"],
                condition=Q(handler__isnull=False),
                name="assignment_handler",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department}: {self.get_state_display()}"

    @property
    def is_lead(self) -> bool:
        return self.role == self.Role.LEAD

    @property
    def is_live(self) -> bool:
        return self.state in LIVE


class TicketEvent(models.Model):
    """What happened, when, by whom. Append-only: a trigger refuses to change or delete a row."""

    # Read by ticket alone, in the order of the ids: one index for all that is asked.
    ticket = models.ForeignKey(
        "tickets.Ticket", models.PROTECT, related_name="events", db_index=False
    )
    assignment = models.ForeignKey(
        Assignment, models.PROTECT, null=True, blank=True, related_name="events", db_index=False
    )
    verb = models.CharField(_("verb"), max_length=30)
    before = models.CharField(_("state before"), max_length=20, blank=True)
    after = models.CharField(_("state after"), max_length=20)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        USER,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("by"),
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("department"),
    )
    note = models.TextField(_("note"), blank=True, max_length=2000)
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["pk"]
        indexes = [models.Index(fields=["ticket", "id"], name="event_story")]

    def __str__(self) -> str:
        return f"{self.verb} {self.at:%F %T}"
