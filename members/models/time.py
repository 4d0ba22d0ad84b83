"""The time bank: accounts of people and of places, and entries between two of them, added only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core import clock
from grids.models import Area
from members.models.claim import Claim
from members.workflow.needs import MOST_MINUTES

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

USER = settings.AUTH_USER_MODEL


class TimeAccountQuerySet(models.QuerySet["TimeAccount"]):
    def of(self, user: User | AnonymousUser) -> TimeAccountQuerySet:
        return self.filter(user=user.pk)


class TimeAccount(models.Model):
    """A person's, or the community pool of an area. The person may be forgotten, the sums stay."""

    user = models.OneToOneField(
        USER,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("time account", "holder"),
    )
    area = models.OneToOneField(
        Area, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("community pool of"),
    )  # fmt: skip
    opened_at = models.DateTimeField(_("opened at"), default=clock.now)
    closed_at = models.DateTimeField(
        pgettext_lazy("time account", "closed at"), null=True, blank=True
    )

    objects = TimeAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("time account")
        verbose_name_plural = _("time accounts")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="time_account_of_one",
                condition=Q(user__isnull=False, area=None, closed_at=None)
                | Q(user=None, area__isnull=False, closed_at=None)
                | Q(user=None, area=None, closed_at__isnull=False),
                violation_error_message=_("An account is a person's or a pool's."),
            ),
        ]

    def __str__(self) -> str:
        # What a log carries names nobody.
        return str(self.pk)


class TimeEntry(models.Model):
    """Minutes from one account to another; a mistake has an entry that goes back. A trigger keeps it."""

    payer = models.ForeignKey(
        TimeAccount,
        models.PROTECT,
        related_name="paid",
        verbose_name=pgettext_lazy("time entry", "from"),
    )
    payee = models.ForeignKey(
        TimeAccount, models.PROTECT, related_name="received", verbose_name=_("to")
    )
    minutes = models.PositiveSmallIntegerField(pgettext_lazy("time entry", "minutes"))
    claim = models.OneToOneField(
        Claim, models.PROTECT, null=True, blank=True, related_name="time_entry",
        verbose_name=_("claim"),
    )  # fmt: skip
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by",
        verbose_name=_("takes back"),
    )  # fmt: skip
    note = models.CharField(_("note"), max_length=120)
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("time entry")
        verbose_name_plural = _("time entries")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="time_entry_between_two",
                condition=~Q(payer=F("payee")),
                violation_error_message=_("Time goes from one account to another."),
            ),
            models.CheckConstraint(
                name="time_entry_is_some_time",
                condition=Q(minutes__gte=1, minutes__lte=MOST_MINUTES),
                violation_error_message=_("An entry is of one minute to twelve hours."),
            ),
            models.CheckConstraint(
                name="time_entry_of_one_thing",
                condition=(Q(claim__isnull=False, reverses=None))
                | Q(claim=None, reverses__isnull=False),
                violation_error_message=_("An entry is of a service, or takes one back."),
            ),
            models.CheckConstraint(
                name="time_entry_says_for_what",
                condition=~Q(note=""),
                violation_error_message=_("Say what it was for."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
