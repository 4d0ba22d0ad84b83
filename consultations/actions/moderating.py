"""What should not stand there: flagged by readers, hidden for a reason, appealed against once."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from consultations import notices
from consultations.actions import moves
from consultations.models import Flag, Opinion, Topic
from consultations.workflow import FlagReason
from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import guard

RIGHT = "consultations.moderate"


def _found(topic: Topic, serial: int) -> Opinion:
    """Hidden or not; the topic's row must be held."""
    one = Opinion.objects.select_related("parent").filter(topic=topic, serial=serial).first()
    if one is None:
        raise Refused("no_such_opinion", _("Nothing stands under this number."))
    one.topic = topic
    return one


def _of_another(one: Opinion, by: User) -> None:
    """Never two keys to one lock."""
    if by.has_perm("consultations.said", one):
        raise Refused("own_opinion", _("Somebody else decides on what you said."))


def _settle(one: Opinion, by: User) -> None:
    """Whoever flagged it has his answer."""
    asked = Flag.objects.open().filter(opinion=one)
    people = list(User.objects.filter(pk__in=asked.values("user"), is_active=True))
    if asked.update(settled_at=clock.now(), settled_by=by):
        notices.flag_settled(one, people, by)


@transaction.atomic
def flag(topic: Topic, serial: int, *, by: User, reason: str, note: str = "") -> Flag:
    """A reader says why it should not stand there; the moderators hear of the first.

    Refused: ``no_such_opinion``, ``own_opinion``, ``stands``, ``flagged_already``, ``note_needed``.
    """
    topic = moves.hold(topic)
    one = _found(topic, serial)
    if not by.has_perm("consultations.read_opinion", one) or not by.is_active:
        raise PermissionDenied
    if by.has_perm("consultations.said", one):
        raise Refused("own_opinion", _("This is yours."))
    if one.hidden_at is not None:
        raise Refused("no_such_opinion", _("Nothing stands under this number."))
    if one.shown_again_at is not None:
        raise Refused("stands", _("It was looked at already: it stays."))
    if reason == FlagReason.OTHER and is_blank(note):
        raise Refused("note_needed", _("Say what is wrong with it."))
    is_first = not one.flags.open().exists()
    if one.flags.filter(user=by).exists():
        raise Refused("flagged_already", _("You have flagged this already."))
    words = guard.mask(note.strip())[:300]
    made = Flag.objects.create(opinion=one, user=by, reason=reason, note=words, at=clock.now())
    if is_first:
        notices.flagged(one, made)
    return made


@transaction.atomic
def let_stand(topic: Topic, serial: int, *, by: User) -> Opinion:
    """A moderator has looked: what readers flagged stays. Refused: ``own_opinion``, ``not_flagged``."""
    topic = moves.hold(topic)
    if not by.has_perm(RIGHT, topic):
        raise PermissionDenied
    one = _found(topic, serial)
    _of_another(one, by)
    if not one.flags.open().exists():
        raise Refused("not_flagged", _("Nobody has flagged it."))
    _settle(one, by)
    return one


@transaction.atomic
def hide(topic: Topic, serial: int, *, by: User, reason: str) -> Opinion:
    """Take it from the public page, with a reason that its author reads.

    Refused: ``no_such_opinion``, ``own_opinion``, ``hidden_already``, ``stands`` (shown again after
    an appeal), ``reason_needed``.
    """
    topic = moves.hold(topic)
    if not by.has_perm(RIGHT, topic):
        raise PermissionDenied
    one = _found(topic, serial)
    _of_another(one, by)
    if one.hidden_at is not None:
        raise Refused("hidden_already", _("It is hidden already."))
    if one.shown_again_at is not None:
        raise Refused("stands", _("What was shown again after an appeal stands."))
    if is_blank(reason):
        raise Refused("reason_needed", _("Say why it is hidden."))
    _hide(one, by, guard.mask(reason.strip())[:300])
    for other in _same_words(one, by):
        _hide(other, by, one.hidden_reason)
    return one


def _hide(one: Opinion, by: User, reason: str) -> None:
    one.hidden_at, one.hidden_by, one.hidden_reason = clock.now(), by, reason
    one.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    _settle(one, by)
    _log(one, "opinion_hidden", by, reason)
    notices.hidden(one)


def _same_words(one: Opinion, by: User) -> list[Opinion]:
    """The same text under another number: the amendment that became it, or what was said twice."""
    rows = Opinion.objects.shown().filter(topic=one.topic, body=one.body, shown_again_at=None)
    found = [other for other in rows if not by.has_perm("consultations.said", other)]
    for other in found:
        other.topic = one.topic
    return found


@transaction.atomic
def appeal_hiding(topic: Topic, serial: int, *, by: User, words: str) -> Opinion:
    """Who said it asks, once, that somebody else looks at it.

    Refused: ``not_hidden``, ``appealed_already``, ``no_words``.
    """
    topic = moves.hold(topic)
    one = _found(topic, serial)
    if not by.has_perm("consultations.said", one):
        raise PermissionDenied
    if one.hidden_at is None:
        raise Refused("not_hidden", _("It is not hidden."))
    if one.appeal:
        raise Refused("appealed_already", _("It was reviewed once already."))
    if is_blank(words):
        raise Refused("no_words", _("Say why it should be shown."))
    one.appeal = guard.mask(words.strip())[:500]
    one.save(update_fields=["appeal"])
    _log(one, "hiding_appealed", by, "")
    notices.hiding_appealed(one)
    return one


@transaction.atomic
def decide_appeal(topic: Topic, serial: int, *, by: User, answer: str, is_shown: bool) -> Opinion:
    """Another moderator decides: it is shown again, for good, or it stays hidden, for good.

    Refused: ``no_appeal``, ``decided_before`` (by who hid it), ``own_opinion``, ``no_words``.
    """
    topic = moves.hold(topic)
    if not by.has_perm(RIGHT, topic):
        raise PermissionDenied
    one = _found(topic, serial)
    _of_another(one, by)
    if one.hidden_at is None or not one.appeal or one.appeal_answered_by_id is not None:
        raise Refused("no_appeal", _("Nobody asks for that."))
    if one.hidden_by_id == by.pk:
        raise Refused("decided_before", _("You hid it: somebody else decides on the appeal."))
    if is_blank(answer):
        raise Refused("no_words", _("Say why, in words that anybody understands."))
    one.appeal_answer, one.appeal_answered_by = guard.mask(answer.strip())[:500], by
    if is_shown:
        one.hidden_at, one.hidden_by, one.shown_again_at = None, None, clock.now()
    one.save(
        update_fields=[
            *("appeal_answer", "appeal_answered_by", "hidden_at", "hidden_by", "shown_again_at")
        ]
    )
    if is_shown:
        flagged = Flag.objects.filter(opinion=one)
        people = User.objects.filter(pk__in=flagged.values("user"), is_active=True)
        notices.flag_settled(one, people, by)
    _log(one, "opinion_shown" if is_shown else "hiding_upheld", by, one.appeal_answer)
    notices.appeal_decided(one)
    return one


def _log(one: Opinion, verb: str, by: User, note: str) -> None:
    """For those inside: the words of a reason may tell what was hidden."""
    topic = one.topic
    moves.log(
        topic, verb, by=by, at=clock.now(), before=topic.state, note=note,
        data={"opinion": one.serial}, is_public=False,
    )  # fmt: skip
