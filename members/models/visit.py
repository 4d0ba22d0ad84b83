"""Calls on members: only on who agreed to them or asked for one, and never why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core import clock
from members.models.member import Member

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

USER = settings.AUTH_USER_MODEL


class VisitWish(models.Model):
    """A member asks to be called on, once. It ends with the call, or when he takes it back."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="visit_wishes")
    asked_at = models.DateTimeField(pgettext_lazy("visit", "asked at"), default=clock.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("wish for a visit")
        verbose_name_plural = _("wishes for visits")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(ended_at=None),
                name="visit_wish_one_open",
                violation_error_message=_("You asked for a visit already."),
            ),
        ]

    def __str__(self) -> str:
        return f"wish {self.pk}"


class VisitQuerySet(models.QuerySet["Visit"]):
    def of(self, user: User | AnonymousUser) -> VisitQuerySet:
        return self.filter(member__user_id=user.pk)


class Visit(models.Model):
    """A day, who called, and whether help was asked for. No word of what was talked about.

    A trigger holds that the member welcomes visits, or had asked for one.
    """

    member = models.ForeignKey(Member, models.CASCADE, related_name="visits")
    on = models.DateField(_("day"))
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("who called"))
    asks_help = models.BooleanField(_("asked for help"), default=False)
    entered_at = models.DateTimeField(pgettext_lazy("visit", "entered at"), default=clock.now)
    expires_on = models.DateField(_("erased on"))

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "on"],
                name="visit_once_a_day",
                violation_error_message=_("This visit is entered already."),
            ),
            models.CheckConstraint(
                name="visit_is_erased",
                condition=Q(expires_on__gt=F("on")),
                violation_error_message=_("A visit is erased after twelve months."),
            ),
        ]
        indexes = [models.Index(fields=["expires_on"], name="visit_to_erase")]

    def __str__(self) -> str:
        return f"visit {self.pk}"
