"""Questions asked in the hall, supported by others there, answered or put aside by the recorder."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.translation import gettext as _

from consultations.actions import sessions, speaking
from consultations.models import Opinion, Session, Stance, Topic
from consultations.workflow import OpinionKind
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import guard
from govgrid.privacy.crypto import fingerprint

if TYPE_CHECKING:
    from govgrid.accounts.models import User

MOST_OF_ONE = 10
MOST_CHARACTERS = 300


@transaction.atomic
def ask(session: Session, *, by: User, body: str, client_id: UUID) -> tuple[Opinion, bool]:
    """Put a question on the list, without one's name. False: the same was sent before.

    Refused: ``no_words``, ``no_topic``, ``session_over``, ``too_many_questions``,
    ``client_id_reused``.
    """
    if not by.has_perm("consultations.attend", session):
        raise PermissionDenied
    session = sessions.hold(session)
    if session.topic is None:
        raise Refused("no_topic", _("Questions are asked about a topic; this one has none."))
    if is_blank(body):
        raise Refused("no_words", _("Write something."))
    digest = fingerprint(f"{session.pk}:{body}".encode())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [str(client_id)])
    mine = Opinion.objects.filter(author=by)
    if earlier := mine.filter(client_id=client_id, entered_by=None).first():
        if earlier.fingerprint != digest:
            raise Refused("client_id_reused", _("This client id was used for something else."))
        return earlier, False
    if clock.now() > session.shuts_at:
        raise Refused("session_over", _("It is over."))
    if mine.filter(session=session, kind=OpinionKind.QUESTION).count() >= MOST_OF_ONE:
        raise Refused(
            "too_many_questions",
            _("One person asks at most %(most)s questions.") % {"most": MOST_OF_ONE},
        )
    words = guard.mask(body.strip())[:MOST_CHARACTERS]
    question = _said(session, OpinionKind.QUESTION, words, client_id=client_id, author=by)
    question.fingerprint = digest
    question.save(force_insert=True)
    return question, True


def _said(session: Session, kind: str, body: str, **fields: object) -> Opinion:
    """The next number of the topic; the topic is held until the transaction ends."""
    topic = Topic.objects.select_for_update(of=("self",), no_key=True).get(sessions=session)
    return Opinion(
        topic=topic, session=session, round=topic.round, kind=kind, body=body,
        serial=speaking.next_serial(topic), at=clock.now(), **fields,
    )  # fmt: skip


def _question(session: Session, serial: int) -> Opinion:
    found = (
        Opinion.objects.select_for_update(of=("self",))
        .filter(session=session, kind=OpinionKind.QUESTION, serial=serial, hidden_at=None)
        .first()
    )
    if found is None:
        raise Refused("no_such_question", _("This question is not on the list."))
    return found


@transaction.atomic
def support(session: Session, serial: int, *, by: User) -> Opinion:
    """I want to know this too. Twice is once. Refused: ``no_such_question``, ``own_question``,
    ``dealt_with``."""
    if not by.has_perm("consultations.attend", session):
        raise PermissionDenied
    session = sessions.hold(session)
    question = _question(session, serial)
    if question.author_id == by.pk:
        raise Refused("own_question", _("This question is yours."))
    if question.aside_at is not None or question.replies.exists():
        raise Refused("dealt_with", _("This question was dealt with."))
    at = clock.now()
    Stance.objects.get_or_create(
        topic_id=question.topic_id, opinion=question, user=by, defaults={"value": 1, "at": at}
    )
    if question.supported_at is None:
        question.supported_at = at
        question.save(update_fields=["supported_at"])
    return question


@transaction.atomic
def reply(session: Session, serial: int, *, by: User, body: str, is_aside: bool = False) -> Opinion:
    """The recorder writes what was answered, or why it is put aside: it stays on the list.

    Refused: ``no_such_question``, ``dealt_with``, ``no_words``.
    """
    sessions.may(by, session)
    session = sessions.hold(session)
    question = _question(session, serial)
    if question.replies.exists():
        raise Refused("dealt_with", _("This question was dealt with."))
    if is_blank(body):
        raise Refused("no_words", _("Write what was answered, or why it is put aside."))
    answer = _said(
        session, OpinionKind.ANSWER, guard.mask(body.strip())[:2000],
        client_id=uuid4(), parent=question, entered_by=by,
    )  # fmt: skip
    answer.save(force_insert=True)
    if is_aside:
        question.aside_at = answer.at
        question.save(update_fields=["aside_at"])
    return answer
