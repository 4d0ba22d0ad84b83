"""For, against or neither: one stance a person, on a topic or on a suggestion; it may change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from consultations.actions import moves
from consultations.actions.speaking import standing
from consultations.models import Opinion, Stance, Topic
from consultations.workflow import (
    STANCE_ON_SUGGESTION,
    STANCE_ON_TOPIC,
    STANCES,
    OpinionKind,
    State,
)
from govgrid.core import clock
from govgrid.core.errors import Refused

if TYPE_CHECKING:
    from govgrid.accounts.models import User


@transaction.atomic
def take_stance(
    topic: Topic, value: int | None, *, by: User, serial: int | None = None, seen: int | None = None
) -> Stance | None:
    """Be for (1), against (-1) or neither (0); None takes it back. Twice is once.

    ``serial``: on this suggestion, else on the topic; ``seen``: the wording of the topic that the
    page showed. The first stance freezes the words. Refused: ``wrong_state``, ``no_such_opinion``,
    ``worded_anew``, ``answered_already``, ``no_such_stance``, ``not_asked``.
    """
    topic = moves.hold(topic)
    if not by.has_perm("consultations.speak", topic):
        raise PermissionDenied
    if value is not None and value not in STANCES:
        raise Refused("no_such_stance", _("It is for, against or neither."))
    opinion = _on(topic, serial)
    if opinion is None and seen is not None and seen != topic.version:
        raise Refused("worded_anew", _("It was worded anew meanwhile."))
    mine: dict[str, Any] = {"topic": topic, "opinion": opinion, "user": by}
    if value is None:
        Stance.objects.filter(**mine).delete()
        return None
    now = {"value": value, "at": clock.now(), "version": topic.version if opinion is None else 1}
    return Stance.objects.update_or_create(**mine, defaults=now)[0]


def _on(topic: Topic, serial: int | None) -> Opinion | None:
    """The suggestion that is meant, where stances are still taken; None: the topic itself."""
    if serial is None:
        if State(topic.state) not in STANCE_ON_TOPIC:
            raise Refused("wrong_state", _("Nobody is asked about this topic now."))
        return None
    opinion = standing(topic, serial)
    if opinion.kind != OpinionKind.SUGGESTION:
        raise Refused("not_asked", _("Stances are taken on the topic and on suggestions."))
    if State(topic.state) not in STANCE_ON_SUGGESTION:
        raise Refused("wrong_state", _("Nobody is asked about this topic now."))
    if opinion.fate:
        raise Refused("answered_already", _("It was answered already."))
    return opinion
