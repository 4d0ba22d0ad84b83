"""Surveys: what is asked, one sheet an account or device, and which written words are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from consultations.actions import sessions
from consultations.models import Answer, Question, Session, Sheet
from consultations.workflow import QuestionKind, SessionKind
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import guard

if TYPE_CHECKING:
    from govgrid.accounts.models import User

MOST_QUESTIONS = 20
FEWEST_OPTIONS, MOST_OPTIONS = 2, 12
CHOICES = frozenset({QuestionKind.ONE, QuestionKind.MANY})
# An answer as it comes in: numbers of options from 1, a score, or words.
Given = Sequence[int] | int | str


@dataclass(frozen=True)
class Asked:
    """One question as it is set."""

    kind: str
    text: str
    options: Sequence[str] = ()
    most: int = 1
    is_needed: bool = True


@transaction.atomic
def set_questions(session: Session, asked: Sequence[Asked], *, by: User) -> list[Question]:
    """Ask these, in this order, instead of what was asked before.

    Refused: ``not_a_survey``, ``answered_already``, ``questions_needed``, ``too_many_questions``,
    ``wrong_options``.
    """
    sessions.may(by, session)
    session = sessions.hold(session)
    if session.kind != SessionKind.SURVEY:
        raise Refused("not_a_survey", _("Only a survey has questions."))
    if Sheet.objects.filter(session=session).exists():
        raise Refused("answered_already", _("Somebody has answered: the questions stay."))
    if not asked:
        raise Refused("questions_needed", _("Ask something."))
    if len(asked) > MOST_QUESTIONS:
        raise Refused(
            "too_many_questions",
            _("A survey asks at most %(most)s questions.") % {"most": MOST_QUESTIONS},
        )
    rows = [_question(session, position, one) for position, one in enumerate(asked, start=1)]
    session.questions.all().delete()
    return Question.objects.bulk_create(rows)


def _question(session: Session, position: int, one: Asked) -> Question:
    if is_blank(one.text) or one.kind not in QuestionKind.values:
        raise Refused("questions_needed", _("Say what is asked, and how it is answered."))
    options = [guard.mask(words.strip())[:80] for words in one.options if not is_blank(words)]
    if one.kind in CHOICES and not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS:
        raise Refused("wrong_options", _("A choice has 2 to 12 options, the rest has none."))
    if one.kind not in CHOICES and options:
        raise Refused("wrong_options", _("A choice has 2 to 12 options, the rest has none."))
    is_many = one.kind == QuestionKind.MANY
    return Question(
        session=session,
        position=position,
        kind=one.kind,
        text=guard.mask(one.text.strip())[:200],
        options=options,
        most=min(max(one.most, 1), len(options)) if is_many else 1,
        is_needed=one.is_needed,
    )


@transaction.atomic
def answer(
    session: Session,
    given: Mapping[int, Given],
    *,
    by: User | None,
    device: str = "",
    is_entered: bool = False,
) -> Sheet:
    """Write one sheet whole: ``given`` is by the position of the question.

    ``device``: an HMAC of a random cookie, where nobody is signed in; ``is_entered``: typed from
    paper. Refused: ``not_open_yet``, ``survey_over``, ``not_a_survey``, ``answered_already``,
    ``not_asked``, ``answer_needed``, ``wrong_option``, ``too_many_choices``, ``wrong_score``.
    """
    _may_answer(session, by, device=device, is_entered=is_entered)
    # One sheet after the other, so that nothing is asked otherwise meanwhile.
    session = _opened(session)
    questions = {one.position: one for one in session.questions.all()}
    if not set(given) <= set(questions):
        raise Refused("not_asked", _("This was not asked here."))
    values = {position: _value(one, given.get(position)) for position, one in questions.items()}
    if not any(values.values()):
        raise Refused("answer_needed", _("Answer at least one question."))
    try:
        with transaction.atomic():
            sheet = Sheet.objects.create(
                session=session, at=clock.now(), **_who(by, device, is_entered=is_entered)
            )
            Answer.objects.bulk_create(
                Answer(sheet=sheet, question=questions[position], **value)
                for position, value in values.items()
                if value
            )
    except IntegrityError as error:
        if "sheet_once" not in str(error):
            raise
        raise Refused("answered_already", _("You have answered already.")) from None
    return sheet


def _may_answer(session: Session, by: User | None, *, device: str, is_entered: bool) -> None:
    if by is None and not device:
        raise PermissionDenied
    if by is not None and not by.has_perm("consultations.see_session", session):
        raise PermissionDenied
    if is_entered and (by is None or not by.has_perm(sessions.RIGHT, session)):
        raise PermissionDenied


def _opened(session: Session) -> Session:
    session = (
        Session.objects.select_for_update(of=("self",), no_key=True)
        .select_related("topic")
        .get(pk=session.pk)
    )
    now = clock.now()
    if session.kind != SessionKind.SURVEY:
        raise Refused("not_a_survey", _("Only a survey is answered."))
    if session.cancelled_at is not None:
        raise Refused("session_cancelled", _("It was cancelled."))
    if now < session.starts_at:
        raise Refused("not_open_yet", _("This survey has not begun."))
    if now >= session.ends_at or session.minutes_published_at is not None:
        raise Refused("survey_over", _("This survey is over."))
    return session


def _who(by: User | None, device: str, *, is_entered: bool) -> dict[str, Any]:
    if is_entered:
        return {"entered_by": by}
    return {"user": by} if by is not None else {"device": device}


def _value(question: Question, given: Given | None) -> dict[str, Any] | None:
    """The columns of the answer; None where nothing was said and nothing need be."""
    if given is None or given in ("", []) or (isinstance(given, str) and is_blank(given)):
        if question.is_needed:
            words = _("Please answer question %(position)s.") % {"position": question.position}
            raise Refused("answer_needed", words)
        return None
    if question.kind in CHOICES:
        return {"chosen": _chosen(question, given)}
    if question.kind == QuestionKind.SCALE:
        if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= 5:
            raise Refused("wrong_score", _("Choose from 1 to 5."))
        return {"score": given}
    if not isinstance(given, str):
        raise Refused("wrong_option", _("This question is answered in words."))
    return {"text": guard.mask(given.strip())[:500]}


def _chosen(question: Question, given: Given) -> list[int]:
    if isinstance(given, (str, int)):
        raise Refused("wrong_option", _("Choose among the options."))
    chosen = sorted(set(given))
    if any(isinstance(one, bool) or not 1 <= one <= len(question.options) for one in chosen):
        raise Refused("wrong_option", _("There is no such option."))
    if len(chosen) > question.most:
        words = _("Choose at most %(most)s of question %(position)s.")
        raise Refused(
            "too_many_choices", words % {"most": question.most, "position": question.position}
        )
    return chosen


@transaction.atomic
def show_text(answer: Answer, *, by: User, is_shown: bool) -> Answer:
    """Let everybody read a written answer, or take it back. Refused: ``no_text``."""
    session = answer.question.session
    if not by.has_perm("consultations.moderate", session):
        raise PermissionDenied
    if not answer.text:
        raise Refused("no_text", _("There are no words to show."))
    answer.shown_at, answer.shown_by = (clock.now(), by) if is_shown else (None, None)
    answer.save(update_fields=["shown_at", "shown_by"])
    return answer
