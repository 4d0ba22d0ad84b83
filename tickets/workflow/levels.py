"""Levels (小事不出社区、大事不出街道): who answers for it that a matter is solved, and how it goes up."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tickets.workflow.guards import Facts, Lack, text
from tickets.workflow.move import Move
from tickets.workflow.states import State


class Tier(TextChoices):
    """From the lowest up. On the spot: whoever works in the grid settled it there and then."""

    GRID = "grid", _("On the spot")
    COMMUNITY = "community", pgettext_lazy("level", "Community")
    STREET = "street", pgettext_lazy("level", "Street")
    DISTRICT = "district", pgettext_lazy("level", "District")


class Cause(TextChoices):
    """Why a ticket went up. Only ``HAND`` is a person's; the others are the system's."""

    HAND = "hand", _("by hand, with reasons")
    RED = "red", _("by itself: a red card")
    UNSOLVED = "unsolved", _("by itself: called unsolved again")


# The one step that leads up from each level. What was settled on the spot, and was not solved by
# it, is the community's.
STEP_UP = {
    Tier.GRID: Tier.STREET,
    Tier.COMMUNITY: Tier.STREET,
    Tier.STREET: Tier.DISTRICT,
}


def is_below_the_top(facts: Facts) -> Lack | None:
    if facts.ticket.level in STEP_UP:
        return None
    return Lack("top_level", gettext("It is with the district already: there is no level above."))


def is_where_it_was_seen(facts: Facts) -> Lack | None:
    """Two who press at once mean one step, not two."""
    seen = facts.given.get("from_level")
    if not seen or seen == facts.ticket.level:
        return None
    return Lack("changed_since", gettext("Somebody was faster: it was taken up already."))


def has_its_cause(facts: Facts) -> Lack | None:
    """A person gives reasons; the system has a cause, and neither passes for the other."""
    cause = facts.given.get("cause") or (Cause.HAND if facts.by else "")
    if cause in Cause.values and (cause == Cause.HAND) == (facts.by is not None):
        return None
    return Lack("cause_needed", gettext("A person takes it up by hand; the system names a cause."))


def tells_what_was_tried(facts: Facts) -> Lack | None:
    if facts.by is None or text(facts, "tried"):
        return None
    return Lack("tried_needed", gettext("Say what was tried at this level."))


def tells_which_power(facts: Facts) -> Lack | None:
    if facts.by is None or text(facts, "missing_power"):
        return None
    return Lack("power_needed", gettext("Say which power is missing."))


MOVES: dict[str, Move] = {
    # The state stays, and whoever works on it works on: one more desk answers for it.
    "escalate": Move(
        _("Take it up a level"),
        "tickets.escalate",
        frozenset({State.TRIAGE, State.DISPATCHED, State.HANDLING, State.HANDLED}),
        None,
        guards=(
            is_where_it_was_seen,
            is_below_the_top,
            has_its_cause,
            tells_what_was_tried,
            tells_which_power,
        ),
        fields=("from_level", "tried", "missing_power"),
        icon="lift",
    ),
}
