"""督办单: a numbered paper by which who oversees asks a department to account for a ticket."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core import clock
from govgrid.core.constraints import both_or_neither
from govgrid.worktime.arithmetic import LIMIT
from grids.models import Area, Department
from tickets.workflow import Colour, Rank

USER = settings.AUTH_USER_MODEL


class SupervisionOrderQuerySet(models.QuerySet["SupervisionOrder"]):
    def open(self) -> SupervisionOrderQuerySet:
        """What waits for an answer."""
        return self.filter(state=SupervisionOrder.State.OPEN)

    def unclosed(self) -> SupervisionOrderQuerySet:
        return self.exclude(state=SupervisionOrder.State.CLOSED)

    def with_parties(self) -> SupervisionOrderQuerySet:
        return self.select_related("department", "office", "issuing_area", "district")


class SupervisionOrder(models.Model):
    """To one department about one ticket; numbered by district and year without a gap.

    Issued and answered by moves, closed by ``tickets.supervision``.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("order", "To be answered")
        ANSWERED = "answered", pgettext_lazy("order", "Answered")
        CLOSED = "closed", pgettext_lazy("order", "Closed")

    # As ``place`` can hold: no ticket has so many.
    MOST = 2**15

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="orders")
    # Whose numbers are counted: the district of the ticket.
    district = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField(_("year"))
    serial = models.PositiveIntegerField(_("number in its year"))
    # The how-manieth of its ticket: the last part of its address.
    place = models.PositiveSmallIntegerField()
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="orders", verbose_name=_("addressee")
    )
    post = models.CharField(_("addressed post"), max_length=20, choices=Rank)
    colour = models.CharField(_("colour"), max_length=6, choices=Colour, blank=True)
    reason = models.TextField(_("reason"), max_length=2000)
    limit = models.CharField(_("limit"), max_length=8)
    answer_by = models.DateTimeField(_("to be answered by"))
    # The office that issues it; an area without one signs with its own name.
    office = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    issuing_area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False)
    issued_at = models.DateTimeField(_("issued"))
    issued_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    objects = SupervisionOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("supervision order")
        verbose_name_plural = _("supervision orders")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["district", "year", "serial"],
                name="order_number_once",
                violation_error_message=_("This number is taken."),
            ),
            models.UniqueConstraint(
                fields=["ticket", "place"],
                name="order_place_once",
                violation_error_message=_("This ticket has this order already."),
            ),
            models.UniqueConstraint(
                fields=["ticket", "department"],
                condition=~Q(state="closed"),
                name="order_one_open_a_department",
                violation_error_message=_("An order to this department is still open."),
            ),
            models.CheckConstraint(
                name="order_limit_is_readable",
                condition=Q(limit__regex=rf"^{LIMIT}$"),
                violation_error_message=_("Write a limit as UM15, UH2, WM15, WH4 or WD5."),
            ),
            both_or_neither("answered_at", "answered_by", name="order_answered_by_someone"),
            both_or_neither("closed_at", "closed_by", name="order_closed_by_someone"),
            models.CheckConstraint(
                name="order_answered_in_words",
                condition=Q(answered_at=None, answer="")
                | (Q(answered_at__isnull=False) & ~Q(answer="")),
                violation_error_message=_("An order is answered in words."),
            ),
            models.CheckConstraint(
                name="order_state_has_its_time",
                condition=Q(state="open", answered_at=None, closed_at=None)
                | Q(state="answered", answered_at__isnull=False, closed_at=None)
                | Q(state="closed", closed_at__isnull=False),
                violation_error_message=_("A state of an order and its time go together."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["department", "ticket"],
                name="order_open_department",
                condition=Q(state="open"),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("tickets:order", args=[self.ticket.number, self.place])

    @property
    def number(self) -> str:
        """As an official paper is numbered: 夷陵督〔2026〕12号."""
        return f"{short_of(self.district.name)}督〔{self.year}〕{self.serial}号"

    @property
    def issuer(self) -> str:
        """Who signs: the office, not the person."""
        return self.office.name if self.office else self.issuing_area.name

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_overdue(self) -> bool:
        """Nobody has answered in time."""
        return self.is_open and self.answer_by < clock.now()

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED


def short_of(name: str) -> str:
    """夷陵 of 夷陵区; a name of two characters keeps both."""
    return name[:-1] if len(name) > 2 and name[-1] in "区县市旗" else name
