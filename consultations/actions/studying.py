"""Taking longer over a study: once, for a reason that everybody reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from consultations import clocks, queries
from consultations.actions import moves
from consultations.models import Topic
from consultations.workflow import State
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.text import is_blank
from govgrid.privacy import guard

if TYPE_CHECKING:
    from govgrid.accounts.models import User

VERB = "extend_study"


def is_extended(topic: Topic) -> bool:
    """Whether the study of this round was given more time already."""
    return topic.steps.filter(verb=VERB, data__round=topic.round).exists()


@transaction.atomic
def extend_study(topic: Topic, *, by: User, reason: str) -> Topic:
    """Put the day off by the platform's ``study_more`` working days, counted from the day it was due.

    Once in each round. ``reason``: at most 300 characters, in the public story. Refused:
    ``wrong_state``, ``note_needed``, ``note_too_long``, ``extended_already``, ``too_late`` (the new
    day would be over too).
    """
    topic = moves.lock(topic)
    if not by.has_perm("consultations.convene", topic):
        raise PermissionDenied
    if topic.state != State.STUDYING or topic.step_due_at is None:
        raise Refused("wrong_state", _("Only a study that is under way is given more time."))
    if is_blank(reason):
        raise Refused("note_needed", _("Say why it takes longer: everybody reads it."))
    told = guard.mask(reason.strip())
    if len(told) > 300:
        raise Refused("note_too_long", _("The reason has at most 300 characters."))
    if is_extended(topic):
        raise Refused("extended_already", _("This study was given more time once already."))
    at, days = clock.now(), queries.rules_of(topic.platform).days["study_more"]
    due = clocks.working_days_after(topic.platform, topic.step_due_at, days)
    if due <= at:
        raise Refused("too_late", _("Even with more time it would be over."))
    topic.study_extended = told
    # The warning that was to come, or came, is due on the new day.
    topic.step_due_at, topic.fires_at, topic.fired = due, due, 0
    topic.save(update_fields=["study_extended", "step_due_at", "fires_at", "fired"])
    moves.log(topic, VERB, by=by, at=at, before=topic.state, note=told, data={"round": topic.round})
    return topic
