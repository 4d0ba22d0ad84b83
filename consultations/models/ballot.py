"""Ballots: the question and its rules, who may vote, the votes, and the keys of secret ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models.platform import Platform
from consultations.models.residency import Residency
from consultations.models.topic import Topic
from consultations.workflow.ballots import (
    VOTING,
    BallotKind,
    BallotState,
    Basis,
    Channel,
    CountBy,
    Formula,
    Share,
)
from govgrid.core import clock
from govgrid.core.constraints import both_or_neither
from govgrid.privacy.fields import SealedTextField
from grids.models import Area, Compound

if TYPE_CHECKING:
    from datetime import datetime

USER = settings.AUTH_USER_MODEL
S = BallotState
# Once a ballot is announced none of these changes any more.
RULES = (
    *("platform", "topic", "question", "about", "options", "kind", "max_choices", "area"),
    *("compound", "basis", "count_by", "is_secret", "by_scrutineers", "quorum", "pass_share"),
    *("opens_at", "closes_at", "entitled", "entitled_area", "asked_by"),
)


def _who(*, blank: bool = True) -> models.ForeignKey:
    return models.ForeignKey(
        USER, models.PROTECT, null=blank, blank=blank, related_name="+", db_index=False
    )


class BallotQuerySet(models.QuerySet["Ballot"]):
    def public(self) -> BallotQuerySet:
        return self.exclude(state=S.DRAFT)

    def waited_for(self) -> BallotQuerySet:
        """Announced, and neither counted nor called off."""
        return self.filter(state__in=(S.ANNOUNCED, S.OPEN, S.CLOSED))


class Ballot(models.Model):
    """One question put to the vote. Its rules are frozen by a trigger once it is announced."""

    platform = models.ForeignKey(
        Platform, models.PROTECT, related_name="ballots", verbose_name=_("platform"),
        db_index=False,
    )  # fmt: skip
    topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, related_name="ballots",
        verbose_name=_("topic"),
    )  # fmt: skip
    question = models.CharField(pgettext_lazy("ballot", "question"), max_length=200)
    about = models.TextField(_("what it is about"), max_length=4000, blank=True)
    options = ArrayField(models.CharField(max_length=80), verbose_name=_("options"))
    kind = models.CharField(_("kind"), max_length=8, choices=BallotKind)
    max_choices = models.PositiveSmallIntegerField(_("at most"), default=1)
    area = models.ForeignKey(
        Area, models.PROTECT, related_name="+", verbose_name=_("area"), db_index=False
    )
    compound = models.ForeignKey(
        Compound, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("compound"), db_index=False,
    )  # fmt: skip
    basis = models.CharField(_("who may vote"), max_length=9, choices=Basis)
    count_by = models.CharField(_("counted"), max_length=9, choices=CountBy)
    is_secret = models.BooleanField(_("secret"), default=False)
    by_scrutineers = models.BooleanField(_("two scrutineers hold the key"), default=False)
    quorum = models.CharField(
        _("must take part, of all"), max_length=14, choices=Share, default=Share.OVER_HALF
    )
    pass_share = models.CharField(
        _("must agree, of those who take part"), max_length=14, choices=Share,
        default=Share.OVER_HALF,
    )  # fmt: skip
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    # How many might vote: heads or households, and hundredths of a square metre.
    entitled = models.PositiveIntegerField(_("entitled"), default=0)
    entitled_area = models.PositiveBigIntegerField(_("floor area of all"), default=0)
    asked_by = _who(blank=False)
    asked_at = models.DateTimeField(_("drafted at"), default=clock.now)
    state = models.CharField(_("state"), max_length=9, choices=S, default=S.DRAFT)
    announced_at = models.DateTimeField(_("announced at"), null=True, blank=True)
    counted_at = models.DateTimeField(_("counted at"), null=True, blank=True)
    counted_by = _who()
    # As ``ballots.result`` reads it; of whom never.
    tally = models.JSONField(_("result"), null=True, blank=True)
    receipts = ArrayField(models.CharField(max_length=20), default=list, verbose_name=_("receipts"))
    is_passed = models.BooleanField(_("passed"), null=True, blank=True)
    voided_at = models.DateTimeField(_("called off at"), null=True, blank=True)
    voided_by = _who()
    void_reason = models.CharField(_("why it was called off"), max_length=300, blank=True)

    objects = BallotQuerySet.as_manager()

    class Meta:
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="ballot_asks_something",
                condition=~Q(question="") & Q(options__len__gte=2, options__len__lte=12),
                violation_error_message=_("It asks a question with 2 to 12 options."),
            ),
            models.CheckConstraint(
                name="ballot_choices_are_possible",
                condition=Q(max_choices=1)
                | Q(kind="choice", max_choices__gte=1, max_choices__lt=F("options__len")),
                violation_error_message=_("So many cannot be chosen."),
            ),
            models.CheckConstraint(
                name="ballot_closes_after_it_opens",
                condition=Q(closes_at__gt=F("opens_at")),
                violation_error_message=_("It closes after it opens."),
            ),
            # A floor area tells which flat it is.
            models.CheckConstraint(
                name="ballot_by_area_is_open",
                condition=~Q(count_by="area") | Q(is_secret=False, basis="list"),
                violation_error_message=_(
                    "Counted by floor area it is not secret, and by a list: an area tells the flat."
                ),
            ),
            models.CheckConstraint(
                name="ballot_scrutineers_of_secret_ones",
                condition=Q(by_scrutineers=False) | Q(is_secret=True),
                violation_error_message=_("Only a secret ballot has a key."),
            ),
            models.CheckConstraint(
                name="ballot_counted_has_a_result",
                condition=Q(state="counted", tally__isnull=False, is_passed__isnull=False)
                | (~Q(state="counted") & Q(tally=None, is_passed=None, receipts=[])),
                violation_error_message=_("A result is there once it was counted, and not before."),
            ),
            models.CheckConstraint(
                name="ballot_counted_by_another",
                condition=Q(counted_by=None) | ~Q(counted_by=F("asked_by")),
                violation_error_message=_("Who asked the question does not count the votes."),
            ),
            models.CheckConstraint(
                name="ballot_void_for_a_reason",
                condition=Q(state="void", voided_at__isnull=False) & ~Q(void_reason="")
                | (~Q(state="void") & Q(voided_at=None, void_reason="")),
                violation_error_message=_("Say why it is called off."),
            ),
            both_or_neither("counted_at", "counted_by", name="ballot_counted_by_someone"),
            both_or_neither("voided_at", "voided_by", name="ballot_void_by_someone"),
        ]
        indexes = [
            models.Index(fields=["platform", "-id"], name="ballot_platform"),
            models.Index(
                fields=["state", "closes_at"],
                condition=Q(state__in=["announced", "open"]),
                name="ballot_clock",
            ),
        ]

    def __str__(self) -> str:
        return self.question

    def get_absolute_url(self) -> str:
        return reverse("consultations:ballot", args=[self.pk])

    @property
    def is_public(self) -> bool:
        return self.state != S.DRAFT

    def takes_votes(self, at: datetime) -> bool:
        return self.state in VOTING and self.opens_at <= at < self.closes_at

    @property
    def formula(self) -> Formula:
        return Formula(
            len(self.options), self.kind, self.max_choices, self.count_by, self.quorum,
            self.pass_share, self.entitled, self.entitled_area,
        )  # fmt: skip

    @property
    def numbered_options(self) -> list[tuple[int, str]]:
        return list(enumerate(self.options, start=1))


class BallotKey(models.Model):
    """What the slips of a secret ballot are sealed to. The private half is here only where the
    platform holds it, sealed, and only until the count."""

    class Made(models.TextChoices):
        BROWSER = "browser", _("in the scrutineer's browser")
        SERVER = "server", _("on the server")

    ballot = models.ForeignKey(Ballot, models.PROTECT, related_name="keys")
    position = models.PositiveSmallIntegerField()
    holder = _who()
    public = models.CharField(max_length=44)
    private = SealedTextField(null=True)
    made = models.CharField(max_length=7, choices=Made)

    class Meta:
        verbose_name = _("key of a ballot")
        verbose_name_plural = _("keys of ballots")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["ballot", "position"], name="ballot_key_in_order",
                violation_error_message=_("There are two keys at most."),
            ),
            models.UniqueConstraint(
                fields=["ballot", "holder"], name="ballot_key_one_a_holder",
                violation_error_message=_("Each scrutineer holds one key."),
            ),
            models.CheckConstraint(
                name="ballot_key_is_at_most_two", condition=Q(position__in=[1, 2]),
                violation_error_message=_("There are two keys at most."),
            ),
            models.CheckConstraint(
                name="ballot_key_of_a_scrutineer_is_his",
                condition=Q(holder=None) | Q(private=None),
                violation_error_message=_("A scrutineer's key is kept by nobody else."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.ballot_id} {self.position}"


class Elector(models.Model):
    """A line of the list of one ballot; gone 30 days after the result."""

    ballot = models.ForeignKey(Ballot, models.PROTECT, related_name="electors", db_index=False)
    label = SealedTextField(_("household"))
    label_key = models.CharField(max_length=64, editable=False)
    floor_area = models.PositiveIntegerField(_("floor area, hundredths of m²"), default=0)
    # Of the one-time code; the code itself is in the letter and nowhere else.
    code_key = models.CharField(max_length=64, editable=False)

    class Meta:
        verbose_name = _("elector")
        verbose_name_plural = _("electors")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ballot", "label_key"], name="elector_once_a_list",
                violation_error_message=_("This household is on the list already."),
            ),
            models.UniqueConstraint(
                fields=["ballot", "code_key"], name="elector_code_once_a_list",
                violation_error_message=_("This code is on the list already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.ballot_id} {self.pk}"


class Vote(models.Model):
    """That somebody voted, and how where it is no secret. Once cast it is not changed."""

    ballot = models.ForeignKey(Ballot, models.PROTECT, related_name="votes", db_index=False)
    elector = models.ForeignKey(
        Elector, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    residency = models.ForeignKey(
        Residency, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    user = _who()
    household_key = models.CharField(max_length=64, blank=True, editable=False)
    floor_area = models.PositiveIntegerField(default=0)
    # Numbers of options from 1, of an open ballot.
    choices = ArrayField(models.PositiveSmallIntegerField(), default=list)
    # The slip of a secret one; wiped when it is counted.
    sealed = models.BinaryField(null=True, editable=False)
    channel = models.CharField(_("how"), max_length=7, choices=Channel)
    recorded_by = _who()
    cast_at = models.DateTimeField(_("when"), default=clock.now)

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="vote_of_exactly_one",
                condition=Q(elector__isnull=False, residency=None, user=None)
                | Q(elector=None, residency__isnull=False),
                violation_error_message=_("It is of one voter."),
            ),
            models.UniqueConstraint(
                fields=["ballot", "elector"], name="vote_once_an_elector",
                violation_error_message=_("This vote was cast already."),
            ),
            models.UniqueConstraint(
                fields=["ballot", "residency"], name="vote_once_a_resident",
                violation_error_message=_("This vote was cast already."),
            ),
            models.UniqueConstraint(
                fields=["ballot", "user"], name="vote_once_a_person",
                violation_error_message=_("This vote was cast already."),
            ),
            models.UniqueConstraint(
                fields=["ballot", "household_key"], condition=~Q(household_key=""),
                name="vote_once_a_household",
                violation_error_message=_("Somebody of this household has voted already."),
            ),
            models.CheckConstraint(
                name="vote_recorded_by_someone",
                condition=Q(channel="online", recorded_by=None)
                | (~Q(channel="online") & Q(recorded_by__isnull=False)),
                violation_error_message=_("What is entered for somebody has who entered it."),
            ),
            models.CheckConstraint(
                name="vote_not_recorded_for_oneself",
                condition=Q(recorded_by=None) | Q(user=None) | ~Q(user=F("recorded_by")),
                violation_error_message=_("Nobody enters his own vote for himself."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.ballot_id} {self.pk}"
