"""When people may talk: which state of a topic allows what. Read by the actions, the pages, the API."""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.workflow.states import PUBLIC, OpinionKind, State

_S = State
_FORMING = frozenset({_S.STUDYING, _S.DELIBERATING})
_LIVE = PUBLIC - {_S.CLOSED}

# What is said, by kind; an answer may still come when everything else is over.
SPOKEN_IN: Mapping[OpinionKind, frozenset[State]] = {
    OpinionKind.SUGGESTION: _FORMING,
    OpinionKind.AMENDMENT: _FORMING,
    OpinionKind.PROBLEM: _FORMING,
    OpinionKind.COMMENT: _LIVE,
    OpinionKind.QUESTION: _LIVE,
    OpinionKind.ANSWER: PUBLIC,
}
# For or against a suggestion counts until it was answered; for the topic as long as a refusal of it
# may still be appealed against by those who support it.
STANCE_ON_SUGGESTION = _FORMING
STANCE_ON_TOPIC = _LIVE - {_S.DOING, _S.REVIEWING}
# Suggestions are judged at the table.
JUDGED_IN = frozenset({_S.DELIBERATING})
# Wordings change while they are talked over, never once they were decided on.
REWORDED_IN = _FORMING
# What anybody writes who may speak; answers and problems are for those at the table.
FOR_ALL = (
    OpinionKind.SUGGESTION,
    OpinionKind.COMMENT,
    OpinionKind.QUESTION,
    OpinionKind.AMENDMENT,
)
# Below these a question or a comment is answered, never an answer: threads are one level deep.
ANSWERED = frozenset({OpinionKind.QUESTION, OpinionKind.COMMENT, OpinionKind.SUGGESTION})

STANCES: Mapping[int, str | Promise] = {
    1: pgettext_lazy("stance", "For"),
    0: pgettext_lazy("stance", "Neither"),
    -1: pgettext_lazy("stance", "Against"),
}


class FlagReason(TextChoices):
    """Why a reader thinks that something should not stand there."""

    ABOUT_A_PERSON = "about_a_person", _("About a named person")
    INSULT = "insult", _("It insults or threatens")
    UNLAWFUL = "unlawful", _("It breaks the law")
    ADVERT = "advert", _("Advertisement")
    BESIDE = "beside", _("It has nothing to do with the topic")
    OTHER = "other", pgettext_lazy("flag", "Something else")


def kinds_in(state: str) -> list[OpinionKind]:
    """What anybody may write in this state, in the order of the form."""
    return [kind for kind in FOR_ALL if State(state) in SPOKEN_IN[kind]]
