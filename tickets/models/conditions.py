"""Against what a report is filed and when it may be closed, in the words of the district."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grids.models import Area
from tickets.models.rule import Category

if TYPE_CHECKING:
    from datetime import datetime

USER = settings.AUTH_USER_MODEL


class CategoryTermsQuerySet(models.QuerySet["CategoryTerms"]):
    def in_force(self) -> CategoryTermsQuerySet:
        return self.filter(valid_to=None)

    def at(self, moment: datetime) -> CategoryTermsQuerySet:
        """What held at this moment: a ticket is judged by what was asked for when it was filed."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=moment), valid_from__lte=moment)

    def first_for(self, category: int, district: int) -> CategoryTerms | None:
        """The district's own before what holds everywhere."""
        found = self.filter(Q(area=None) | Q(area=district), category=category)
        return found.order_by(F("area").desc(nulls_last=True)).first()


class CategoryTerms(models.Model):
    """The filing and the closing condition of a category; never edited, ended by its successor."""

    category = models.ForeignKey(
        Category, models.PROTECT, related_name="terms", verbose_name=_("category"), db_index=False
    )
    area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("district")
    )
    filing = models.TextField(_("filing condition"), blank=True, max_length=1000)
    closing = models.TextField(_("closing condition"), blank=True, max_length=1000)
    checks_first = models.BooleanField(_("looked at before it is routed"), default=False)
    wants_after_photo = models.BooleanField(_("wants an after-photo"), default=False)
    reason = models.CharField(_("reason"), max_length=200)
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid to"), null=True, blank=True)
    created_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    ended_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")

    objects = CategoryTermsQuerySet.as_manager()

    class Meta:
        verbose_name = _("conditions of a category")
        verbose_name_plural = _("conditions of categories")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["category", "area"],
                condition=Q(valid_to=None),
                nulls_distinct=False,
                name="terms_one_in_force",
                violation_error_message=_("Conditions for this are in force."),
            ),
            models.CheckConstraint(
                name="terms_say_something",
                condition=~Q(filing="")
                | ~Q(closing="")
                | Q(checks_first=True)
                | Q(wants_after_photo=True),
                violation_error_message=_("Write at least one condition."),
            ),
            models.CheckConstraint(
                name="terms_end_after_they_begin",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("Conditions end after they begin."),
            ),
        ]
        indexes = [models.Index(fields=["category", "area", "valid_from"], name="terms_at")]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        return f"K-{self.pk:04d}"

    @property
    def content(self) -> tuple[str, str, bool, bool]:
        return self.filing, self.closing, self.checks_first, self.wants_after_photo


class HeldToTerms:
    """What a ticket is held to: the conditions of the day on which it was filed."""

    category_id: int
    district_id: int
    filed_at: datetime
    whistle_kind: str

    @cached_property
    def terms(self) -> CategoryTerms | None:
        """None: none were written then."""
        held = CategoryTerms.objects.at(self.filed_at)
        return held.first_for(self.category_id, self.district_id)

    @property
    def wants_after_photo(self) -> bool:
        """A whistle always does; a report where the conditions of its category say so."""
        return bool(self.whistle_kind or (self.terms and self.terms.wants_after_photo))
