"""The life of a counsel: written, edited, put before a leader, answered, and told what became of it."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CounselState(TextChoices):
    DRAFTED = "drafted", pgettext_lazy("counsel", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("counsel", "To be edited")
    RETURNED = "returned", pgettext_lazy("counsel", "Given back")
    EDITED = "edited", pgettext_lazy("counsel", "Edited")
    BRIEFED = "briefed", pgettext_lazy("counsel", "Before a leader")
    NOTED = "noted", pgettext_lazy("counsel", "With instructions")
    ANSWERED = "answered", pgettext_lazy("counsel", "Answered")
    CLOSED = "closed", pgettext_lazy("counsel", "Closed")
    FILED = "filed", pgettext_lazy("counsel", "Not taken further")
    WITHDRAWN = "withdrawn", pgettext_lazy("counsel", "Withdrawn")


S = CounselState
# The author's own text may change.
WRITABLE = frozenset({S.DRAFTED, S.RETURNED})
# What the public reads: a leader took it up, and then what became of it.
PUBLIC = frozenset({S.NOTED, S.ANSWERED, S.CLOSED})
# What an editor sees: not what nobody has handed in yet.
HANDED_IN = frozenset(set(S) - {S.DRAFTED})
OVER = frozenset({S.CLOSED, S.FILED, S.WITHDRAWN})


class Reason(TextChoices):
    """Why a counsel goes back to its author, or no further."""

    ABOUT_A_PERSON = "about_a_person", _("It is about a person, not about a public matter.")
    NOT_PUBLIC = "not_public", _("It is a matter of one's own: the station or a report helps.")
    UNCLEAR = "unclear", _("It does not say what is to be done.")
    SAID_BEFORE = "said_before", _("It was said before and is being dealt with.")
    ELSEWHERE = "elsewhere", _("Another authority decides on it.")


class Move(NamedTuple):
    """``needs``: what must be given, each with its refusal ``<name>_needed``."""

    label: str | Promise
    sources: frozenset[CounselState]
    target: CounselState
    permission: str
    icon: str
    needs: tuple[str, ...] = ()
    is_public: bool = False


OWN, EDIT = "members.own_counsel", "members.edit_counsel"
LEAD, HEED = "members.instruct", "members.answer_counsel"

MOVES: dict[str, Move] = {
    "submit": Move(_("Hand it in"), WRITABLE, S.SUBMITTED, OWN, "out", is_public=True),
    "withdraw": Move(
        _("Take it back"),
        frozenset({S.DRAFTED, S.SUBMITTED, S.RETURNED, S.EDITED}),
        S.WITHDRAWN,
        OWN,
        "cross",
    ),
    "give_back": Move(
        _("Give it back"),
        frozenset({S.SUBMITTED, S.EDITED}),
        S.RETURNED,
        EDIT,
        "back",
        ("reason", "note"),
    ),
    "edit": Move(
        _("Edit it"),
        frozenset({S.SUBMITTED, S.EDITED}),
        S.EDITED,
        EDIT,
        "doc",
        ("title", "body"),
    ),
    "file": Move(
        _("Take it no further"),
        frozenset({S.SUBMITTED, S.EDITED, S.BRIEFED}),
        S.FILED,
        EDIT,
        "s-declined",
        ("reason", "answer"),
    ),
    "brief": Move(_("Make a brief of it"), frozenset({S.EDITED}), S.BRIEFED, EDIT, "layers"),
    "note": Move(
        _("Write an instruction"),
        frozenset({S.BRIEFED, S.NOTED, S.ANSWERED}),
        S.NOTED,
        LEAD,
        "ruling",
        is_public=True,
    ),
    "answer": Move(
        pgettext_lazy("counsel", "Answer"),
        frozenset({S.NOTED}),
        S.ANSWERED,
        HEED,
        "check",
        ("answer",),
        is_public=True,
    ),
    "close": Move(
        _("Say what became of it"),
        frozenset({S.NOTED, S.ANSWERED}),
        S.CLOSED,
        EDIT,
        "s-done",
        ("became",),
        is_public=True,
    ),
}
# What the author alone sees of his own; what stands there for others says that it was given back.
STARTED = "draft"
VERBS: dict[str, str | Promise] = {
    STARTED: _("Written"),
    "submit": _("Handed in"),
    "withdraw": _("Taken back"),
    "give_back": _("Given back to its author"),
    "edit": pgettext_lazy("counsel", "Edited"),
    "file": _("Taken no further"),
    "brief": _("Put before a leader"),
    "note": _("A leader wrote an instruction"),
    "reply": _("A department answered"),
    "answer": _("All that was asked is answered"),
    "close": _("What became of it was said"),
    "topic": _("Taken up in a consultation"),
    "ticket": _("A ticket was opened"),
}


def may_follow(name: str, state: str) -> bool:
    return CounselState(state) in MOVES[name].sources
