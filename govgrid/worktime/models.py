"""The working calendar, kept by edition, so that any deadline can be counted again as it was."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from govgrid.worktime.arithmetic import SESSIONS, parse_sessions

USER = settings.AUTH_USER_MODEL
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


class ClockShift(models.Model):
    """How far tests have moved business time: one row, read by ``core.clock`` in every process.

    It does nothing unless the setting TEST_CLOCK is on.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    shift = models.DurationField(default=timedelta)

    class Meta:
        constraints = [
            models.CheckConstraint(name="clock_shift_is_one_row", condition=models.Q(id=1))
        ]

    def __str__(self) -> str:
        return str(self.shift)


class Edition(models.Model):
    """One change of the calendar. Its number never comes twice, not even after a rollback."""

    number = models.BigAutoField(_("number"), primary_key=True)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("calendar edition")
        verbose_name_plural = _("calendar editions")
        ordering = ["-number"]

    def __str__(self) -> str:
        return str(self.number)


class VersionedQuerySet(models.QuerySet):
    def in_force(self) -> VersionedQuerySet:
        return self.filter(until=None)

    def as_of(self, edition: int) -> VersionedQuerySet:
        """What was in force in an edition."""
        return self.filter(Q(until=None) | Q(until__gt=edition), since__lte=edition)


class Versioned(models.Model):
    """Holds from one edition until another; nothing is edited, it is succeeded."""

    since = models.ForeignKey(
        Edition, models.PROTECT, related_name="+", verbose_name=_("since edition")
    )
    until = models.ForeignKey(
        Edition,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("until edition"),
    )

    objects = VersionedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_ends_after_it_began",
                condition=Q(until=None) | Q(until__gt=F("since")),
                violation_error_message=_("An edition cannot end what a later one began."),
            )
        ]


class CalendarDay(Versioned):
    """A date that is not what the day of the week says."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("Holiday")
        MAKEUP_WORKDAY = "makeup_workday", _("Make-up workday")

    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    name = models.CharField(_("name"), max_length=40, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    is_provisional = models.BooleanField(_("provisional"), default=False)

    class Meta(Versioned.Meta):
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        ordering = ["date", "pk"]
        constraints = [
            *Versioned.Meta.constraints,
            models.UniqueConstraint(
                name="calendar_day_once_in_force",
                fields=["date"],
                condition=Q(until=None),
                violation_error_message=_("This date is in the calendar already."),
            ),
            models.CheckConstraint(
                name="calendar_day_is_of_a_known_kind",
                condition=Q(kind__in=["holiday", "makeup_workday"]),
                violation_error_message=_("A day is a holiday or a make-up workday."),
            ),
            models.CheckConstraint(
                name="calendar_day_is_of_these_centuries",
                condition=Q(date__range=(FIRST_DAY, LAST_DAY)),
                violation_error_message=_("A date lies between 2000 and 2199."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.get_kind_display()}"


def check_sessions(text: str) -> None:
    """As a validator: the sentence for who typed it."""
    try:
        parse_sessions(text)
    except ValueError as error:
        raise ValidationError(
            _("Write sessions as 08:00-12:00,14:00-18:00, in order, without overlap.")
        ) from error


class Hours(Versioned):
    """The sessions of working days between two dates, everywhere or in one district."""

    # Areas live above: here a district is only its code.
    district = models.CharField(
        _("district code"), max_length=12, blank=True, help_text=_("Empty: everywhere.")
    )
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("Empty: until further notice.")
    )
    sessions = models.CharField(
        _("sessions"),
        max_length=80,
        validators=[check_sessions],
        help_text=_("For example 08:00-12:00,14:00-18:00"),
    )

    class Meta(Versioned.Meta):
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        ordering = ["district", "first_on", "pk"]
        constraints = [
            *Versioned.Meta.constraints,
            models.CheckConstraint(
                name="hours_end_after_they_begin",
                condition=Q(last_on=None) | Q(last_on__gte=F("first_on")),
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(
                name="hours_are_of_these_centuries",
                condition=Q(first_on__range=(FIRST_DAY, LAST_DAY)),
                violation_error_message=_("A date lies between 2000 and 2199."),
            ),
            models.CheckConstraint(
                name="hours_have_readable_sessions",
                condition=Q(sessions__regex=rf"^{SESSIONS}(,{SESSIONS})*$"),
                violation_error_message=_(
                    "Write sessions as 08:00-12:00,14:00-18:00, in order, without overlap."
                ),
            ),
            ExclusionConstraint(
                name="hours_once_in_force",
                expressions=[
                    ("district", RangeOperators.EQUAL),
                    (
                        Func(
                            "first_on",
                            "last_on",
                            RangeBoundary(inclusive_upper=True),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(until=None),
                violation_error_message=_("These dates have working hours already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_on}–{self.last_on or ''} {self.sessions}"
