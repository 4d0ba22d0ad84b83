"""How opinions, stances and the map are written in the REST API: nobody is named."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from consultations import opinions
from consultations.models import Flag, Opinion
from consultations.roles import SeatRole
from consultations.workflow import Fate, FlagReason, OpinionKind, Verdict, VerdictReason
from govgrid.core.api import Body, Query
from govgrid.core.fields import Day, Id, Text, Uuid, Whole, told
from govgrid.core.fields import Flag as FlagField
from grids.api import DepartmentField

MOST = 32767


class TallyRow(serializers.Serializer):
    """How many are for it, neither and against; null where they are fewer than five in all."""

    total = serializers.IntegerField()
    agree = serializers.IntegerField(allow_null=True)
    neither = serializers.IntegerField(allow_null=True)
    disagree = serializers.IntegerField(allow_null=True)


class DiffPiece(serializers.Serializer):
    kind = serializers.CharField(help_text="`same`, `out` or `in`.")
    text = serializers.CharField()


class OpinionBrief(serializers.Serializer):
    """The author is never named here; whether the page names him is his choice."""

    serial = serializers.IntegerField(help_text="Its number within the topic.")
    kind = serializers.ChoiceField(choices=OpinionKind.choices)
    body = serializers.CharField()
    role = serializers.ChoiceField(
        choices=SeatRole.choices, allow_null=True, help_text="The seat that it was said from."
    )
    session = serializers.IntegerField(allow_null=True)
    on = serializers.IntegerField(allow_null=True, help_text="The number of what it answers.")
    at = serializers.DateTimeField()
    is_hidden = serializers.BooleanField(help_text="True only for who said it or moderates.")


class OpinionRow(OpinionBrief):
    amends = serializers.IntegerField(
        allow_null=True, help_text="The number of what it words anew; null: the topic, or nothing."
    )
    why = serializers.CharField()
    diff = DiffPiece(many=True)
    is_superseded = serializers.BooleanField(help_text="A later wording stands in its place.")
    is_taken = serializers.BooleanField(help_text="An amendment that was taken over.")
    tally = TallyRow(allow_null=True)
    mine = serializers.IntegerField(allow_null=True, help_text="The caller's stance: 1, 0 or -1.")
    fate = serializers.ChoiceField(choices=Fate.choices, allow_null=True)
    verdict = serializers.ChoiceField(choices=Verdict.choices, allow_null=True)
    verdict_code = serializers.ChoiceField(choices=VerdictReason.choices, allow_null=True)
    verdict_reason = serializers.CharField()
    revisit_on = serializers.DateField(allow_null=True)
    must_change = serializers.CharField()
    legal_basis = serializers.CharField()
    alternative = serializers.CharField()
    hidden_reason = serializers.CharField()
    replies = OpinionBrief(many=True)


class TopicStanceRow(serializers.Serializer):
    version = serializers.IntegerField(help_text="Which wording of the topic is meant.")
    tally = TallyRow()
    mine = serializers.IntegerField(allow_null=True)


class MapGroup(serializers.Serializer):
    size = serializers.IntegerField(help_text="In steps of five, never below ten.")
    x = serializers.FloatField()
    y = serializers.FloatField()


class MapStatement(serializers.Serializer):
    """Shares of a hundred in steps of five; by group only where each has ten and more."""

    serial = serializers.IntegerField()
    people = serializers.IntegerField()
    agree = serializers.IntegerField()
    disagree = serializers.IntegerField()
    by_group = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField()),
        help_text="[agree, disagree] of each group.",
    )
    unites = serializers.BooleanField()
    divides = serializers.BooleanField()


class OpinionMapWhole(serializers.Serializer):
    people = serializers.IntegerField()
    groups = MapGroup(many=True)
    statements = MapStatement(many=True)


class FlagRow(serializers.Serializer):
    reason = serializers.ChoiceField(choices=FlagReason.choices)
    note = serializers.CharField()


class ToModerateRow(OpinionBrief):
    topic = serializers.CharField(help_text="Its number.")
    appeal = serializers.CharField()
    flags = FlagRow(many=True)


class OpinionQuery(Query):
    kind = serializers.ChoiceField(choices=OpinionKind.choices, required=False)
    fate = serializers.ChoiceField(choices=Fate.choices, required=False)


class OpinionBody(Body):
    client_id = Uuid(help_text="Unique per caller; the same content again gives what it made.")
    kind = serializers.ChoiceField(choices=OpinionKind.choices)
    body = Text(max_length=2000)
    why = Text(max_length=300, required=False, help_text="Of an amendment.")
    on = Whole(
        min_value=1, max_value=MOST, required=False, help_text="What is answered or amended."
    )
    session = Id(required=False, help_text="In which session it was said.")
    is_named = FlagField(required=False)
    on_behalf = FlagField(required=False, help_text="For recorders: of somebody without a login.")


class StanceBody(Body):
    value = Whole(
        min_value=-1, max_value=1, allow_null=True, help_text="1, 0 or -1; null takes it back."
    )


class TopicStanceBody(StanceBody):
    version = Whole(
        min_value=1, max_value=MOST, required=False, help_text="The wording that was read."
    )


class OpinionActBody(Body):
    """What the act asks for: see its description."""

    body = Text(max_length=2000, required=False)
    reason = Text(max_length=300, required=False)
    flag = serializers.ChoiceField(choices=FlagReason.choices, required=False)
    note = Text(max_length=300, required=False)
    words = Text(max_length=500, required=False)
    answer = Text(max_length=500, required=False)
    is_shown = FlagField(required=False)
    fate = serializers.ChoiceField(choices=Fate.choices, required=False)
    verdict = serializers.ChoiceField(choices=Verdict.choices, required=False)
    verdict_code = serializers.ChoiceField(choices=VerdictReason.choices, required=False)
    verdict_reason = Text(max_length=1000, required=False)
    revisit_on = Day(required=False)
    must_change = Text(max_length=300, required=False)
    watched_by = DepartmentField(required=False)
    legal_basis = Text(max_length=300, required=False)
    alternative = Text(max_length=300, required=False)


def flagged(one: Flag) -> dict[str, Any]:
    return {"reason": one.reason, "note": one.note}


def tally(one: opinions.Tally | None) -> dict[str, Any] | None:
    return one._asdict() if one is not None else None


def brief(one: Opinion) -> dict[str, Any]:
    return {
        "serial": one.serial,
        "kind": one.kind,
        "body": one.body,
        "role": one.role or None,
        "session": one.session_id,
        "on": one.parent.serial if one.parent else None,
        "at": told(one.at),
        "is_hidden": one.hidden_at is not None,
    }


def row(said: opinions.Said) -> dict[str, Any]:
    one = said.one
    plain = (
        "why", "verdict_reason", "revisit_on", "must_change", "legal_basis", "alternative",
        "hidden_reason",
    )  # fmt: skip
    chosen = ("fate", "verdict", "verdict_code")
    return {
        **brief(one),
        **{name: getattr(one, name) for name in plain},
        **{name: getattr(one, name) or None for name in chosen},
        "amends": one.amends.serial if one.amends else None,
        "diff": [piece._asdict() for piece in said.pieces],
        "is_superseded": one.superseded_at is not None,
        "is_taken": one.taken_at is not None,
        "tally": tally(said.tally),
        "mine": said.mine,
        "replies": [brief(reply) for reply in said.replies],
    }
