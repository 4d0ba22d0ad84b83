"""雷锋超市: things that are given as thanks, each against a print-out that its holder made himself."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core import clock
from grids.models import Area
from members.models.time import TimeAccount

USER = settings.AUTH_USER_MODEL


class Statement(models.Model):
    """What the holder printed: the hours of that day and a code. One a month, used up by one gift.

    The hours on it are never less for it: they are no money.
    """

    account = models.ForeignKey(
        TimeAccount, models.PROTECT, related_name="statements", verbose_name=_("account"),
        db_index=False,
    )  # fmt: skip
    code = models.CharField(pgettext_lazy("statement", "code"), max_length=16, unique=True)
    minutes = models.PositiveIntegerField(pgettext_lazy("statement", "minutes"))
    month = models.DateField(_("month"))
    made_at = models.DateTimeField(pgettext_lazy("statement", "made at"), default=clock.now)
    expires_on = models.DateField(_("holds until"))

    class Meta:
        verbose_name = _("statement of time")
        verbose_name_plural = _("statements of time")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "month"],
                name="statement_once_a_month",
                violation_error_message=_("You have printed one this month."),
            ),
            models.CheckConstraint(
                name="statement_of_some_time",
                condition=Q(minutes__gte=1),
                violation_error_message=_("There is nothing to print yet."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Gift(models.Model):
    """What a shop has to give. It has no price: how many are left is all that is counted."""

    name = models.CharField(pgettext_lazy("thing", "name"), max_length=60)
    about = models.CharField(_("about it"), max_length=200, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    place = models.CharField(_("where it is given"), max_length=120)
    left = models.PositiveIntegerField(_("how many are left"))
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    ended_at = models.DateTimeField(
        pgettext_lazy("gift", "not given any more since"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="gift_has_words",
                condition=~Q(name="") & ~Q(place=""),
                violation_error_message=_("A gift has a name and a place where it is given."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GiftIssue(models.Model):
    """One was given against one print-out. Who it was stands nowhere here."""

    gift = models.ForeignKey(Gift, models.PROTECT, related_name="issues", verbose_name=_("gift"))
    statement = models.OneToOneField(
        Statement, models.PROTECT, related_name="issue", verbose_name=_("statement of time")
    )
    given_at = models.DateTimeField(pgettext_lazy("gift", "given at"), default=clock.now)
    given_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("gift given")
        verbose_name_plural = _("gifts given")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.pk)
