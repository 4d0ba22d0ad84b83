"""How long what lasts on the way onto the roster and off it, and which step leads where."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.workflow.roster import MemberState

# An invitation that nobody answered erases itself; what was answered is kept as long, emptied.
INVITED = timedelta(days=30)
# Who left is erased this many days later, who was not taken this many.
ERASED_AFTER = timedelta(days=15)
DECLINED_KEPT = timedelta(days=90)
# After two years each member is asked again; who does not answer has left.
REVIEWED_AFTER = timedelta(days=730)
REMINDED_BEFORE = timedelta(days=30)
ARCHIVED_AFTER = timedelta(days=60)
# What an impact assessment must cover before anybody is asked to join.
SCOPE = "members"


class Verb(TextChoices):
    """What became of a member's entry. Fields are named, what stands in them is not."""

    APPLIED = "applied", pgettext_lazy("member event", "Applied")
    JOINED = "joined", pgettext_lazy("member event", "Answered the invitation")
    LOGIN = "login", pgettext_lazy("member event", "A login was made for it")
    TAKEN = "taken", pgettext_lazy("member event", "Taken")
    DECLINED = "declined", pgettext_lazy("member event", "Not taken")
    EDITED = "edited", pgettext_lazy("member event", "Changed")
    AGREED = "agreed", pgettext_lazy("member event", "Agreed")
    WITHDREW = "withdrew", pgettext_lazy("member event", "Took a consent back")
    PAUSED = "paused", pgettext_lazy("member event", "Paused")
    RESUMED = "resumed", pgettext_lazy("member event", "Went on")
    REVIEWED = "reviewed", pgettext_lazy("member event", "Said that all of it still holds")
    LEFT = "left", pgettext_lazy("member event", "Left")
    ARCHIVED = "archived", pgettext_lazy("member event", "Left, for the review was not answered")
    ERASED = "erased", pgettext_lazy("member event", "Erased")


class Answer(TextChoices):
    OPEN = "", pgettext_lazy("invitation", "Not answered")
    JOINED = "joined", pgettext_lazy("invitation", "Joined")
    WITHDRAWN = "withdrawn", pgettext_lazy("invitation", "Withdrawn")


class Step(NamedTuple):
    """From where to where, and how it is written down."""

    sources: frozenset[MemberState]
    target: MemberState
    verb: Verb


def _step(target: MemberState, verb: Verb, *sources: MemberState) -> Step:
    return Step(frozenset(sources), target, verb)


S = MemberState
STEPS = {
    "take": _step(S.ACTIVE, Verb.TAKEN, S.APPLIED),
    "decline": _step(S.DECLINED, Verb.DECLINED, S.APPLIED),
    "pause": _step(S.PAUSED, Verb.PAUSED, S.ACTIVE),
    "resume": _step(S.ACTIVE, Verb.RESUMED, S.PAUSED),
    "leave": _step(S.LEFT, Verb.LEFT, S.APPLIED, S.ACTIVE, S.PAUSED),
    "archive": _step(S.LEFT, Verb.ARCHIVED, S.ACTIVE, S.PAUSED),
}

# What a person may change of the own entry; the order is that of the form.
OWN_FIELDS = (
    "name", "pinyin", "display_name", "organisation", "public_post", "work_phone", "area",
    "station", "specialties", "offer", "takes_suggestions", "welcomes_visits",
)  # fmt: skip

REFUSALS = {
    "wrong_state": _("This does not go with the state in which the entry is."),
    "not_assessed": _("Nobody is asked to join before the impact assessment is signed."),
}
