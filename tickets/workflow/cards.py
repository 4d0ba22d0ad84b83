"""The colours of supervision: which cards there are, what raises one and what lets it lapse. Pure.

A card belongs to a department and a ticket, never to a person.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from tickets.workflow.states import ClockKind, Rank


class Colour(TextChoices):
    BLUE = "blue", pgettext_lazy("card", "Blue")
    YELLOW = "yellow", pgettext_lazy("card", "Yellow")
    RED = "red", pgettext_lazy("card", "Red")


# The worst last.
WORSE = (Colour.BLUE, Colour.YELLOW, Colour.RED)
# Which post of a department a colour is for.
TOLD = {
    Colour.BLUE: Rank.LIAISON,
    Colour.YELLOW: Rank.DEPUTY_HEAD,
    Colour.RED: Rank.HEAD,
}


class CardCause(TextChoices):
    NEAR = "near", pgettext_lazy("card", "The limit is near")
    UNSIGNED = "unsigned", pgettext_lazy("card", "Not signed for in time")
    OVERDUE = "overdue", pgettext_lazy("card", "Overdue")
    UNSOLVED = "unsolved", pgettext_lazy("card", "Unsolved once more")
    LONG_OVERDUE = "long_overdue", pgettext_lazy("card", "Long overdue")
    UNANSWERED = "unanswered", pgettext_lazy("card", "Yellow card not answered")
    RETURNED = "returned", pgettext_lazy("card", "Returned three times")


COLOUR_OF = {
    CardCause.NEAR: Colour.BLUE,
    CardCause.UNSIGNED: Colour.YELLOW,
    CardCause.OVERDUE: Colour.YELLOW,
    CardCause.UNSOLVED: Colour.YELLOW,
    CardCause.LONG_OVERDUE: Colour.RED,
    CardCause.UNANSWERED: Colour.RED,
    CardCause.RETURNED: Colour.RED,
}


class Lapse(TextChoices):
    """Why a card counts no longer."""

    DONE = "done", pgettext_lazy("card", "done")
    WORSE = "worse", pgettext_lazy("card", "a worse one followed")
    RETURNED = "returned", pgettext_lazy("card", "returned")
    WITHDRAWN = "withdrawn", pgettext_lazy("card", "withdrawn")
    RULED = "ruled", pgettext_lazy("card", "ruled on")
    HELD = "held", pgettext_lazy("card", "the ticket stands still")
    ENDED = "ended", pgettext_lazy("card", "the ticket has ended")
    LATER = "later", pgettext_lazy("card", "the deadline moved")


class Colours(NamedTuple):
    """When a ticket gets which colour; the standard of the field, unless a district says otherwise."""

    near_percent: int = 75
    # Red, once so much of the limit was used over again, or this long after the deadline.
    over_percent: int = 50
    over_limit: str = "WD2"
    # So long a department has to answer a yellow card before it turns red.
    answer_limit: str = "WD1"
    # The how-manieth reopening is a yellow card.
    reopenings: int = 2


STANDARD_COLOURS = Colours()


def is_worse(colour: str, than: str) -> bool:
    return WORSE.index(Colour(colour)) > WORSE.index(Colour(than))


def turns_red(kind: str) -> bool:
    """Signing turns red only where the yellow card stays unanswered: the work itself has a clock."""
    return kind != ClockKind.SIGN


def cause_when_over(kind: str, *, is_long: bool) -> CardCause:
    if is_long:
        return CardCause.LONG_OVERDUE
    return CardCause.UNSIGNED if kind == ClockKind.SIGN else CardCause.OVERDUE
