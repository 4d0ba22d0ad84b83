"""What must hold before a move: one small function each, giving what is missing or None."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext, ngettext

from consultations.workflow.facts import Facts, Guard, Lack, text
from consultations.workflow.states import (
    KEPT,
    OWED,
    REASONS_OF,
    STUDIES,
    TALKS,
    CommitmentState,
    OpinionKind,
    State,
    Tier,
    Verdict,
)
from govgrid.core import clock

if TYPE_CHECKING:
    from consultations.models import Commitment, Session, Topic

# A look again lies within a year.
FARTHEST = timedelta(days=366)
MAX_NO_ACCORD = 2
MAX_REOPENED = 2
# As participation.md has it: a mean from so many ratings on, and who counts as unhappy.
FEWEST_RATINGS = 5
LOW_MEAN = 3.0
UNHAPPY, UNHAPPY_SHARE = 2, 0.2


def asks_for(name: str, code: str, sentence: Callable[[], str]) -> Guard:
    """A guard that wants words under ``name``."""

    def guard(facts: Facts) -> Lack | None:
        return None if text(facts, name) else Lack(code, sentence())

    guard.__name__ = f"has_{name}"
    return guard


says_why = asks_for(
    "note", "note_needed", lambda: gettext("Say why, in words that anybody understands.")
)
has_study_plan = asks_for(
    "study_plan", "study_plan_needed", lambda: gettext("Say how it will be looked into.")
)
has_affected = asks_for("affected", "affected_needed", lambda: gettext("Say who is affected."))
has_study_report = asks_for(
    "study_report", "study_report_needed", lambda: gettext("Write what the study found.")
)
has_questions = asks_for(
    "note", "questions_needed", lambda: gettext("Write down the questions that are left open.")
)
has_result = asks_for(
    "result",
    "result_needed",
    lambda: gettext("Write the result in words that the proposer understands."),
)
has_summary = asks_for(
    "summary", "summary_needed", lambda: gettext("Sum up what the look back brought.")
)
has_new_facts = asks_for(
    "note", "new_facts_needed", lambda: gettext("Say what is new, or what the ratings say.")
)


# ── who ───────────────────────────────────────────────────────────────────────────────────────


def is_not_the_proposer(facts: Facts) -> Lack | None:
    """Never two keys to one lock."""
    topic, by = facts.topic, facts.by
    if by is None or by.pk not in {topic.raised_by_id, topic.entered_by_id}:
        return None
    return Lack("own_topic", gettext("Somebody else decides on what you raised."))


def is_somebody_else(facts: Facts) -> Lack | None:
    """A review is never by who decided before."""
    if (
        facts.topic.state != State.APPEALED
        or facts.by is None
        or facts.by.pk not in facts.decided_by
    ):
        return None
    return Lack("decided_before", gettext("You decided on it before: somebody else reviews it."))


def may_appeal(facts: Facts) -> Lack | None:
    """The proposer once, or enough of those who support it."""
    if facts.topic.appealed_at is not None:
        return Lack("appealed_already", gettext("It was reviewed once already."))
    if facts.topic.state == State.REPORTED and facts.topic.verdict != Verdict.CANNOT:
        return Lack("nothing_refused", gettext("Only a refusal can be reviewed."))
    by, topic = facts.by, facts.topic
    if by is not None and by.pk in {topic.raised_by_id, topic.entered_by_id}:
        return None
    if facts.endorsers >= facts.rules.endorsers:
        return None
    message = gettext("The proposer may ask for a review, or %(count)s who support the topic.")
    return Lack("not_enough_endorsers", message % {"count": facts.rules.endorsers})


# ── screening ─────────────────────────────────────────────────────────────────────────────────


def has_decline_reason(facts: Facts) -> Lack | None:
    if facts.given.get("reason"):
        return None
    return Lack("reason_needed", gettext("Choose the reason."))


def has_destination(facts: Facts) -> Lack | None:
    if facts.given.get("destination"):
        return None
    return Lack("destination_needed", gettext("Say where it was passed on to."))


def names_another_topic(facts: Facts) -> Lack | None:
    into = facts.given.get("into")
    if into is None:
        return Lack("into_needed", gettext("Choose the topic that it is merged into."))
    if into.pk == facts.topic.pk:
        return Lack("merged_into_itself", gettext("A topic is not merged into itself."))
    if into.state not in {State.STUDYING, State.DELIBERATING}:
        return Lack(
            "into_not_open",
            gettext("It is merged only into a topic that is being looked into or talked over."),
        )
    return None


# ── the study ─────────────────────────────────────────────────────────────────────────────────


def was_looked_at(facts: Facts) -> Lack | None:
    """A visit or a survey was held in this round, or it is said in writing why none was."""
    held = any(one.kind in STUDIES and one.was_held(facts.now) for one in facts.sessions)
    if held or text(facts, "study_waiver") or facts.topic.study_waiver:
        return None
    return Lack(
        "study_needed", gettext("Visit the place or ask people first, or say in writing why not.")
    )


# ── the talk ──────────────────────────────────────────────────────────────────────────────────


def _talks(facts: Facts) -> list[Session]:
    return [one for one in facts.sessions if one.kind in TALKS and one.was_held(facts.now)]


def knows_affected(facts: Facts) -> Lack | None:
    """Said with the study, or when it was taken up."""
    return None if facts.topic.affected else has_affected(facts)


def was_talked_over(facts: Facts) -> Lack | None:
    if _talks(facts):
        return None
    return Lack("meeting_needed", gettext("Nobody has talked it over in this round."))


def papers_were_in_time(facts: Facts) -> Lack | None:
    late = [one for one in _talks(facts) if not one.papers_in_time]
    if not late:
        return None
    message = ngettext(
        "The papers must be out %(days)s working day before the meeting.",
        "The papers must be out %(days)s working days before the meeting.",
        facts.rules.days["papers"],
    )
    return Lack("papers_late", message % {"days": facts.rules.days["papers"]})


def enough_were_there(facts: Facts) -> Lack | None:
    if facts.heads.there >= facts.rules.quorum:
        return None
    message = gettext("%(there)s were there, %(quorum)s must be.")
    return Lack("no_quorum", message % {"there": facts.heads.there, "quorum": facts.rules.quorum})


def residents_were_there(facts: Facts) -> Lack | None:
    heads = facts.heads
    if heads.residents * 100 >= heads.there * facts.rules.resident_share:
        return None
    message = gettext("%(share)s %% of those who were there must live or work there.")
    return Lack("too_few_residents", message % {"share": facts.rules.resident_share})


def minutes_are_out(facts: Facts) -> Lack | None:
    if all(one.minutes_published_at is not None for one in _talks(facts)):
        return None
    return Lack("minutes_needed", gettext("Publish the minutes first."))


def no_ballot_is_open(facts: Facts) -> Lack | None:
    """What people were asked to vote on is not decided beside them."""
    if not facts.ballots:
        return None
    message = ngettext(
        "%(count)s ballot on it is not over: have it counted, or call it off.",
        "%(count)s ballots on it are not over: have them counted, or call them off.",
        facts.ballots,
    )
    return Lack("ballot_open", message % {"count": facts.ballots})


def every_suggestion_is_answered(facts: Facts) -> Lack | None:
    open_ones = [
        one
        for one in facts.suggestions
        if one.kind == OpinionKind.SUGGESTION and not one.fate and one.hidden_at is None
    ]
    if not open_ones:
        return None
    message = ngettext(
        "%(count)s suggestion has no answer yet.",
        "%(count)s suggestions have no answer yet.",
        len(open_ones),
    )
    return Lack("suggestions_open", message % {"count": len(open_ones)})


def has_verdict(facts: Facts) -> Lack | None:
    """With the reason of its kind and plain words."""
    verdict = facts.given.get("verdict")
    if not verdict:
        return Lack("verdict_needed", gettext("Choose: now, later or not at all."))
    if facts.given.get("verdict_code") not in REASONS_OF[Verdict(verdict)]:
        return Lack("verdict_code_needed", gettext("Choose a reason that goes with it."))
    if not text(facts, "verdict_reason"):
        return Lack("verdict_reason_needed", gettext("Give the reason in plain words."))
    return None


def verdict_carries(facts: Facts) -> Lack | None:
    """What each verdict must carry."""
    verdict = facts.given.get("verdict")
    if verdict == Verdict.LATER:
        return looks_again(facts)
    if verdict == Verdict.CANNOT and not text(facts, "legal_basis"):
        return Lack("legal_basis_needed", gettext("Name the rule by which it cannot be done."))
    if verdict == Verdict.NOW and not (facts.commitments or text(facts, "consensus")):
        return Lack(
            "commitment_needed", gettext("Name who does what, or write down what was agreed.")
        )
    return None


def looks_again(facts: Facts) -> Lack | None:
    revisit_on, today = facts.given.get("revisit_on"), clock.local(facts.now).date()
    if revisit_on is None:
        return Lack("revisit_needed", gettext("Name the day on which it is looked at again."))
    if not today < revisit_on <= today + FARTHEST:
        return Lack(
            "revisit_out_of_range", gettext("It is looked at again after today and within a year.")
        )
    if not text(facts, "must_change"):
        return Lack("must_change_needed", gettext("Say what must change first."))
    return None


def is_later(facts: Facts) -> Lack | None:
    if facts.topic.verdict == Verdict.LATER:
        return None
    return Lack("not_later", gettext("The verdict was not “later”."))


def day_has_come(facts: Facts) -> Lack | None:
    """Before its day only with a reason."""
    day = facts.topic.revisit_on
    if day is None or day <= clock.local(facts.now).date() or text(facts, "note"):
        return None
    return Lack("note_needed", gettext("Its day has not come: say why it is looked at again now."))


# ── carrying out ──────────────────────────────────────────────────────────────────────────────


def _live(facts: Facts) -> list[Commitment]:
    return [one for one in facts.commitments if one.state != CommitmentState.ENDED]


def is_now(facts: Facts) -> Lack | None:
    if facts.topic.verdict == Verdict.NOW and _live(facts):
        return None
    return Lack("nothing_to_do", gettext("Nobody promised anything here."))


def all_accepted(facts: Facts) -> Lack | None:
    owed = {CommitmentState.OFFERED, CommitmentState.RETURNED}
    waiting = [one for one in facts.commitments if one.state in owed]
    if not waiting:
        return None
    return Lack("not_all_accepted", gettext("Not every department has accepted yet."))


def nothing_was_promised(facts: Facts) -> Lack | None:
    """A "cannot", or an agreement that is itself the result."""
    if facts.topic.verdict == Verdict.CANNOT or (facts.topic.consensus and not _live(facts)):
        return None
    return Lack(
        "promised", gettext("Departments promised something: it is reported when that is done.")
    )


def all_done(facts: Facts) -> Lack | None:
    if not any(one.state in OWED for one in facts.commitments) and any(
        one.state in KEPT for one in facts.commitments
    ):
        return None
    return Lack("not_all_done", gettext("Not everything that was promised is done."))


# ── looking back ──────────────────────────────────────────────────────────────────────────────


def no_round_is_open(facts: Facts) -> Lack | None:
    if facts.review is None or facts.review.closed_at is not None:
        return None
    return Lack("round_open", gettext("People are rating already."))


def round_is_over(facts: Facts) -> Lack | None:
    if facts.review is None or facts.review.closes_at <= facts.now:
        return None
    message = gettext("People may rate until %(day)s.")
    return Lack(
        "round_open", message % {"day": f"{clock.local(facts.review.closes_at):%m-%d %H:%M}"}
    )


def is_unhappy(ratings: Sequence[tuple[int, int]]) -> bool:
    """Whether ratings call for doing it again: a low mean, or a fifth who are unhappy."""
    total = sum(count for _score, count in ratings)
    if total < FEWEST_RATINGS:
        return False
    mean = sum(score * count for score, count in ratings) / total
    low = sum(count for score, count in ratings if score <= UNHAPPY)
    return mean < LOW_MEAN or low >= total * UNHAPPY_SHARE


def tier_after_reopening(topic: Topic) -> Tier:
    """After two reopenings the next level takes over."""
    if topic.reopened + 1 < MAX_REOPENED:
        return Tier(topic.tier)
    return {Tier.PLATFORM: Tier.STREET}.get(Tier(topic.tier), Tier.DISTRICT)
