"""How ballots and covenants are written in the REST API: never a choice of anybody."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from consultations import ballots, covenants
from consultations.models import Ballot, Covenant, Residency
from consultations.workflow.ballots import (
    BallotKind,
    BallotState,
    Basis,
    CountBy,
    CovenantKind,
    CovenantState,
    Share,
)
from govgrid.core.fields import told


class BallotOutcomeRow(serializers.Serializer):
    number = serializers.IntegerField()
    label = serializers.CharField()
    heads = serializers.IntegerField(allow_null=True, help_text="null: kept back.")
    floor_area = serializers.FloatField(allow_null=True, help_text="Square metres.")
    has_won = serializers.BooleanField()


class BallotResult(serializers.Serializer):
    """Turnout and result together, once it is counted."""

    is_passed = serializers.BooleanField()
    has_quorum = serializers.BooleanField()
    voted = serializers.IntegerField()
    entitled = serializers.IntegerField()
    voted_area = serializers.FloatField(help_text="Square metres.")
    entitled_area = serializers.FloatField(help_text="Square metres.")
    spoilt = serializers.IntegerField(allow_null=True)
    outcomes = BallotOutcomeRow(many=True)
    receipts = serializers.ListField(child=serializers.CharField())


class BallotRow(serializers.Serializer):
    id = serializers.IntegerField()
    platform = serializers.CharField(help_text="Its code.")
    topic = serializers.CharField(allow_null=True, help_text="Its number.")
    area = serializers.CharField(help_text="Its code.")
    compound = serializers.CharField(allow_null=True, help_text="Its code.")
    question = serializers.CharField()
    about = serializers.CharField()
    options = serializers.ListField(child=serializers.CharField())
    kind = serializers.ChoiceField(choices=BallotKind.choices)
    max_choices = serializers.IntegerField()
    basis = serializers.ChoiceField(choices=Basis.choices)
    count_by = serializers.ChoiceField(choices=CountBy.choices)
    is_secret = serializers.BooleanField()
    by_scrutineers = serializers.BooleanField()
    quorum = serializers.ChoiceField(choices=Share.choices)
    pass_share = serializers.ChoiceField(choices=Share.choices)
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    entitled = serializers.IntegerField(help_text="Heads or households.")
    state = serializers.ChoiceField(choices=BallotState.choices)
    void_reason = serializers.CharField()
    result = BallotResult(allow_null=True, help_text="null until it is counted.")


def ballot(one: Ballot) -> dict[str, Any]:
    return {
        "id": one.pk,
        "platform": one.platform.code,
        "topic": one.topic.number if one.topic else None,
        "area": one.area.code,
        "compound": one.compound.code if one.compound else None,
        **{
            name: getattr(one, name)
            for name in (
                *("question", "about", "options", "kind", "max_choices", "basis", "count_by"),
                *("is_secret", "by_scrutineers", "quorum", "pass_share", "entitled", "state"),
                "void_reason",
            )
        },
        "opens_at": told(one.opens_at),
        "closes_at": told(one.closes_at),
        "result": _result(one),
    }


def _result(one: Ballot) -> dict[str, Any] | None:
    found = ballots.result(one)
    if found is None:
        return None
    return {
        "is_passed": found.is_passed,
        "has_quorum": found.has_quorum,
        "voted": found.voted,
        "entitled": found.entitled,
        "voted_area": found.voted_area / 100,
        "entitled_area": found.entitled_area / 100,
        "spoilt": found.spoilt,
        "outcomes": [
            {
                "number": row.number,
                "label": row.label,
                "heads": row.heads,
                "floor_area": None if row.area is None else row.area / 100,
                "has_won": row.has_won,
            }
            for row in found.outcomes
        ],
        "receipts": one.receipts,
    }


class BallotCastRow(serializers.Serializer):
    receipt = serializers.CharField(
        help_text="Told now and never again; empty where the vote is open or on paper."
    )


class LetterRow(serializers.Serializer):
    household = serializers.CharField()
    code = serializers.CharField(help_text="Told now and never again.")


class ResidencyRow(serializers.Serializer):
    """Without the household: it is sealed."""

    id = serializers.IntegerField()
    area = serializers.CharField(help_text="Its code.")
    username = serializers.CharField(allow_null=True)
    expires_on = serializers.DateField()
    ended_on = serializers.DateField(allow_null=True)


def residency(one: Residency) -> dict[str, Any]:
    return {
        "id": one.pk,
        "area": one.area.code,
        "username": one.user.username if one.user else None,
        "expires_on": one.expires_on.isoformat(),
        "ended_on": one.ended_on.isoformat() if one.ended_on else None,
    }


class CovenantBrief(serializers.Serializer):
    id = serializers.IntegerField()
    platform = serializers.CharField(help_text="Its code.")
    area = serializers.CharField(help_text="Its code.")
    compound = serializers.CharField(allow_null=True, help_text="Its code.")
    kind = serializers.ChoiceField(choices=CovenantKind.choices)
    number = serializers.IntegerField(help_text="Of the version.")
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=CovenantState.choices)
    ballot = serializers.IntegerField(allow_null=True, help_text="Its id; null while a draft.")
    in_force_from = serializers.DateField(allow_null=True)
    ended_on = serializers.DateField(allow_null=True)
    filed_at = serializers.DateTimeField(allow_null=True)


class ClauseCommentRow(serializers.Serializer):
    """Without who said it."""

    id = serializers.IntegerField()
    body = serializers.CharField()
    at = serializers.DateTimeField()


class ClauseRow(serializers.Serializer):
    position = serializers.IntegerField()
    text = serializers.CharField()
    comments = ClauseCommentRow(many=True)


class CovenantWhole(CovenantBrief):
    rationale = serializers.CharField()
    legal_check = serializers.CharField()
    clauses = ClauseRow(many=True)


def covenant_brief(one: Covenant) -> dict[str, Any]:
    is_told = one.ballot is not None and one.ballot.is_public
    return {
        "id": one.pk,
        "platform": one.platform.code,
        "area": one.area.code,
        "compound": one.compound.code if one.compound else None,
        "kind": one.kind,
        "number": one.number,
        "title": one.title,
        "state": one.state,
        "ballot": one.ballot_id if is_told else None,
        "in_force_from": one.in_force_from.isoformat() if one.in_force_from else None,
        "ended_on": one.ended_on.isoformat() if one.ended_on else None,
        "filed_at": told(one.filed_at),
    }


def covenant_whole(one: Covenant) -> dict[str, Any]:
    return covenant_brief(one) | {
        "rationale": one.rationale,
        "legal_check": one.legal_check,
        "clauses": [
            {
                "position": row.position,
                "text": row.text,
                "comments": [
                    {"id": said.pk, "body": said.body, "at": told(said.at)} for said in row.comments
                ],
            }
            for row in covenants.clauses(one)
        ],
    }
