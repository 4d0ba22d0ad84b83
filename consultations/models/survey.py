"""Questions that a survey asks, and what was answered: by an account, a device or from paper."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models.session import Session
from consultations.workflow import QuestionKind
from govgrid.core import clock
from govgrid.core.constraints import both_or_neither

USER = settings.AUTH_USER_MODEL


class Question(models.Model):
    """One question of a survey. Frozen by a trigger once somebody has answered."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="questions")
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=5, choices=QuestionKind)
    text = models.CharField(_("question"), max_length=200)
    options = ArrayField(models.CharField(max_length=80), verbose_name=_("options"), default=list)
    # How many may be ticked; one for a choice of one.
    most = models.PositiveSmallIntegerField(_("at most"), default=1)
    is_needed = models.BooleanField(_("must be answered"), default=True)

    class Meta:
        verbose_name = pgettext_lazy("survey", "question")
        verbose_name_plural = pgettext_lazy("survey", "questions")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "position"],
                name="question_in_one_order",
                violation_error_message=_("This place among the questions is taken."),
            ),
            models.CheckConstraint(
                name="question_has_words",
                condition=~Q(text=""),
                violation_error_message=_("Say what is asked."),
            ),
            models.CheckConstraint(
                name="question_has_its_options",
                condition=Q(kind__in=["one", "many"], options__len__gte=2, options__len__lte=12)
                | Q(kind__in=["scale", "text"], options=[]),
                violation_error_message=_("A choice has 2 to 12 options, the rest has none."),
            ),
            models.CheckConstraint(
                name="question_most_is_possible",
                condition=Q(kind="many", most__gte=1, most__lte=12) | Q(most=1),
                violation_error_message=_("So many cannot be chosen."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.text}"


class Sheet(models.Model):
    """One person's answers to a survey: once an account, once a device, or typed from paper.

    ``device`` is an HMAC under the session's own secret: two surveys cannot be put side by side.
    """

    session = models.ForeignKey(Session, models.PROTECT, related_name="sheets", db_index=False)
    user = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    device = models.CharField(max_length=64, blank=True, editable=False)
    entered_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(_("when"), default=clock.now)

    class Meta:
        verbose_name = _("answer sheet")
        verbose_name_plural = _("answer sheets")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="sheet_of_exactly_one",
                condition=Q(user__isnull=False, device="", entered_by=None)
                | (Q(user=None, entered_by=None) & ~Q(device=""))
                | Q(user=None, device="", entered_by__isnull=False),
                violation_error_message=_("It is of an account, of a device or from paper."),
            ),
            models.UniqueConstraint(
                fields=["session", "user"],
                condition=Q(user__isnull=False),
                name="sheet_once_an_account",
                violation_error_message=_("You have answered already."),
            ),
            models.UniqueConstraint(
                fields=["session", "device"],
                condition=~Q(device=""),
                name="sheet_once_a_device",
                violation_error_message=_("You have answered already."),
            ),
        ]
        indexes = [models.Index(fields=["session", "id"], name="sheet_session")]

    def __str__(self) -> str:
        return f"{self.session_id} {self.at:%F}"


class Answer(models.Model):
    """What one sheet says to one question; written text is shown only after somebody read it."""

    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="answers", db_index=False)
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers", db_index=False)
    # Numbers of options, from 1.
    chosen = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("chosen"), default=list)
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    text = models.CharField(_("text"), max_length=500, blank=True)
    shown_at = models.DateTimeField(_("shown since"), null=True, blank=True)
    shown_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = pgettext_lazy("survey", "answer")
        verbose_name_plural = pgettext_lazy("survey", "answers")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "question"],
                name="answer_once_a_question",
                violation_error_message=_("This question was answered already."),
            ),
            models.CheckConstraint(
                name="answer_of_one_sort",
                condition=(Q(score=None, text="") & ~Q(chosen=[]))
                | Q(chosen=[], text="", score__gte=1, score__lte=5)
                | (Q(chosen=[], score=None) & ~Q(text="")),
                violation_error_message=_("It is a choice, a score from 1 to 5, or text."),
            ),
            both_or_neither("shown_at", "shown_by", name="answer_shown_by_someone"),
        ]
        indexes = [models.Index(fields=["question", "id"], name="answer_question")]

    def __str__(self) -> str:
        return f"{self.question_id}"
