"""Covenants: what residents or owners agreed to keep to, in numbered versions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models.ballot import Ballot
from consultations.models.platform import Platform
from consultations.models.topic import Topic
from consultations.workflow.ballots import CovenantKind, CovenantState
from govgrid.core import clock
from govgrid.core.constraints import both_or_neither
from grids.models import Area, Compound

USER = settings.AUTH_USER_MODEL
S = CovenantState


def _who(*, blank: bool = True) -> models.ForeignKey:
    return models.ForeignKey(
        USER, models.PROTECT, null=blank, blank=blank, related_name="+", db_index=False
    )


class CovenantQuerySet(models.QuerySet["Covenant"]):
    def public(self) -> CovenantQuerySet:
        """What is talked over is read by all whom it is to bind; what was dropped is not."""
        return self.exclude(state=S.DROPPED)

    def same_as(self, one: Covenant) -> CovenantQuerySet:
        """All versions of one covenant: this place, this kind."""
        return self.filter(area=one.area_id, compound=one.compound_id, kind=one.kind)


class Covenant(models.Model):
    """One version. In force it is by a passed ballot of its own place, one of a kind at a time."""

    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="covenants", verbose_name=_("platform")
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))
    compound = models.ForeignKey(
        Compound, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("compound"),
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=9, choices=CovenantKind)
    number = models.PositiveSmallIntegerField(_("version"))
    title = models.CharField(pgettext_lazy("covenant", "title"), max_length=80)
    rationale = models.TextField(_("why it is needed"), max_length=4000, blank=True)
    topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, related_name="covenants",
        verbose_name=_("topic"), db_index=False,
    )  # fmt: skip
    ballot = models.OneToOneField(
        Ballot, models.PROTECT, null=True, blank=True, related_name="covenant",
        verbose_name=_("ballot"),
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=8, choices=S, default=S.DRAFT)
    drafted_by = _who(blank=False)
    drafted_at = models.DateTimeField(_("drafted at"), default=clock.now)
    legal_check = models.TextField(_("legal check"), max_length=4000, blank=True)
    checked_by = _who()
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    in_force_from = models.DateField(_("in force from"), null=True, blank=True)
    ended_on = models.DateField(_("in force until"), null=True, blank=True)
    filed_at = models.DateTimeField(_("filed at"), null=True, blank=True)
    filed_by = _who()
    filing_note = models.CharField(_("filed as"), max_length=120, blank=True)

    objects = CovenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("covenant")
        verbose_name_plural = _("covenants")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "compound", "kind", "number"], nulls_distinct=False,
                name="covenant_version_once",
                violation_error_message=_("This version is there already."),
            ),
            models.UniqueConstraint(
                fields=["area", "compound", "kind"], condition=Q(state="in_force"),
                nulls_distinct=False, name="covenant_one_in_force",
                violation_error_message=_("One covenant of a kind is in force at a place."),
            ),
            models.UniqueConstraint(
                fields=["area", "compound", "kind"], condition=Q(state__in=["draft", "voting"]),
                nulls_distinct=False, name="covenant_one_in_the_making",
                violation_error_message=_("A new version of it is in the making already."),
            ),
            models.CheckConstraint(
                name="covenant_has_a_title",
                condition=~Q(title=""),
                violation_error_message=_("Give it a title."),
            ),
            models.CheckConstraint(
                name="covenant_of_a_compound_names_it",
                condition=Q(kind="compound", compound__isnull=False)
                | (~Q(kind="compound") & Q(compound=None)),
                violation_error_message=_("The rules of a compound name it, others do not."),
            ),
            models.CheckConstraint(
                name="covenant_in_force_was_voted",
                condition=~Q(state__in=["in_force", "replaced"])
                | (Q(ballot__isnull=False, in_force_from__isnull=False) & ~Q(legal_check="")),
                violation_error_message=_(
                    "It comes into force by a ballot that passed and with a legal check."
                ),
            ),
            models.CheckConstraint(
                name="covenant_checked_before_the_vote",
                condition=~Q(state="voting") | (Q(ballot__isnull=False) & ~Q(legal_check="")),
                violation_error_message=_("It is checked by law before it is put to the vote."),
            ),
            models.CheckConstraint(
                name="covenant_ends_after_it_began",
                condition=Q(ended_on=None) | Q(ended_on__gte=F("in_force_from")),
                violation_error_message=_("It ends after it began."),
            ),
            both_or_neither("checked_at", "checked_by", name="covenant_checked_by_someone"),
            both_or_neither("filed_at", "filed_by", name="covenant_filed_by_someone"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.title} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("consultations:covenant", args=[self.pk])

    @property
    def place(self) -> str:
        return self.compound.name if self.compound else self.area.name


class Clause(models.Model):
    """One clause; as it stood when the covenant was put to the vote, for ever."""

    covenant = models.ForeignKey(Covenant, models.PROTECT, related_name="clauses", db_index=False)
    position = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("text"), max_length=2000)

    class Meta:
        verbose_name = _("clause")
        verbose_name_plural = _("clauses")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["covenant", "position"], name="clause_in_one_order",
                violation_error_message=_("This number is taken."),
            ),
            models.CheckConstraint(
                name="clause_has_words",
                condition=~Q(text=""),
                violation_error_message=_("Write the clause."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.position}. {self.text[:40]}"


class ClauseComment(models.Model):
    """What somebody says of a clause; who said it is not shown. It keeps the words it was said of."""

    covenant = models.ForeignKey(Covenant, models.PROTECT, related_name="comments", db_index=False)
    position = models.PositiveSmallIntegerField(_("clause"))
    # As the clause read then: a draft is worded anew.
    said_of = models.TextField(max_length=2000)
    body = models.CharField(_("comment"), max_length=500)
    author = _who(blank=False)
    at = models.DateTimeField(_("when"), default=clock.now)
    hidden_at = models.DateTimeField(_("hidden at"), null=True, blank=True)
    hidden_by = _who()
    hidden_reason = models.CharField(_("why it was hidden"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("comment on a clause")
        verbose_name_plural = _("comments on clauses")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="clause_comment_says_something",
                condition=~Q(body=""),
                violation_error_message=_("Write something."),
            ),
            models.CheckConstraint(
                name="clause_comment_hidden_for_a_reason",
                condition=Q(hidden_at=None, hidden_by=None, hidden_reason="")
                | (Q(hidden_at__isnull=False, hidden_by__isnull=False) & ~Q(hidden_reason="")),
                violation_error_message=_("Say why it is hidden."),
            ),
        ]
        indexes = [models.Index(fields=["covenant", "position", "id"], name="clause_comment")]

    def __str__(self) -> str:
        return f"{self.covenant_id} {self.position}"
