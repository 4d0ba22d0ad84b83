"""What people say on a topic, and what became of it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consultations.models.session import Session
from consultations.models.topic import Topic
from consultations.models.verdict import Judged, checks
from consultations.roles import SeatRole
from consultations.workflow import SUGGESTION_REASONS_OF, Fate, FlagReason, OpinionKind
from govgrid.core import clock
from govgrid.core.constraints import both_or_neither

USER = settings.AUTH_USER_MODEL


def _who() -> models.ForeignKey:
    return models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )


class OpinionQuerySet(models.QuerySet["Opinion"]):
    def shown(self) -> OpinionQuerySet:
        return self.filter(hidden_at=None)

    def suggestions(self) -> OpinionQuerySet:
        return self.filter(kind=OpinionKind.SUGGESTION)

    def standing(self) -> OpinionQuerySet:
        """Neither hidden nor worded anew since."""
        return self.shown().filter(superseded_at=None)

    def open(self) -> OpinionQuerySet:
        """Suggestions without an answer."""
        return self.suggestions().standing().filter(fate="")


class Opinion(Judged):
    """A suggestion, a comment, a question with its answer, or a problem that the study found.

    Its text is frozen by a trigger once somebody took a stance on it: later wording is another
    opinion that ``amends`` it. A suggestion ends with a fate, and with now, later or not at all.
    """

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="opinions", db_index=False)
    session = models.ForeignKey(
        Session, models.PROTECT, null=True, blank=True, related_name="opinions", db_index=False
    )
    client_id = models.UUIDField(_("client id"))
    fingerprint = models.CharField(max_length=64, editable=False)
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    # 1, 2, 3 … within the topic: by which lists and commitments name it.
    serial = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10, choices=OpinionKind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replies", verbose_name=_("on")
    )
    amends = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="amendments",
        verbose_name=_("amends"),
    )  # fmt: skip
    body = models.TextField(_("text"), max_length=2000)
    author = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    entered_by = _who()
    is_named = models.BooleanField(_("name is shown"), default=False)
    # As what it was said: the role of a seat, or empty.
    role = models.CharField(_("as"), max_length=12, choices=SeatRole, blank=True)
    # Of an amendment: why, and which wording of the topic it was made to (none: to a suggestion).
    why = models.CharField(_("why"), max_length=300, blank=True)
    of_version = models.PositiveSmallIntegerField(_("wording"), null=True, blank=True)
    taken_at = models.DateTimeField(_("taken over at"), null=True, blank=True)
    # A later wording stands in its place.
    superseded_at = models.DateTimeField(_("worded anew at"), null=True, blank=True)
    leaning = models.SmallIntegerField(_("for or against"), default=0)
    at = models.DateTimeField(_("when"), default=clock.now)
    supported_at = models.DateTimeField(_("first stance"), null=True, blank=True)

    # A question of the hall that is not answered there; a reply says why.
    aside_at = models.DateTimeField(_("put aside at"), null=True, blank=True)

    fate = models.CharField(_("what became of it"), max_length=12, choices=Fate, blank=True)
    fate_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    fate_by = _who()
    fate_round = models.PositiveSmallIntegerField(_("answered in round"), null=True, blank=True)
    # For, neither, against: what is left once the stances themselves are erased.
    tally = ArrayField(models.PositiveIntegerField(), size=3, null=True, blank=True, editable=False)

    hidden_at = models.DateTimeField(_("hidden at"), null=True, blank=True)
    hidden_by = _who()
    hidden_reason = models.CharField(_("why it is hidden"), max_length=300, blank=True)
    appeal = models.CharField(_("why it should be shown"), max_length=500, blank=True)
    appeal_answer = models.CharField(_("answer to that"), max_length=500, blank=True)
    appeal_answered_by = _who()
    # Shown again by whoever decided the appeal: from then on it stands.
    shown_again_at = models.DateTimeField(_("shown again at"), null=True, blank=True)

    objects = OpinionQuerySet.as_manager()

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["author", "entered_by", "client_id"],
                nulls_distinct=False,
                name="opinion_client_id_once_a_caller",
                violation_error_message=_("This client id was used before."),
            ),
            models.UniqueConstraint(
                fields=["topic", "serial"],
                name="opinion_serial_once_a_topic",
                violation_error_message=_("This number is taken."),
            ),
            models.CheckConstraint(
                name="opinion_has_words",
                condition=~Q(body=""),
                violation_error_message=_("Write something."),
            ),
            models.CheckConstraint(
                name="opinion_of_somebody",
                condition=Q(author__isnull=False) | Q(entered_by__isnull=False),
                violation_error_message=_("Somebody said it."),
            ),
            models.CheckConstraint(
                name="opinion_leans_one_way",
                condition=Q(leaning__gte=-1, leaning__lte=1),
                violation_error_message=_("It is for, against or neither."),
            ),
            models.CheckConstraint(
                name="opinion_answer_answers_something",
                condition=~Q(kind="answer") | Q(parent__isnull=False),
                violation_error_message=_("An answer answers a question."),
            ),
            models.CheckConstraint(
                name="opinion_fate_is_of_suggestions",
                condition=Q(fate="", fate_at=None, fate_by=None, verdict="")
                | Q(kind="suggestion", fate_at__isnull=False, fate_by__isnull=False)
                & ~Q(fate="")
                & ~Q(verdict=""),
                violation_error_message=_(
                    "A suggestion is answered whole: fate, verdict, by whom."
                ),
            ),
            models.CheckConstraint(
                name="opinion_fate_goes_with_its_verdict",
                condition=Q(fate="")
                | Q(fate="not_adopted", verdict="cannot")
                | Q(fate__in=["adopted", "partly"], verdict__in=["now", "later"]),
                violation_error_message=_(
                    "What is adopted is done now or later, the rest cannot be."
                ),
            ),
            models.CheckConstraint(
                name="opinion_hidden_for_a_reason",
                condition=Q(hidden_at=None) | ~Q(hidden_reason=""),
                violation_error_message=_("Say why it is hidden."),
            ),
            models.CheckConstraint(
                name="opinion_appeal_answered_by_another",
                condition=Q(appeal_answered_by=None) | ~Q(appeal_answered_by=models.F("hidden_by")),
                violation_error_message=_("Somebody else answers the appeal."),
            ),
            both_or_neither("hidden_at", "hidden_by", name="opinion_hidden_by_someone"),
            models.CheckConstraint(
                name="opinion_not_hidden_by_who_said_it",
                condition=Q(hidden_by=None)
                | (
                    (Q(author=None) | ~Q(hidden_by=models.F("author")))
                    & (Q(entered_by=None) | ~Q(hidden_by=models.F("entered_by")))
                ),
                violation_error_message=_("Nobody hides what he said himself."),
            ),
            models.CheckConstraint(
                name="opinion_shown_again_stands",
                condition=Q(shown_again_at=None) | Q(hidden_at=None) & ~Q(appeal_answer=""),
                violation_error_message=_("What was shown again after an appeal stands."),
            ),
            models.CheckConstraint(
                name="opinion_amendment_amends_one_text",
                condition=~Q(kind="amendment")
                | Q(amends__isnull=False, of_version=None)
                | Q(amends=None, of_version__isnull=False),
                violation_error_message=_("An amendment is to one text."),
            ),
            *checks("opinion", SUGGESTION_REASONS_OF, Q(fate="adopted")),
        ]
        indexes = [
            models.Index(fields=["topic", "kind", "id"], name="opinion_topic"),
            models.Index(
                fields=["session", "id"], name="opinion_session", condition=Q(session__isnull=False)
            ),
            models.Index(fields=["author", "-id"], name="opinion_author"),
            models.Index(
                fields=["revisit_on"], name="opinion_revisit", condition=Q(verdict="later")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id}.{self.serial}"

    def get_absolute_url(self) -> str:
        """Needs ``topic``."""
        return reverse("consultations:opinion", args=[self.topic.number, self.serial])


class Stance(models.Model):
    """For, against or neither: once a person on a topic, or on one opinion; it may change its mind."""

    user = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="stances", db_index=False)
    opinion = models.ForeignKey(
        Opinion, models.PROTECT, null=True, blank=True, related_name="stances", db_index=False
    )
    value = models.SmallIntegerField(_("for or against"))
    # Of a stance on a topic: which wording it was taken on; only those on the present one count.
    version = models.PositiveSmallIntegerField(_("wording"), default=1)
    at = models.DateTimeField(_("when"), default=clock.now)

    class Meta:
        verbose_name = _("stance")
        verbose_name_plural = _("stances")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "opinion", "user"],
                nulls_distinct=False,
                name="stance_once_a_person",
                violation_error_message=_("This person has said so already."),
            ),
            models.CheckConstraint(
                name="stance_is_one_way",
                condition=Q(value__gte=-1, value__lte=1),
                violation_error_message=_("It is for, against or neither."),
            ),
        ]
        indexes = [
            # Counted with every page that shows an opinion.
            models.Index(
                fields=["opinion", "value"],
                name="stance_of_opinion",
                condition=Q(opinion__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.value}"


class FlagQuerySet(models.QuerySet["Flag"]):
    def open(self) -> FlagQuerySet:
        """Nobody has looked at it yet."""
        return self.filter(settled_at=None)


class Flag(models.Model):
    """A reader thinks that something should not stand there; a moderator looks at it."""

    opinion = models.ForeignKey(
        Opinion, models.PROTECT, related_name="flags", db_index=False, verbose_name=_("opinion")
    )
    user = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(_("reason"), max_length=16, choices=FlagReason)
    note = models.CharField(_("note"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"), default=clock.now)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = _who()

    objects = FlagQuerySet.as_manager()

    class Meta:
        verbose_name = _("flag")
        verbose_name_plural = _("flags")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["opinion", "user"],
                name="flag_once_a_reader",
                violation_error_message=_("You have flagged this already."),
            ),
            models.CheckConstraint(
                name="flag_says_what_else",
                condition=~Q(reason="other") | ~Q(note=""),
                violation_error_message=_("Say what is wrong with it."),
            ),
            both_or_neither("settled_at", "settled_by", name="flag_settled_by_someone"),
        ]
        indexes = [
            models.Index(fields=["opinion"], name="flag_open", condition=Q(settled_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.opinion_id} {self.reason}"


class Wording(models.Model):
    """What a topic said before it was worded anew. Rows are added and never changed, by nobody."""

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="wordings", db_index=False)
    version = models.PositiveSmallIntegerField(_("wording"))
    title = models.CharField(_("title"), max_length=60)
    body = models.TextField(_("text"), max_length=2000)
    # The amendment that was taken over.
    amendment = models.ForeignKey(
        Opinion, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("replaced by amendment"),
    )  # fmt: skip
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("earlier wording")
        verbose_name_plural = _("earlier wordings")
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "version"],
                name="wording_once_a_version",
                violation_error_message=_("This wording is kept already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.version}"
