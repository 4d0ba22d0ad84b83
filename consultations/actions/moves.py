"""Moves: one arrow of ``workflow.MOVES`` taken, with its step, its clock and its messages."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext as _

from consultations import clocks, notices, queries, seats, workflow
from consultations.effects import EFFECTS
from consultations.models import Step, Topic
from consultations.workflow import Facts, State, Verdict
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.privacy import guard

if TYPE_CHECKING:
    from datetime import datetime

    from govgrid.accounts.models import User


@transaction.atomic
def move(topic: Topic, name: str, *, by: User | None, **given: Any) -> Topic:
    """Take one arrow of ``workflow.MOVES``, or raise; ``by=None`` is the clock or a lower fact.

    ``given`` is what the move's ``fields`` name. Refused with the first lack's code when the state
    or a guard says no; with ``changed_since`` when somebody else was faster than the page (``seen``:
    the id of the last step that the page showed).
    """
    seen = given.pop("seen", None)
    topic = lock(topic, given)
    at = clock.now()
    facts = queries.gather([name], topic, by=by, given=_masked(given), at=at)
    if by is None and not workflow.MOVES[name].is_system:
        raise PermissionDenied
    if by is not None and not by.has_perm(workflow.MOVES[name].permission, topic):
        raise PermissionDenied
    _check(name, facts, seen)
    before, after = topic.state, workflow.target(name, facts)
    EFFECTS[name](facts, at)
    topic.state = after
    clocks.begin(topic, at, facts.rules)
    topic.save()
    step = log(topic, name, by=by, at=at, before=before, note=_note(facts), data=_told(facts))
    notices.moved(topic, name, step)
    return _go_on(topic, name)


def _go_on(topic: Topic, name: str) -> Topic:
    """What was put off waits for its day from now on; nobody has to press a second button."""
    if name == "settle" and topic.verdict == Verdict.LATER:
        return move(topic, "defer", by=None)
    return topic


def lock(topic: Topic, given: dict[str, Any] | None = None) -> Topic:
    """The row as it is now, and nobody else's until the transaction ends.

    Two topics are locked in the order of their ids, so that two merges do not wait for each other.
    """
    into = (given or {}).get("into")
    ids = {topic.pk} | ({into.pk} if into is not None else set())
    rows = (
        Topic.objects.select_for_update(of=("self",))
        .select_related("platform__area", "area", "merged_into")
        .filter(pk__in=ids)
        .order_by("pk")
    )
    locked = {one.pk: one for one in rows}
    if into is not None and given is not None:
        given["into"] = locked[into.pk]
    return locked[topic.pk]


def hold(topic: Topic) -> Topic:
    """As :func:`lock`, for what is said on a topic: rows that point to it may still be added."""
    rows = Topic.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("platform__area", "area").get(pk=topic.pk)


def log(
    topic: Topic,
    verb: str,
    *,
    by: User | None,
    at: datetime,
    before: str = "",
    note: str = "",
    data: dict[str, Any] | None = None,
    is_public: bool = True,
) -> Step:
    """Add to the story of a topic; ``by`` is told as what he acted, not who he is.

    ``is_public=False``: for those inside, whatever the state says.
    """
    return Step.objects.create(
        topic=topic,
        verb=verb,
        before=before,
        after=topic.state,
        by=by,
        role=_role(topic, verb, by),
        note=guard.mask(note),
        data=data or {},
        is_public=is_public and workflow.is_told_in_public(verb, topic.state),
        at=at,
    )


def _role(topic: Topic, verb: str, by: User | None) -> str:
    if by is None:
        return ""
    known = workflow.MOVES.get(verb)
    role = seats.role_on(by, known.permission, topic.platform) if known else ""
    return role or ("proposer" if by.pk in {topic.raised_by_id, topic.entered_by_id} else "")


def _check(name: str, facts: Facts, seen: int | None) -> None:
    try:
        workflow.check(name, facts)
    except Refused as refusal:
        newer = facts.topic.steps.filter(pk__gt=seen or 0).order_by("-pk").first()
        if refusal.code != "wrong_state" or seen is None or newer is None:
            raise
        message = _("Somebody was faster: %(state)s at %(time)s. Your text is kept.") % {
            "state": State(newer.after).label,
            "time": f"{clock.local(newer.at):%H:%M}",
        }
        raise Refused("changed_since", message, missing=refusal.missing) from None


def _masked(given: dict[str, Any]) -> dict[str, Any]:
    """Personal numbers leave the words before anything is written."""
    return {
        key: guard.mask(value.strip()) if isinstance(value, str) else value
        for key, value in given.items()
    }


def _note(facts: Facts) -> str:
    return str(facts.given.get("note") or "")


def _told(facts: Facts) -> dict[str, Any]:
    """What was said with the move, as the story keeps it."""
    return {
        name: _plain(value)
        for name, value in facts.given.items()
        if name != "note" and value not in (None, "", [], ())
    }


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value
