"""What becomes of a suggestion: adopted, in part or not, with what that must carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from consultations import notices
from consultations.actions import moves
from consultations.actions.speaking import standing
from consultations.models import Opinion, Topic
from consultations.workflow import (
    JUDGED_IN,
    Facts,
    Fate,
    OpinionKind,
    State,
    Verdict,
    judging_lack,
)
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.privacy import guard

if TYPE_CHECKING:
    from govgrid.accounts.models import User

WORDS = {"verdict_reason": 1000, "must_change": 300, "legal_basis": 300, "alternative": 300}
# What only this verdict carries; the rest is left empty whatever was sent.
CARRIED = {
    Verdict.NOW: frozenset[str](),
    Verdict.LATER: frozenset({"revisit_on", "must_change", "watched_by"}),
    Verdict.CANNOT: frozenset({"legal_basis", "alternative"}),
}


@transaction.atomic
def judge(topic: Topic, serial: int, *, by: User, **given: Any) -> Opinion:
    """Give a suggestion its fate, once a round, and tell whoever made it.

    ``given``: ``fate``, ``verdict`` (not needed where it is not adopted), ``verdict_code`` and what
    that verdict must carry, as for a topic. Refused with the code of what is missing, or with
    ``wrong_state``, ``no_such_opinion``, ``worded_anew``, ``not_a_suggestion``, ``own_opinion``, ``answered_already``.
    """
    topic = moves.hold(topic)
    if not by.has_perm("consultations.convene", topic):
        raise PermissionDenied
    if State(topic.state) not in JUDGED_IN:
        raise Refused("wrong_state", _("Suggestions are answered while it is talked over."))
    one = standing(topic, serial)
    if one.kind != OpinionKind.SUGGESTION:
        raise Refused("not_a_suggestion", _("Only suggestions are answered so."))
    if by.has_perm("consultations.said", one):  # never two keys to one lock
        raise Refused("own_opinion", _("Somebody else decides on what you said."))
    if one.fate and one.fate_round == topic.round:
        raise Refused("answered_already", _("It was answered already."))
    at = clock.now()
    given = {**given, "verdict": _verdict(given)}
    if lack := judging_lack(Facts(topic=topic, by=by, given=given, at=at)):
        raise Refused(lack.code, lack.message)
    _write(one, given)
    one.fate_at, one.fate_by, one.fate_round = at, by, topic.round
    one.save()
    notices.judged(one)
    return one


def _verdict(given: dict[str, Any]) -> Any:
    if given.get("fate") == Fate.NOT_ADOPTED and not given.get("verdict"):
        return Verdict.CANNOT
    return given.get("verdict")


def _write(one: Opinion, given: dict[str, Any]) -> None:
    verdict = Verdict(given["verdict"])
    one.fate, one.verdict = given["fate"], verdict
    one.verdict_code = given["verdict_code"]
    one.verdict_reason = guard.mask(str(given.get("verdict_reason") or "").strip())[:1000]
    carried = CARRIED[verdict]
    for name in ("must_change", "legal_basis", "alternative"):
        said = str(given.get(name) or "").strip() if name in carried else ""
        setattr(one, name, guard.mask(said)[: WORDS[name]])
    for name in ("revisit_on", "watched_by"):
        setattr(one, name, given.get(name) if name in carried else None)
