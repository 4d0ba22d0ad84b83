"""A member of the roster: what the person gave it, readable by who serves the roster within reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core import clock
from govgrid.core.constraints import both_or_neither
from govgrid.privacy.models import Consent, Notice
from grids.models import Area
from members.models.batch import Batch
from members.models.specialty import Specialty
from members.models.station import Station
from members.workflow.roster import HELD, NEEDED, ON_ROSTER, MemberState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

USER = settings.AUTH_USER_MODEL


def _newer_notices() -> models.QuerySet[Notice]:
    """Published since, and asking for something else than the member agreed to."""
    return Notice.objects.filter(
        key=NEEDED,
        asks_again=True,
        published_at__isnull=False,
        version__gt=OuterRef("consent__notice__version"),
    )


class MemberQuerySet(models.QuerySet["Member"]):
    def on_roster(self) -> MemberQuerySet:
        return self.filter(state__in=ON_ROSTER)

    def active(self) -> MemberQuerySet:
        return self.filter(state=MemberState.ACTIVE)

    def fresh(self) -> MemberQuerySet:
        """Without those whose consent is to less than is asked for today: masked until renewed."""
        return self.exclude(Exists(_newer_notices()))

    def stale(self) -> MemberQuerySet:
        return self.filter(Exists(_newer_notices()), state__in=ON_ROSTER)

    def listed(self) -> MemberQuerySet:
        """Whom the public sees, by display name and specialty."""
        return self.filter(state=MemberState.ACTIVE, is_listed=True).fresh()

    def of(self, user: User | AnonymousUser) -> MemberQuerySet:
        return self.filter(user_id=user.pk)

    def for_lists(self) -> MemberQuerySet:
        return self.select_related("area", "station").prefetch_related("specialties")


class Member(models.Model):
    """The first tier: given under the roster consent. What is sealed is in ``Sealed``.

    No birthday, no address, no number of a document, no picture; no score and no rank.
    """

    user = models.OneToOneField(
        USER, models.PROTECT, related_name="member", verbose_name=_("person")
    )
    serial = models.CharField(_("roster number"), max_length=16, unique=True, editable=False)
    # The two names: the person's for the roster, and the one the public may see.
    name = models.CharField(pgettext_lazy("person", "name"), max_length=60)
    # 曾 sorts under zeng: the person says how the name is spelt where the table does not know.
    pinyin = models.CharField(_("spelt in pinyin"), max_length=120, blank=True)
    display_name = models.CharField(_("shown as"), max_length=40)
    organisation = models.CharField(
        pgettext_lazy("member", "organisation"), max_length=80, blank=True
    )
    public_post = models.CharField(_("public post"), max_length=80, blank=True)
    work_phone = models.CharField(_("work phone"), max_length=30, blank=True)
    area = models.ForeignKey(
        Area, models.PROTECT, related_name="members", verbose_name=_("area served")
    )
    station = models.ForeignKey(
        Station, models.PROTECT, null=True, blank=True, related_name="members",
        verbose_name=_("station"),
    )  # fmt: skip
    specialties = models.ManyToManyField(
        Specialty, related_name="members", blank=True, verbose_name=_("specialties")
    )
    offer = models.TextField(_("what I offer"), max_length=500, blank=True)
    is_listed = models.BooleanField(_("shown to the public"), default=False)
    takes_suggestions = models.BooleanField(_("needs may be suggested to me"), default=True)
    welcomes_visits = models.BooleanField(_("please call on me at festivals"), default=False)
    state = models.CharField(
        _("state"), max_length=10, choices=MemberState, default=MemberState.APPLIED
    )
    consent = models.ForeignKey(
        Consent, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("consent")
    )
    batch = models.ForeignKey(
        Batch, models.PROTECT, null=True, blank=True, related_name="members",
        verbose_name=_("recruiting batch"),
    )  # fmt: skip
    applied_at = models.DateTimeField(_("applied at"), default=clock.now)
    decided_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_reason = models.CharField(pgettext_lazy("member", "reason"), max_length=300, blank=True)
    # Asked again whether all of it still holds.
    review_on = models.DateField(_("to be reviewed on"), null=True, blank=True)
    left_at = models.DateTimeField(_("left at"), null=True, blank=True)
    erase_on = models.DateField(_("erased on"), null=True, blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("roster", "member")
        verbose_name_plural = pgettext_lazy("roster", "members")
        ordering = ["pk"]
        constraints = [
            # A trigger holds that the consent is the person's own, to the roster, and live.
            models.CheckConstraint(
                name="member_held_by_consent",
                condition=~Q(state__in=[str(one) for one in HELD]) | Q(consent__isnull=False),
                violation_error_message=_("Nobody is on the roster without a consent."),
            ),
            models.CheckConstraint(
                name="member_listed_is_active",
                condition=Q(is_listed=False) | Q(state="active"),
                violation_error_message=_("Only an active member is shown to the public."),
            ),
            models.CheckConstraint(
                name="member_who_left_says_when",
                condition=Q(state__in=["left", "declined"], erase_on__isnull=False)
                | (~Q(state__in=["left", "declined"]) & Q(left_at=None, erase_on=None)),
                violation_error_message=_("What is over has a day on which it is erased."),
            ),
            models.CheckConstraint(
                name="member_declined_says_why",
                condition=~Q(state="declined") | ~Q(decided_reason=""),
                violation_error_message=_("Say why."),
            ),
            models.CheckConstraint(
                name="member_decided_by_another",
                condition=Q(decided_by=None) | ~Q(decided_by=F("user")),
                violation_error_message=_("Nobody decides on himself."),
            ),
            models.CheckConstraint(
                name="member_on_the_roster_has_a_name",
                condition=~Q(state__in=[str(one) for one in HELD])
                | (~Q(name="") & ~Q(display_name="")),
                violation_error_message=_("A member has a name."),
            ),
            both_or_neither("decided_by", "decided_at", name="member_decided_by_someone"),
        ]
        indexes = [
            models.Index(fields=["state", "area"], name="member_of_area"),
            models.Index(fields=["review_on"], name="member_to_review"),
            models.Index(
                fields=["erase_on"], condition=Q(erase_on__isnull=False), name="member_to_erase"
            ),
        ]

    def __str__(self) -> str:
        # What a log or a message carries names nobody.
        return self.serial

    def get_absolute_url(self) -> str:
        return reverse("members:member", args=[self.serial])

    @property
    def is_stale(self) -> bool:
        """Whether what is asked for has changed since the person agreed."""
        return Member.objects.stale().filter(pk=self.pk).exists()
