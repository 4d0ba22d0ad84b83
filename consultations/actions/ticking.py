"""What happens by itself: reminders, going up a level, days that have come. One sweep takes them."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _

from consultations import clocks, notices, queries, workflow
from consultations.actions import moves
from consultations.models import Topic
from consultations.workflow import FIRINGS, UP, State, Tier
from govgrid.core import clock

BATCH = 200


def fire(limit: int = BATCH) -> int:
    """Carry out what is due; how many topics had something. Safe to run twice at once."""
    done = 0
    for pk in (
        Topic.objects.filter(fires_at__lte=clock.now())
        .order_by("fires_at")
        .values_list("pk", flat=True)[:limit]
    ):
        done += _fire(pk)
    return done


@transaction.atomic
def _fire(pk: int) -> bool:
    """One topic in a transaction of its own; another worker's is left to it."""
    rows = Topic.objects.select_for_update(skip_locked=True, of=("self",))
    topic = (
        rows.select_related("platform__area", "area")
        .filter(pk=pk, fires_at__lte=clock.now())
        .first()
    )
    if topic is None:
        return False
    if topic.state == State.DEFERRED:
        moves.move(topic, "revisit", by=None)
        return True
    firing = FIRINGS[State(topic.state)][topic.fired]
    _EFFECTS[firing.effect](topic)
    return True


def _counted(topic: Topic) -> None:
    """This firing is behind it: the next one is set."""
    topic.fired += 1
    topic.fires_at = clocks.next_of(topic, queries.rules_of(topic.platform))
    topic.save(update_fields=["fired", "fires_at", "tier"])


def _remind(topic: Topic) -> None:
    notices.reminded(topic)
    _counted(topic)


def _warn(topic: Topic) -> None:
    notices.late(topic)
    _counted(topic)


def _take_up(topic: Topic) -> None:
    """A topic is never lost by silence: it goes up a level."""
    before = topic.tier
    topic.tier = UP[Tier(topic.tier)]
    if topic.tier != before:
        moves.log(
            topic, "take_up", by=None, at=clock.now(), before=topic.state, data={"tier": topic.tier}
        )
    notices.taken_up(topic)
    _counted(topic)


def _no_accord(topic: Topic) -> None:
    moves.move(topic, "no_accord", by=None, note=_("The time to talk it over was up."))


def _look_back(topic: Topic) -> None:
    if workflow.lacks("look_back", queries.gather(["look_back"], topic, by=None)):
        _counted(topic)
        return
    moves.move(topic, "look_back", by=None)


_EFFECTS: dict[str, Callable[[Topic], None]] = {
    "remind": _remind,
    "warn": _warn,
    "take_up": _take_up,
    "no_accord": _no_accord,
    "look_back": _look_back,
}
