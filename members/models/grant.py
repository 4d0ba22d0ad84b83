"""Grants of duty (赋权): a body may do something, somewhere, for a time. Never who may read what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core import clock
from govgrid.core.constraints import both_or_neither
from grids.models import Area, Organisation
from members.models.association import Association
from members.models.member import Member
from members.workflow.grants import DutyLevel, GrantState, Matter, state_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User

USER = settings.AUTH_USER_MODEL


class _Days(Func):
    """The days of a grant with the first and the last."""

    function = "daterange"
    output_field = DateRangeField()


class GrantQuerySet(models.QuerySet["Grant"]):
    def standing(self) -> GrantQuerySet:
        """Neither revoked nor declined."""
        return self.filter(revoked_at=None, declined_at=None)

    def in_force(self, on: date | None = None) -> GrantQuerySet:
        day = on or clock.today()
        return self.standing().filter(
            accepted_at__isnull=False, starts_on__lte=day, ends_on__gte=day
        )

    def public(self) -> GrantQuerySet:
        """The register: whatever was accepted, also when it is over."""
        return self.filter(accepted_at__isnull=False)

    def waiting(self) -> GrantQuerySet:
        return self.standing().filter(accepted_at=None, ends_on__gte=clock.today())

    def represented_by(self, user: User | AnonymousUser) -> GrantQuerySet:
        return self.filter(representative__user_id=user.pk)

    def for_lists(self) -> GrantQuerySet:
        return self.select_related("organisation", "association", "representative", "area")


class Grant(models.Model):
    """Held by a body. Who represents it is named only if the public sees him on the roster.

    Nothing before it is accepted, for a year at most, and it ends by itself. No permission of
    anybody is read from here.
    """

    number = models.CharField(_("number"), max_length=12, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=pgettext_lazy("grant", "organisation"),
    )  # fmt: skip
    association = models.ForeignKey(
        Association, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("association"),
    )  # fmt: skip
    unit = models.CharField(_("other unit"), max_length=80, blank=True)
    # No person is ever linked to an association: one of those accepts on paper.
    representative = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("representative"),
    )  # fmt: skip
    matter = models.CharField(_("matter"), max_length=12, choices=Matter)
    level = models.CharField(_("level"), max_length=10, choices=DutyLevel)
    text = models.TextField(_("what exactly"), max_length=1000)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    document = models.CharField(_("granting document"), max_length=60)
    document_on = models.DateField(_("date of the document"))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    granted_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    granted_at = models.DateTimeField(_("granted at"), default=clock.now)
    accepted_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    accepted_at = models.DateTimeField(pgettext_lazy("grant", "accepted at"), null=True, blank=True)
    accepted_paper = models.CharField(_("accepted on paper"), max_length=120, blank=True)
    declined_at = models.DateTimeField(_("declined at"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_reason = models.CharField(_("why it was revoked"), max_length=300, blank=True)
    renews = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="renewed_by",
        verbose_name=_("renews"),
    )  # fmt: skip
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant of duty")
        verbose_name_plural = _("grants of duty")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="grant_has_one_holder",
                condition=Q(organisation__isnull=False, association=None, unit="")
                | Q(organisation=None, association__isnull=False, unit="")
                | Q(organisation=None, association=None) & ~Q(unit=""),
                violation_error_message=_("Name one holder."),
            ),
            models.CheckConstraint(
                name="grant_names_nobody_of_an_association",
                condition=Q(association=None) | Q(representative=None),
                violation_error_message=_("No person is linked to an association."),
            ),
            models.CheckConstraint(
                name="grant_says_what",
                condition=~Q(text="") & ~Q(document=""),
                violation_error_message=_("Say what exactly is granted, and by which document."),
            ),
            models.CheckConstraint(
                name="grant_ends_after_it_begins",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The last day comes after the first."),
            ),
            models.CheckConstraint(
                name="grant_366_days_at_most",
                condition=Q(ends_on__lte=F("starts_on") + timedelta(days=365)),
                violation_error_message=_("A grant is for 366 days at most."),
            ),
            models.CheckConstraint(
                name="grant_revoked_says_why",
                condition=Q(revoked_at=None, revoked_by=None, revoked_reason="")
                | Q(revoked_at__isnull=False, revoked_by__isnull=False) & ~Q(revoked_reason=""),
                violation_error_message=_("Say why it is revoked."),
            ),
            models.CheckConstraint(
                name="grant_accepted_or_declined",
                condition=Q(accepted_at=None) | Q(declined_at=None),
                violation_error_message=_("It was answered already."),
            ),
            both_or_neither("accepted_at", "accepted_by", name="grant_accepted_by_someone"),
            ExclusionConstraint(
                name="grant_once_at_a_time",
                expressions=[
                    (Coalesce("organisation", Value(0)), RangeOperators.EQUAL),
                    (Coalesce("association", Value(0)), RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    ("matter", RangeOperators.EQUAL),
                    ("level", RangeOperators.EQUAL),
                    ("area", RangeOperators.EQUAL),
                    (
                        _Days("starts_on", "ends_on", RangeBoundary(inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(revoked_at=None, declined_at=None),
                violation_error_message=_(
                    "This holder has the same duty in the same area in these days."
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["ends_on"], name="grant_ends"),
            models.Index(fields=["area", "-id"], name="grant_of_area"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("members:grant", args=[self.number])

    @property
    def is_accepted(self) -> bool:
        return self.accepted_at is not None

    @property
    def is_declined(self) -> bool:
        return self.declined_at is not None

    @property
    def is_revoked(self) -> bool:
        return self.revoked_at is not None

    @property
    def state(self) -> GrantState:
        return state_of(self, clock.today())

    @property
    def holder(self) -> str:
        if self.organisation is not None:
            return self.organisation.name
        return self.association.name if self.association is not None else self.unit

    @property
    def holder_key(self) -> str:
        """Where the holder's page is: of a unit that is in no register, its first grant."""
        if self.organisation_id:
            return f"o{self.organisation_id}"
        return f"a{self.association_id}" if self.association_id else f"u{self.pk}"

    @property
    def shown_representative(self) -> str:
        one = self.representative
        return one.display_name if one is not None and one.is_listed else ""

    @property
    def is_running(self) -> bool:
        return self.state == GrantState.IN_FORCE
