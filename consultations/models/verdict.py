"""Now, later or not at all: the same columns and checks for a topic and for a suggestion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.workflow import REASONS_OF, Verdict, VerdictReason
from grids.models import Department


class Judged(models.Model):
    """A verdict with what it must carry; empty until it is given, in one transaction."""

    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict, blank=True)
    verdict_code = models.CharField(_("reason"), max_length=20, choices=VerdictReason, blank=True)
    verdict_reason = models.TextField(_("reason in words"), max_length=1000, blank=True)
    revisit_on = models.DateField(_("looked at again on"), null=True, blank=True)
    must_change = models.CharField(_("what must change first"), max_length=300, blank=True)
    watched_by = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("watched by"),
    )
    legal_basis = models.CharField(_("rule by which it cannot be done"), max_length=300, blank=True)
    alternative = models.CharField(_("what is offered instead"), max_length=300, blank=True)

    class Meta:
        abstract = True


def checks(
    name: str,
    reasons_of: Mapping[Verdict, Sequence[VerdictReason]] = REASONS_OF,
    speaks_for_itself: Q | None = None,
) -> list[models.CheckConstraint]:
    """What a verdict must carry, for the table whose constraints begin with ``name``.

    ``speaks_for_itself``: rows that need no words beside the reason that was chosen.
    """
    has_words = Q(verdict="") | ~Q(verdict_reason="")
    if speaks_for_itself is not None:
        has_words |= speaks_for_itself
    names_a_rule = ~Q(verdict="cannot") | ~Q(legal_basis="")
    if VerdictReason.OTHER_WAY in reasons_of[Verdict.CANNOT]:
        names_a_rule |= Q(verdict_code=VerdictReason.OTHER_WAY)
    fitting = Q(verdict="", verdict_code="")
    for verdict, reasons in reasons_of.items():
        fitting |= Q(verdict=verdict, verdict_code__in=list(reasons))
    return [
        models.CheckConstraint(
            name=f"{name}_verdict_has_its_reason",
            condition=fitting & has_words,
            violation_error_message=_("A verdict gives a reason that goes with it, in words too."),
        ),
        models.CheckConstraint(
            name=f"{name}_later_has_a_day",
            condition=~Q(verdict="later") | Q(revisit_on__isnull=False) & ~Q(must_change=""),
            violation_error_message=_("Later means on which day, and what must change before it."),
        ),
        models.CheckConstraint(
            name=f"{name}_cannot_names_a_rule",
            condition=names_a_rule,
            violation_error_message=_("What cannot be done names the rule that forbids it."),
        ),
    ]
