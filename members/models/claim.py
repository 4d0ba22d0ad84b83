"""A member says: I can help. Of several the asker takes one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core import clock
from members.models.member import Member
from members.models.need import Need
from members.workflow.needs import (
    CONTACT_DAYS,
    GIVEN,
    MOST_MINUTES,
    STANDING,
    TAKEN_UP,
    ClaimState,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

USER = settings.AUTH_USER_MODEL


class ClaimQuerySet(models.QuerySet["Claim"]):
    def standing(self) -> ClaimQuerySet:
        return self.filter(state__in=STANDING)

    def given(self) -> ClaimQuerySet:
        return self.filter(state__in=GIVEN)

    def of(self, user: User | AnonymousUser) -> ClaimQuerySet:
        return self.filter(member__user=user.pk)

    def whole(self) -> ClaimQuerySet:
        return self.select_related("need__area", "need__specialty", "member__user")


class Claim(models.Model):
    """An offer to one need, and what came of it. The score is for the two whom it concerns."""

    need = models.ForeignKey(
        Need, models.PROTECT, related_name="claims", verbose_name=_("need"), db_index=False
    )
    # Empty once the need was erased.
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="claims",
        verbose_name=_("member"),
    )  # fmt: skip
    state = models.CharField(
        _("state"), max_length=10, choices=ClaimState, default=ClaimState.OFFERED
    )
    plan = models.CharField(_("how and when"), max_length=300, blank=True)
    offered_at = models.DateTimeField(pgettext_lazy("claim", "offered at"), default=clock.now)
    answered_at = models.DateTimeField(pgettext_lazy("claim", "answered at"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(
        pgettext_lazy("claim", "minutes"), null=True, blank=True
    )
    result = models.CharField(pgettext_lazy("claim", "what was done"), max_length=300, blank=True)
    reason = models.CharField(pgettext_lazy("claim", "reason"), max_length=300, blank=True)
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    thanks = models.CharField(_("thanks"), max_length=300, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["pk"]
        constraints = [
            # A trigger holds that nobody claims what he asked for or entered himself.
            models.UniqueConstraint(
                fields=["need"],
                condition=Q(state__in=[str(one) for one in GIVEN]),
                name="claim_one_accepted",
                violation_error_message=_("Somebody else was accepted already."),
            ),
            models.UniqueConstraint(
                fields=["need", "member"],
                condition=Q(state__in=[str(one) for one in TAKEN_UP]),
                name="claim_once_a_member",
                violation_error_message=_("You have offered already."),
            ),
            models.CheckConstraint(
                name="claim_done_says_minutes",
                condition=Q(
                    state="done",
                    done_at__isnull=False,
                    minutes__isnull=False,
                    minutes__gte=1,
                    minutes__lte=MOST_MINUTES,
                )
                | (~Q(state="done") & Q(done_at=None, minutes=None)),
                violation_error_message=_("Say how many minutes it took."),
            ),
            models.CheckConstraint(
                name="claim_scored_when_done",
                condition=Q(score=None) | Q(state="done", score__gte=1, score__lte=5),
                violation_error_message=_("A score is 1 to 5, of what was done."),
            ),
            models.CheckConstraint(
                name="claim_not_offered_was_answered",
                condition=Q(state="offered", answered_at=None)
                | (~Q(state="offered") & Q(answered_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["need", "id"], name="claim_of_need")]

    def __str__(self) -> str:
        return f"{self.need_id}/{self.pk}"

    @property
    def is_given(self) -> bool:
        return self.state in GIVEN

    def shows_contacts(self, at: datetime) -> bool:
        """From the acceptance until 30 days after the need is over."""
        ended = self.need.ended_at
        return self.is_given and (ended is None or at < ended + timedelta(days=CONTACT_DAYS))
