"""Cards of three colours: a department is late with a ticket, and a named post is told."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from govgrid.core.constraints import both_or_neither
from govgrid.worktime.arithmetic import LIMIT
from grids.models import Area, Department
from tickets.models.clock import Clock
from tickets.workflow import STANDARD_COLOURS, CardCause, Colour, Colours, Lapse, Rank

USER = settings.AUTH_USER_MODEL
LIVE_CARD = Q(lapsed_at=None)


class CardQuerySet(models.QuerySet["Card"]):
    def live(self) -> CardQuerySet:
        """What has not been cured."""
        return self.filter(LIVE_CARD)

    def open(self) -> CardQuerySet:
        """What its department has still to answer: blue is a reminder and asks nothing."""
        return self.live().filter(answered_at=None).exclude(colour=Colour.BLUE)

    def left_unanswered(self, now: datetime) -> CardQuerySet:
        return self.live().filter(answered_at=None, answer_by__lte=now).order_by("answer_by")

    def to_escalate(self) -> CardQuerySet:
        return self.live().filter(colour=Colour.RED, escalated_at=None).order_by("pk")


def _place() -> models.ForeignKey:
    """Where its ticket lies, frozen as there; indexed below with what is asked for beside it."""
    return models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False)


class Card(models.Model):
    """One fact about one department's part in one ticket. It lapses when it is cured.

    Most follow a clock: of these one lives at a time, and the worse colour takes the place of the
    lesser. Written by ``tickets.actions.carding`` with the ticket locked.
    """

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="cards")
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="cards", db_index=False,
        verbose_name=_("department"),
    )  # fmt: skip
    street = _place()
    district = _place()
    colour = models.CharField(_("colour"), max_length=6, choices=Colour)
    cause = models.CharField(_("cause"), max_length=12, choices=CardCause)
    clock = models.ForeignKey(
        Clock, models.PROTECT, null=True, blank=True, related_name="cards", db_index=False
    )
    raised_at = models.DateTimeField(_("raised"))
    # The post that was told of it; a department without one has it told to whoever answers for it.
    told = models.CharField(_("told"), max_length=20, choices=Rank)
    # Of a yellow card: not answered by then, it turns red.
    answer_by = models.DateTimeField(_("to be answered by"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    # When a red one took the ticket a level up.
    escalated_at = models.DateTimeField(_("taken a level up"), null=True, blank=True)
    lapsed_at = models.DateTimeField(_("lapsed"), null=True, blank=True)
    lapse = models.CharField(_("why it lapsed"), max_length=10, choices=Lapse, blank=True)

    objects = CardQuerySet.as_manager()

    class Meta:
        verbose_name = _("card")
        verbose_name_plural = _("cards")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["clock"],
                condition=LIVE_CARD & Q(clock__isnull=False),
                name="card_one_lives_a_clock",
                violation_error_message=_("This clock has a card already."),
            ),
            models.UniqueConstraint(
                fields=["ticket", "department", "cause"],
                condition=LIVE_CARD & Q(clock=None),
                name="card_one_lives_a_cause",
                violation_error_message=_("This department has this card already."),
            ),
            both_or_neither("answered_at", "answered_by", name="card_answered_by_someone"),
            models.CheckConstraint(
                name="card_answered_in_words",
                condition=Q(answered_at=None, answer="")
                | (Q(answered_at__isnull=False) & ~Q(answer="") & ~Q(colour=Colour.BLUE)),
                violation_error_message=_("A yellow or red card is answered in words."),
            ),
            models.CheckConstraint(
                name="card_lapsed_says_why",
                condition=Q(lapsed_at=None, lapse="") | (Q(lapsed_at__isnull=False) & ~Q(lapse="")),
                violation_error_message=_("A card that lapsed says why."),
            ),
            models.CheckConstraint(
                name="card_yellow_has_a_time_to_answer",
                condition=Q(colour=Colour.YELLOW, answer_by__isnull=False)
                | (~Q(colour=Colour.YELLOW) & Q(answer_by=None)),
                violation_error_message=_("Only a yellow card has a time to answer."),
            ),
        ]
        indexes = [
            # What is late in a place, by department and colour: counted in the index.
            *(
                models.Index(
                    fields=[scope, "colour", "department", "cause", "ticket"],
                    name=f"card_live_{scope}",
                    condition=LIVE_CARD,
                )
                for scope in ("street", "district")
            ),
            # What its department has still to answer.
            models.Index(
                fields=["department", "ticket"], name="card_live_department", condition=LIVE_CARD
            ),
            models.Index(
                fields=["answer_by"],
                name="card_unanswered",
                condition=LIVE_CARD & Q(answered_at=None, answer_by__isnull=False),
            ),
            models.Index(
                fields=["id"],
                name="card_to_escalate",
                condition=LIVE_CARD & Q(colour=Colour.RED, escalated_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.get_colour_display()}"

    @property
    def is_live(self) -> bool:
        return self.lapsed_at is None

    @property
    def is_open(self) -> bool:
        """It waits for an answer."""
        return self.is_live and self.answered_at is None and self.colour != Colour.BLUE


class ColourTermsQuerySet(models.QuerySet["ColourTerms"]):
    def in_force(self) -> ColourTermsQuerySet:
        return self.filter(valid_to=None)


class ColourTerms(models.Model):
    """When a district's tickets get which colour; never edited, ended by its successor."""

    area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("area")
    )
    near_percent = models.PositiveSmallIntegerField(
        _("blue, from this share of the limit on, in percent"),
        default=STANDARD_COLOURS.near_percent,
    )
    over_percent = models.PositiveSmallIntegerField(
        _("red, this share of the limit after its end, in percent"),
        default=STANDARD_COLOURS.over_percent,
    )
    over_limit = models.CharField(
        _("red, at the latest so long after the end"),
        max_length=8,
        default=STANDARD_COLOURS.over_limit,
    )
    answer_limit = models.CharField(
        _("a yellow card is answered within"), max_length=8, default=STANDARD_COLOURS.answer_limit
    )
    reopenings = models.PositiveSmallIntegerField(
        _("yellow, at this reopening"), default=STANDARD_COLOURS.reopenings
    )
    reason = models.CharField(_("reason"), max_length=200)
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid to"), null=True, blank=True)
    created_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    ended_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ColourTermsQuerySet.as_manager()

    class Meta:
        verbose_name = _("terms of the colours")
        verbose_name_plural = _("terms of the colours")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["area"],
                condition=Q(valid_to=None),
                nulls_distinct=False,
                name="colours_one_in_force",
                violation_error_message=_("Terms for this area are in force."),
            ),
            models.CheckConstraint(
                name="colours_are_shares",
                condition=Q(near_percent__gte=1, near_percent__lte=100)
                & Q(over_percent__gte=1, over_percent__lte=1000),
                violation_error_message=_("Blue comes between 1 and 100 percent, red from 1 on."),
            ),
            models.CheckConstraint(
                name="colours_limits_are_readable",
                condition=Q(over_limit__regex=rf"^{LIMIT}$") & Q(answer_limit__regex=rf"^{LIMIT}$"),
                violation_error_message=_("Write a limit as UM15, UH2, WM15, WH4 or WD5."),
            ),
            models.CheckConstraint(
                name="colours_count_reopenings",
                condition=Q(reopenings__gte=1, reopenings__lte=99),
                violation_error_message=_("Count reopenings from 1 on."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        return f"C-{self.pk:04d}"

    @property
    def terms(self) -> Colours:
        return Colours(*(getattr(self, name) for name in Colours._fields))
