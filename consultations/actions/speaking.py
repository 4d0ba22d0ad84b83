"""What people say on a topic, and how its words follow one another."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from consultations import notices, seats
from consultations.actions import moves
from consultations.models import Opinion, Session, Topic, Wording
from consultations.workflow import (
    ANSWERED,
    FOR_ALL,
    REWORDED_IN,
    SPOKEN_IN,
    OpinionKind,
    State,
)
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import bigrams, is_blank
from govgrid.privacy import guard
from govgrid.privacy.crypto import fingerprint

if TYPE_CHECKING:
    from govgrid.accounts.models import User

# Of one person on one topic and in one round; who types for others has no such limit.
MOST_OF_ONE = 30


@dataclass(frozen=True)
class Saying:
    """What somebody says. ``on``: the number of what is answered or amended; an amendment without
    one is to the topic's own text. ``on_behalf``: typed for somebody without a login."""

    client_id: UUID
    kind: str
    body: str
    why: str = ""
    on: int | None = None
    session: Session | None = None
    is_named: bool = False
    on_behalf: bool = False

    def digest(self, topic: Topic) -> str:
        """HMAC of the content in one spelling."""
        content: dict[str, Any] = {
            "topic": topic.number,
            "kind": self.kind,
            "body": self.body,
            "why": self.why,
            "on": self.on,
            "session": self.session.pk if self.session else None,
            "is_named": self.is_named,
            "on_behalf": self.on_behalf,
        }
        return fingerprint(json.dumps(content, sort_keys=True, ensure_ascii=False).encode())


def next_serial(topic: Topic) -> int:
    """The next number of the topic; its row must be held."""
    return (Opinion.objects.filter(topic=topic).aggregate(last=Max("serial"))["last"] or 0) + 1


def standing(topic: Topic, serial: int) -> Opinion:
    """What is said under this number and may be talked about; the topic's row must be held.

    Refused: ``no_such_opinion``, ``worded_anew``.
    """
    found = Opinion.objects.shown().select_related("parent").filter(topic=topic, serial=serial)
    one = found.first()
    if one is None or (one.parent is not None and one.parent.hidden_at is not None):
        raise Refused("no_such_opinion", _("Nothing stands under this number."))
    if one.superseded_at is not None:
        raise Refused("worded_anew", _("It was worded anew meanwhile."))
    one.topic = topic
    return one


@transaction.atomic
def say(topic: Topic, saying: Saying, *, by: User) -> tuple[Opinion, bool]:
    """Write it down and tell whom it answers. False: the same was sent before.

    Refused: ``wrong_state``, ``no_words``, ``no_such_opinion``, ``worded_anew``, ``nothing_changed``,
    ``not_answered_so``, ``other_session``, ``too_many``, ``client_id_reused``.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [str(saying.client_id)])
    topic = moves.hold(topic)
    _may(topic, saying, by)
    if earlier := _sent_before(topic, saying, by):
        return earlier, False
    kind = OpinionKind(saying.kind)
    if State(topic.state) not in SPOKEN_IN[kind]:
        raise Refused("wrong_state", _("This is not asked for while it stands as it does now."))
    if is_blank(saying.body):
        raise Refused("no_words", _("Write something."))
    on = standing(topic, saying.on) if saying.on is not None else None
    body = guard.mask(saying.body.strip())[:2000]
    _must_fit(topic, kind, on, body)
    _must_be_its_session(topic, saying)
    _must_not_be_one_too_many(topic, saying, by)
    is_amendment = kind == OpinionKind.AMENDMENT
    said = Opinion.objects.create(
        topic=topic,
        session=saying.session,
        client_id=saying.client_id,
        fingerprint=saying.digest(topic),
        round=topic.round,
        serial=next_serial(topic),
        kind=kind,
        parent=None if is_amendment else on,
        amends=on if is_amendment else None,
        of_version=topic.version if is_amendment and on is None else None,
        body=body,
        why=guard.mask(saying.why.strip())[:300] if is_amendment else "",
        author=None if saying.on_behalf else by,
        entered_by=by if saying.on_behalf else None,
        is_named=saying.is_named and not saying.on_behalf,
        role="" if saying.on_behalf else _role(topic, by),
        at=clock.now(),
    )
    notices.said(said, on, by)
    return said, True


def _may(topic: Topic, saying: Saying, by: User) -> None:
    if not by.has_perm("consultations.speak", topic):
        raise PermissionDenied
    if saying.on_behalf and not by.has_perm("consultations.enter", topic):
        raise PermissionDenied
    if saying.kind not in FOR_ALL and not by.has_perm("consultations.reply", topic):
        raise PermissionDenied


def _role(topic: Topic, by: User) -> str:
    return next((one.role for one in seats.held(by) if one.platform_id == topic.platform_id), "")


def _sent_before(topic: Topic, saying: Saying, by: User) -> Opinion | None:
    who = {"author": None, "entered_by": by} if saying.on_behalf else {"author": by}
    found = Opinion.objects.filter(client_id=saying.client_id, **who).select_related("topic")
    earlier = found.first()
    if earlier is not None and earlier.fingerprint != saying.digest(topic):
        raise Refused("client_id_reused", _("This client id was used for something else."))
    return earlier


def _must_fit(topic: Topic, kind: OpinionKind, on: Opinion | None, body: str) -> None:
    if kind == OpinionKind.AMENDMENT:
        _must_amend(topic, on, body)
        return
    if kind == OpinionKind.ANSWER and (on is None or on.kind != OpinionKind.QUESTION):
        raise Refused("not_answered_so", _("An answer answers a question."))
    if on is None:
        return
    if kind not in {OpinionKind.ANSWER, OpinionKind.COMMENT} or on.kind not in ANSWERED:
        raise Refused("not_answered_so", _("This stands for itself and answers nothing."))
    if on.parent is not None:
        raise Refused("not_answered_so", _("An answer is not answered again."))


def _must_amend(topic: Topic, on: Opinion | None, body: str) -> None:
    if on is not None and on.kind != OpinionKind.SUGGESTION:
        raise Refused("not_answered_so", _("Only a topic or a suggestion is amended."))
    if on is not None and on.fate:
        raise Refused("answered_already", _("It was answered already."))
    if body == (on.body if on else topic.body):
        raise Refused("nothing_changed", _("This is how it stands there already."))


def _must_be_its_session(topic: Topic, saying: Saying) -> None:
    """Said in a session that was begun and belongs to the topic."""
    session = saying.session
    if session is None:
        return
    is_here = session.topic_id == topic.pk and session.cancelled_at is None
    if not is_here or session.starts_at > clock.now():
        raise Refused("other_session", _("This was not said in a session about this topic."))


def _must_not_be_one_too_many(topic: Topic, saying: Saying, by: User) -> None:
    if saying.on_behalf:
        return
    said = Opinion.objects.filter(topic=topic, author=by, round=topic.round).count()
    if said >= MOST_OF_ONE:
        raise Refused(
            "too_many",
            _("One person says at most %(most)s things in one round.") % {"most": MOST_OF_ONE},
        )


# ── wordings that follow one another ──────────────────────────────────────────────────────────


@transaction.atomic
def reword_suggestion(topic: Topic, serial: int, *, by: User, body: str) -> Opinion:
    """Who said it says it better: a suggestion of its own in its place, asked about anew.

    Refused: ``wrong_state``, ``no_such_opinion``, ``worded_anew``, ``answered_already``,
    ``no_words``, ``nothing_changed``.
    """
    topic = moves.hold(topic)
    one = standing(topic, serial)
    if not by.has_perm("consultations.said", one) or one.kind != OpinionKind.SUGGESTION:
        raise PermissionDenied
    _must_be_talked_over(topic)
    if is_blank(body):
        raise Refused("no_words", _("Write something."))
    return _put_in_place(topic, one, guard.mask(body.strip())[:2000])


@transaction.atomic
def take_amendment(topic: Topic, serial: int, *, by: User) -> Opinion | Topic:
    """The wording that was proposed becomes the text, and who took a stance is asked again.

    Of the topic the proposer or who convenes takes it over, of a suggestion its author or who
    convenes. Refused: ``wrong_state``, ``no_such_opinion``, ``worded_anew``, ``answered_already``,
    ``taken_already``, ``not_an_amendment``, ``own_opinion``.
    """
    topic = moves.hold(topic)
    one = standing(topic, serial)
    if one.kind != OpinionKind.AMENDMENT:
        raise Refused("not_an_amendment", _("Only an amendment is taken over."))
    target = standing(topic, one.amends.serial) if one.amends else None
    _may_take(topic, target, one, by)
    _must_be_talked_over(topic)
    if one.taken_at is not None:
        raise Refused("taken_already", _("It was taken over already."))
    if target is None and one.of_version != topic.version:
        raise Refused("worded_anew", _("It was worded anew meanwhile."))
    one.taken_at = clock.now()
    made = _put_in_place(topic, target, one.body) if target else _set_words(topic, one, by)
    one.save(update_fields=["taken_at"])
    return made


def _may_take(topic: Topic, target: Opinion | None, amendment: Opinion, by: User) -> None:
    """Who convenes puts no words of his own into somebody's mouth."""
    is_his = (
        by.has_perm("consultations.said", target)
        if target
        else by.pk in {topic.raised_by_id, topic.entered_by_id}
    )
    if is_his:
        return
    if not by.has_perm("consultations.convene", topic):
        raise PermissionDenied
    if by.has_perm("consultations.said", amendment):
        raise Refused("own_opinion", _("Somebody else decides on what you said."))


def _must_be_talked_over(topic: Topic) -> None:
    if State(topic.state) not in REWORDED_IN:
        raise Refused("wrong_state", _("Its words stay as they were decided on."))


def _put_in_place(topic: Topic, one: Opinion, body: str) -> Opinion:
    """The next wording of a suggestion; nobody has taken a stance on it yet."""
    if one.fate:
        raise Refused("answered_already", _("It was answered already."))
    if body == one.body:
        raise Refused("nothing_changed", _("This is how it stands there already."))
    client_id = uuid4()
    later = Opinion.objects.create(
        topic=topic, session=one.session, client_id=client_id,
        fingerprint=fingerprint(f"{topic.number}:{client_id}:{body}".encode()),
        round=topic.round, serial=next_serial(topic), kind=one.kind, amends=one, body=body,
        author=one.author, entered_by=one.entered_by, is_named=one.is_named, role=one.role,
        at=clock.now(),
    )  # fmt: skip
    one.superseded_at = later.at
    one.save(update_fields=["superseded_at"])
    notices.worded_anew(topic, one, later)
    return later


def _set_words(topic: Topic, amendment: Opinion, by: User) -> Topic:
    at = clock.now()
    Wording.objects.create(
        topic=topic, version=topic.version, title=topic.title, body=topic.body,
        amendment=amendment, until=at,
    )  # fmt: skip
    topic.body, topic.version, topic.supported_at = amendment.body, topic.version + 1, None
    topic.words = bigrams(f"{topic.title} {topic.body}")
    topic.save(update_fields=["body", "version", "supported_at", "words"])
    moves.log(topic, "reword", by=by, at=at, before=topic.state, data={"version": topic.version})
    notices.worded_anew(topic, None, None)
    return topic
