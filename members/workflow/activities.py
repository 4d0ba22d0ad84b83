"""Activities: what kinds there are, and what becomes of one from the plan to the count of heads."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from govgrid.core.errors import Refused

MOST_PHOTOS = 12


class ActivityKind(TextChoices):
    THEME = "theme", _("Theme day")
    TALK = "talk", pgettext_lazy("activity", "Talk")
    FAIR = "fair", _("Job fair")
    LAW = "law", _("Law to the countryside")
    EVENING = "evening", _("Evening together")
    VISIT = "visit", pgettext_lazy("activity", "Visit to firms")
    SERVICE = "service", _("Free services")
    OTHER = "other", pgettext_lazy("activity", "Other")


class ActivityState(TextChoices):
    PLANNED = "planned", pgettext_lazy("activity", "Planned")
    OPEN = "open", pgettext_lazy("activity", "Open to all")
    HELD = "held", pgettext_lazy("activity", "Held")
    CANCELLED = "cancelled", pgettext_lazy("activity", "Cancelled")


class Move(NamedTuple):
    """One arrow in the life of an activity."""

    label: str | Promise
    sources: frozenset[ActivityState]
    target: ActivityState


_S = ActivityState
MOVES: dict[str, Move] = {
    "announce": Move(pgettext_lazy("activity", "Announce"), frozenset({_S.PLANNED}), _S.OPEN),
    "close": Move(pgettext_lazy("activity", "It was held"), frozenset({_S.OPEN}), _S.HELD),
    "cancel": Move(
        pgettext_lazy("activity", "Call it off"), frozenset({_S.PLANNED, _S.OPEN}), _S.CANCELLED
    ),
}
# What everybody may read of.
PUBLIC = (ActivityState.OPEN, ActivityState.HELD, ActivityState.CANCELLED)


def moved(name: str, state: str) -> ActivityState:
    """Where ``name`` leads from ``state``; refused where the table has no such arrow."""
    move = MOVES[name]
    if state not in move.sources:
        raise Refused(
            "wrong_state",
            _("“%(move)s” is not possible any more: the activity is “%(state)s”.")
            % {"move": move.label, "state": ActivityState(state).label},
        )
    return move.target
