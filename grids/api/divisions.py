"""Divisions of communities, for who may read them: the draft, its pieces, and what the check finds."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import IdCursorPagination, Query, Resource
from govgrid.core.fields import told
from grids.api import AreaField, Coded, coded
from grids.division import lint
from grids.division.counting import told_of
from grids.division.reading import in_reach_of
from grids.models import Division, Piece
from grids.models.division import DRAWN_KINDS
from grids.workflow import State

ID = OpenApiParameter("id", int, OpenApiParameter.PATH, description="The division's id.")


class DivisionRow(serializers.Serializer):
    """A division of a community: a draft, or what became of it."""

    id = serializers.IntegerField()
    community = Coded()
    state = serializers.ChoiceField(choices=State.choices)
    reason = serializers.CharField()
    begun_at = serializers.DateTimeField()
    effective_on = serializers.DateField(allow_null=True, help_text="The day from which it holds.")
    took_effect_at = serializers.DateTimeField(allow_null=True)


class DrawnPieceRow(serializers.Serializer):
    number = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=DRAWN_KINDS)
    households = serializers.CharField(
        allow_null=True, help_text="In words that may be told: `412`, `<5`, `≥5`; null if unknown."
    )
    estimated = serializers.BooleanField(help_text="Shared out by area, not counted.")
    keeps = serializers.CharField(
        allow_null=True, help_text="The code of the present grid that it keeps; null for a new one."
    )
    geometry = serializers.JSONField(help_text="A MultiPolygon as GeoJSON, in WGS-84.")


class FindingRow(serializers.Serializer):
    key = serializers.CharField()
    kind = serializers.CharField()
    error = serializers.BooleanField(help_text="It stands in the way; else it wants a reason.")
    detail = serializers.CharField()
    pieces = serializers.ListField(child=serializers.IntegerField())
    reason = serializers.CharField(help_text="Why the warning may stand; empty where unsaid.")
    geometry = serializers.JSONField(allow_null=True)


class VoteRow(serializers.Serializer):
    """In numbers alone."""

    form = serializers.CharField()
    voted_on = serializers.DateField()
    voters = serializers.IntegerField()
    votes_for = serializers.IntegerField()
    votes_against = serializers.IntegerField()


class DivisionWhole(DivisionRow):
    vote = VoteRow(allow_null=True)
    pieces = DrawnPieceRow(many=True)
    findings = FindingRow(many=True)


class DivisionQuery(Query):
    community = AreaField(required=False, help_text="The code of a community.")
    state = serializers.ChoiceField(choices=State.choices, required=False)


class DivisionViewSet(Resource):
    """Divisions in your reach; what is out of it is not there."""

    serializer_class = DivisionRow
    pagination_class = IdCursorPagination
    queries = {"list": DivisionQuery}

    @extend_schema(summary="Divisions", tags=["divisions"], operation_id="divisions_list")
    def list(self, request: Request) -> Response:
        found = in_reach_of(request.user)
        if community := self.asked.get("community"):
            found = found.filter(community=community)
        if state := self.asked.get("state"):
            found = found.filter(state=state)
        return self.answer(found, _row)

    @extend_schema(
        summary="One division with its pieces and the findings of the check",
        tags=["divisions"],
        operation_id="divisions_retrieve",
        parameters=[ID],
        responses=DivisionWhole,
    )
    def retrieve(self, request: Request, id: int) -> Response:
        division = in_reach_of(request.user).filter(pk=id).first()
        if division is None:
            raise Http404
        return Response(
            {
                **_row(division),
                "vote": _vote(division),
                "pieces": _pieces(division),
                "findings": [_finding(one) for one in lint.check(division).findings],
            }
        )


def _row(division: Division) -> dict[str, Any]:
    on = division.effective_on
    return {
        "id": division.pk,
        "community": coded(division.community),
        "state": division.state,
        "reason": division.reason,
        "begun_at": told(division.begun_at),
        "effective_on": on.isoformat() if on else None,
        "took_effect_at": told(division.took_effect_at),
    }


def _vote(division: Division) -> dict[str, Any] | None:
    if division.voted_on is None:
        return None
    return {
        "form": division.vote_form,
        "voted_on": division.voted_on.isoformat(),
        "voters": division.voters,
        "votes_for": division.votes_for,
        "votes_against": division.votes_against,
    }


def _pieces(division: Division) -> list[dict[str, Any]]:
    shown = list(Piece.objects.shown(division))
    with connection.cursor() as cursor:
        cursor.execute(lint.SHAPES, [[one.pk for one in shown]])
        drawn = {number: json.loads(text) for number, text in cursor.fetchall()}
    told = told_of(shown)
    return [
        {
            "number": one.number,
            "code": one.code,
            "name": one.name,
            "kind": one.kind,
            "households": told.get(one.number),
            "estimated": one.is_estimated,
            "keeps": one.keeps.code if one.keeps else None,
            "geometry": drawn[one.number],
        }
        for one in shown
    ]


def _finding(one: lint.Finding) -> dict[str, Any]:
    return {
        "key": one.key,
        "kind": one.kind,
        "error": one.is_error,
        "detail": one.words,
        "pieces": list(one.pieces),
        "reason": one.reason,
        "geometry": one.shape,
    }
