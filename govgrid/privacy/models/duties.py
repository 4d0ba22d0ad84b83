"""What whoever holds data owes beforehand: an assessment, and who else works on it."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core import clock


class ImpactAssessmentQuerySet(models.QuerySet["ImpactAssessment"]):
    def in_force(self, on: date | None = None) -> Self:
        day = on or clock.today()
        return self.filter(signed_on__lte=day, review_on__gt=day)


class ImpactAssessment(models.Model):
    """One use of data was weighed before it began, on the form of docs/privacy-impact.md."""

    # "members", or the key of a notice.
    scope = models.SlugField(_("what was assessed"), max_length=60)
    signed_on = models.DateField(_("signed on"))
    signed_by_name = models.CharField(
        _("signed by"), max_length=100, help_text=_("The office and the post.")
    )
    document_hash = models.CharField(
        _("SHA-256 of the signed document"), max_length=64, help_text=_("64 digits 0-9 a-f.")
    )
    review_on = models.DateField(_("to be reviewed by"))

    objects = ImpactAssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("impact assessment")
        verbose_name_plural = _("impact assessments")
        ordering = ["-signed_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="assessment_reviewed_later",
                condition=Q(review_on__gt=F("signed_on")),
                violation_error_message=_("It is reviewed on a day after it was signed."),
            ),
            models.CheckConstraint(
                name="assessment_names_a_document",
                condition=Q(document_hash__regex=r"^[0-9a-f]{64}$"),
                violation_error_message=_("The digest is 64 digits 0-9 a-f."),
            ),
            models.UniqueConstraint(
                fields=["scope", "signed_on"],
                name="assessment_once_a_day",
                violation_error_message=_("There is such an assessment."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} ({self.signed_on})"


class ProcessorQuerySet(models.QuerySet["Processor"]):
    def current(self, on: date | None = None) -> Self:
        day = on or clock.today()
        return self.filter(Q(until=None) | Q(until__gte=day), contract_on__lte=day)


class Processor(models.Model):
    """Who works on data for us by contract, and what he is given: everybody may read it."""

    name = models.CharField(pgettext_lazy("processor", "who"), max_length=200)
    service = models.CharField(pgettext_lazy("processor", "for what"), max_length=200)
    contract_on = models.DateField(_("contract of"))
    until = models.DateField(pgettext_lazy("processor", "until"), null=True, blank=True)
    payload = models.CharField(
        _("what he is given"), max_length=300,
        help_text=_("Of sealed text never more than the number that a message goes to."),
    )  # fmt: skip

    objects = ProcessorQuerySet.as_manager()

    class Meta:
        verbose_name = _("processor")
        verbose_name_plural = _("processors")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="processor_ends_later",
                condition=Q(until=None) | Q(until__gte=F("contract_on")),
                violation_error_message=_("It ends on a day after it began."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
