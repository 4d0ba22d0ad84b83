"""How a need is met: asked for, claimed by several, given to one, served, confirmed by who asked."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from govgrid.core.errors import Refused


class NeedState(TextChoices):
    OPEN = "open", pgettext_lazy("need", "Open")
    CLAIMED = "claimed", pgettext_lazy("need", "Somebody offers")
    ACCEPTED = "accepted", pgettext_lazy("need", "Agreed")
    SERVED = "served", pgettext_lazy("need", "Served, to be confirmed")
    CONFIRMED = "confirmed", pgettext_lazy("need", "Confirmed")
    CLOSED = "closed", pgettext_lazy("need", "Closed")
    EXPIRED = "expired", pgettext_lazy("need", "Expired")
    WITHDRAWN = "withdrawn", pgettext_lazy("need", "Withdrawn")


class ClaimState(TextChoices):
    OFFERED = "offered", pgettext_lazy("claim", "Offered")
    ACCEPTED = "accepted", pgettext_lazy("claim", "Accepted")
    DECLINED = "declined", pgettext_lazy("claim", "Not taken")
    WITHDRAWN = "withdrawn", pgettext_lazy("claim", "Taken back")
    DONE = "done", pgettext_lazy("claim", "Done")


# Everybody reads these; whoever asked for something is never named.
SEEKING = (NeedState.OPEN, NeedState.CLAIMED)
LIVE = (*SEEKING, NeedState.ACCEPTED, NeedState.SERVED)
OVER = (NeedState.CONFIRMED, NeedState.CLOSED, NeedState.EXPIRED, NeedState.WITHDRAWN)

STANDING = (ClaimState.OFFERED, ClaimState.ACCEPTED)
# Of a need at most one is in these.
GIVEN = (ClaimState.ACCEPTED, ClaimState.DONE)
TAKEN_UP = (*STANDING, ClaimState.DONE)

# Days: how long it may be looked for, how long who asked may think, and how long a contact shows.
MOST_DAYS = 90
SILENCE_DAYS = 14
LAPSE_DAYS = 60
CONTACT_DAYS = 30
KEEP_DAYS = 365
MOST_MINUTES = 12 * 60
SCORES = range(1, 6)


class Move(NamedTuple):
    """One arrow: from which states, to which, and who may take it."""

    label: str | Promise
    sources: tuple[NeedState, ...]
    target: NeedState
    permission: str
    icon: str


# Where ``target`` depends on what offers are left, ``after_leaving`` says it.
MOVES: dict[str, Move] = {
    "claim": Move(_("I can help"), SEEKING, NeedState.CLAIMED, "members.claim_need", "check"),
    "accept": Move(
        _("Accept this offer"), (NeedState.CLAIMED,), NeedState.ACCEPTED,
        "members.answer_need", "check",
    ),
    "decline": Move(
        _("Thank you, not this time"), (NeedState.CLAIMED, NeedState.ACCEPTED), NeedState.OPEN,
        "members.answer_need", "cross",
    ),
    "step_back": Move(
        _("Take my offer back"), (NeedState.CLAIMED, NeedState.ACCEPTED), NeedState.OPEN,
        "members.own_claim", "back",
    ),
    "done": Move(
        _("It is done"), (NeedState.ACCEPTED,), NeedState.SERVED, "members.own_claim", "check"
    ),
    "confirm": Move(
        _("Confirm it"), (NeedState.SERVED,), NeedState.CONFIRMED, "members.confirm_need", "check"
    ),
    "not_done": Move(
        _("It was not done"), (NeedState.SERVED,), NeedState.ACCEPTED,
        "members.answer_need", "return",
    ),
    "withdraw": Move(
        _("I do not need it any more"), (*SEEKING, NeedState.ACCEPTED), NeedState.WITHDRAWN,
        "members.answer_need", "cross",
    ),
    "close": Move(
        _("Close it"), (*SEEKING, NeedState.ACCEPTED), NeedState.CLOSED,
        "members.serve_needs", "cross",
    ),
    "to_ticket": Move(
        _("It is a fault: open a ticket"), SEEKING, NeedState.CLOSED, "members.pass_need", "out"
    ),
    "to_topic": Move(
        _("It concerns many: raise a topic"), SEEKING, NeedState.CLOSED,
        "members.pass_need", "talk",
    ),
    # Nobody's: the clock's.
    "expire": Move(_("Its day is over"), SEEKING, NeedState.EXPIRED, "", "clock"),
    "lapse": Move(_("Nobody confirmed it"), (NeedState.SERVED,), NeedState.CLOSED, "", "clock"),
}  # fmt: skip


def check(name: str, state: str) -> None:
    """Refused: ``wrong_state``."""
    if state not in MOVES[name].sources:
        label = NeedState(state).label
        raise Refused(
            "wrong_state",
            gettext("This need is in another state: %(state)s.") % {"state": label},
        )


def after_leaving(*, is_offered: bool) -> NeedState:
    """What a need is once a claim has gone: others may still offer."""
    return NeedState.CLAIMED if is_offered else NeedState.OPEN


# What is about the body of a person has no place in a text that everybody reads. A warning, not a
# refusal: "the doctor's house" is a place too.
HEALTH_WORDS = (
    "病", "患者", "住院", "手术", "吃药", "癌", "残疾", "抑郁", "精神分裂", "怀孕", "艾滋",
    "透析", "化疗", "illness", "disease", "surgery", "pregnan",
)  # fmt: skip


def tells_of_health(text: str) -> bool:
    small = text.lower()
    return any(word in small for word in HEALTH_WORDS)
