"""What the answer to a suggestion must carry: adopted, in part or not, now, later or never."""

from __future__ import annotations

from django.utils.translation import gettext

from consultations.workflow.facts import Facts, Lack, text
from consultations.workflow.guards import looks_again
from consultations.workflow.states import (
    SUGGESTION_REASONS_OF,
    VERDICTS_OF,
    Fate,
    Verdict,
    VerdictReason,
)


def judging_lack(facts: Facts) -> Lack | None:
    """The first thing that is missing in ``facts.given``; its names are those of a verdict."""
    given = facts.given
    if not given.get("fate"):
        return Lack("fate_needed", gettext("Choose: adopted, adopted in part or not adopted."))
    fate, verdict = Fate(given["fate"]), given.get("verdict")
    if verdict not in VERDICTS_OF[fate]:
        return Lack(
            "verdict_needed", gettext("What is adopted is done now or later, the rest cannot be.")
        )
    if given.get("verdict_code") not in SUGGESTION_REASONS_OF[Verdict(verdict)]:
        return Lack("verdict_code_needed", gettext("Choose a reason that goes with it."))
    if fate != Fate.ADOPTED and not text(facts, "verdict_reason"):
        return Lack("verdict_reason_needed", gettext("Give the reason in plain words."))
    return _carries(facts)


def _carries(facts: Facts) -> Lack | None:
    given = facts.given
    if given["verdict"] == Verdict.LATER:
        return looks_again(facts)
    no_rule = given["verdict_code"] == VerdictReason.OTHER_WAY
    if given["verdict"] == Verdict.CANNOT and not no_rule and not text(facts, "legal_basis"):
        return Lack("legal_basis_needed", gettext("Name the rule by which it cannot be done."))
    return None
