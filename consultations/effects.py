"""What each move does to the rows beside the state: one small function for each that does anything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from consultations.models import Review
from consultations.workflow import Facts, State, Verdict, target, tier_after_reopening
from consultations.workflow.facts import text
from consultations.workflow.guards import MAX_NO_ACCORD
from consultations.workflow.states import UP, Tier
from govgrid.core import clock

VERDICT_FIELDS = (
    "verdict",
    "verdict_code",
    "verdict_reason",
    "revisit_on",
    "must_change",
    "watched_by",
    "legal_basis",
    "alternative",
)
Effect = Callable[[Facts, datetime], None]


def _said(*names: str) -> Effect:
    """Keeps what was typed where something was typed."""

    def effect(facts: Facts, at: datetime) -> None:
        for name in names:
            if text(facts, name):
                setattr(facts.topic, name, text(facts, name))

    return effect


def _clear_verdict(facts: Facts) -> None:
    """A new round judges anew; what was judged before is in the story."""
    topic = facts.topic
    for name in VERDICT_FIELDS:
        setattr(topic, name, None if name in {"revisit_on", "watched_by"} else "")
    topic.consensus = topic.result = ""
    topic.reported_at = None


def _decline(facts: Facts, at: datetime) -> None:
    if not facts.topic.verdict:
        facts.topic.decline_code = facts.given["reason"]


def _accept(facts: Facts, at: datetime) -> None:
    _said("study_plan", "affected")(facts, at)
    topic = facts.topic
    if topic.verdict:  # a "cannot" under review is talked over anew
        _clear_verdict(facts)
        topic.round += 1
    topic.decline_code = ""
    topic.tier = Tier.PLATFORM


def _refer(facts: Facts, at: datetime) -> None:
    facts.topic.destination = facts.given["destination"]


def _merge(facts: Facts, at: datetime) -> None:
    facts.topic.merged_into = facts.given["into"]


def _appeal(facts: Facts, at: datetime) -> None:
    facts.topic.appealed_at = at


def _settle(facts: Facts, at: datetime) -> None:
    topic, given = facts.topic, facts.given
    for name in VERDICT_FIELDS:
        if given.get(name):
            setattr(topic, name, given[name])
    if topic.verdict != Verdict.LATER:
        topic.revisit_on = None
    topic.consensus = text(facts, "consensus")


def _no_accord(facts: Facts, at: datetime) -> None:
    topic = facts.topic
    topic.round += 1
    topic.no_accord += 1
    if topic.no_accord > MAX_NO_ACCORD:
        topic.tier, topic.no_accord = UP[Tier(topic.tier)], 0


def _revisit(facts: Facts, at: datetime) -> None:
    _clear_verdict(facts)
    facts.topic.round += 1


def _report(facts: Facts, at: datetime) -> None:
    topic = facts.topic
    topic.reported_at = at
    topic.result = text(facts, "result") or "\n".join(
        f"{one.text}: {one.result}" for one in facts.commitments if one.result
    )


def _look_back(facts: Facts, at: datetime) -> None:
    topic = facts.topic
    topic.closed_at = None
    closes = clock.local(at).date() + timedelta(days=facts.rules.days["rating"] + 1)
    Review.objects.create(
        topic=topic,
        serial=(facts.review.serial if facts.review else 0) + 1,
        opens_at=at,
        closes_at=clock.midnight(closes),
    )


def _close(facts: Facts, at: datetime) -> None:
    if facts.review is not None and facts.review.closed_at is None:
        facts.review.summary, facts.review.closed_at = text(facts, "summary"), at
        facts.review.save(update_fields=["summary", "closed_at"])
    facts.topic.closed_at = at


def _reopen(facts: Facts, at: datetime) -> None:
    topic = facts.topic
    review = facts.review
    if review is not None and review.closed_at is None:
        review.summary, review.closed_at = text(facts, "note"), at
        review.save(update_fields=["summary", "closed_at"])
    topic.tier = tier_after_reopening(topic)
    topic.reopened += 1
    topic.closed_at = topic.reported_at = None
    if target("reopen", facts) == State.STUDYING:
        _clear_verdict(facts)
        topic.round += 1


def _nothing(facts: Facts, at: datetime) -> None:
    """The state says it all."""


EFFECTS: dict[str, Effect] = {
    "withdraw": _nothing,
    "accept": _accept,
    "decline": _decline,
    "refer": _refer,
    "merge": _merge,
    "appeal": _appeal,
    "convene": _said("study_report", "study_waiver", "affected"),
    "settle": _settle,
    "no_accord": _no_accord,
    "defer": _nothing,
    "revisit": _revisit,
    "start": _nothing,
    "explain": _report,
    "report": _report,
    "look_back": _look_back,
    "close": _close,
    "reopen": _reopen,
}
