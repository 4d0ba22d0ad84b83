"""Counsels over REST: what the public reads, and one's own. Editors and leaders work on pages."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import Body, IdCursorPagination, Query, Resource
from govgrid.core.fields import Text, told
from grids.api import AreaField, Coded, coded
from members import actions
from members.actions import Advice
from members.models import Counsel
from members.workflow.counsel import PUBLIC, CounselState, Reason

TAGS = ["members"]


class CounselQuery(Query):
    area = AreaField(required=False, help_text="Means everything beneath it.")
    state = serializers.ChoiceField(
        choices=[(one.value, one.label) for one in CounselState if one in PUBLIC], required=False
    )


class CounselRow(serializers.Serializer):
    number = serializers.CharField()
    state = serializers.ChoiceField(choices=CounselState.choices)
    title = serializers.CharField()
    body = serializers.CharField()
    area = Coded()
    by = serializers.CharField(
        help_text="A display name, where its owner wants to be named and is listed; else empty."
    )
    brief = serializers.CharField(allow_null=True, help_text="A number: 2026-07.")
    answer = serializers.CharField()
    became = serializers.CharField()
    topic = serializers.CharField(allow_null=True, help_text="A number.")
    state_since = serializers.DateTimeField()


class OwnCounselRow(CounselRow):
    reason = serializers.ChoiceField(choices=Reason.choices, allow_blank=True)
    note = serializers.CharField()
    is_named = serializers.BooleanField()
    own_title = serializers.CharField(help_text="As you wrote it.")
    own_body = serializers.CharField(help_text="As you wrote it.")
    answer_due = serializers.DateTimeField(allow_null=True)


class CounselBody(Body):
    client_id = serializers.UUIDField(help_text="Made by the caller; the same one is one counsel.")
    title = Text(max_length=60)
    body = Text(max_length=4000, help_text="On a public matter; never about a person.")
    area = AreaField()
    is_named = serializers.BooleanField(default=False)
    hand_in = serializers.BooleanField(default=False, help_text="Else it is kept as a draft.")


class CounselViewSet(Resource):
    serializer_class = CounselRow
    pagination_class = IdCursorPagination
    queries = {"list": CounselQuery}

    @extend_schema(
        summary="What became of counsels", tags=TAGS, operation_id="members_counsels"
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        """What leaders took up, the newest first."""
        found, asked = _whole(Counsel.objects.public()), self.asked
        if "area" in asked:
            found = found.filter(area__path__startswith=asked["area"].path)
        if "state" in asked:
            found = found.filter(state=asked["state"])
        return self.answer(found, counsel_row)

    @extend_schema(summary="One counsel", tags=TAGS, operation_id="members_counsel")
    def retrieve(self, request: Request, number: str) -> Response:
        found = _whole(Counsel.objects.public()).filter(number=number).first()
        if found is None:
            raise Http404
        return Response(counsel_row(found))


class OwnCounselViewSet(Resource):
    serializer_class = OwnCounselRow
    pagination_class = IdCursorPagination

    @extend_schema(summary="Your own counsels", tags=TAGS, operation_id="members_own_counsels")
    def list(self, request: Request) -> Response:
        return self.answer(_whole(Counsel.objects.of(request.user)), own_row)

    @extend_schema(
        summary="Give counsel", tags=TAGS, operation_id="members_give_counsel",
        request=CounselBody,
        responses={
            201: OwnCounselRow,
            200: OwnCounselRow,
            409: OpenApiResponse(description="`not_active`, `client_id_reused`, `title_needed`, …"),
        },
    )  # fmt: skip
    def create(self, request: Request) -> Response:
        """For members who are active on the roster."""
        given = CounselBody.read(request)
        hand_in = given.pop("hand_in")
        made, is_new = actions.write_counsel(Advice(**given), by=request.user, hand_in=hand_in)
        return Response(own_row(_own(request, made.number)), status=201 if is_new else 200)

    @extend_schema(
        summary="Take one back", tags=TAGS, operation_id="members_withdraw_counsel", request=None,
        responses={200: OwnCounselRow, 409: OpenApiResponse(description="`wrong_state`.")},
    )  # fmt: skip
    def withdraw(self, request: Request, number: str) -> Response:
        """Until it is put before a leader. It is erased after 90 days."""
        actions.move_counsel(_own(request, number), "withdraw", by=request.user)
        return Response(own_row(_own(request, number)))


def _whole(rows: Any) -> Any:
    return rows.select_related("area", "member", "brief", "topic")


def _own(request: Request, number: str) -> Counsel:
    found = _whole(Counsel.objects.of(request.user)).filter(number=number).first()
    if found is None:
        raise Http404
    return found


def counsel_row(one: Counsel) -> dict[str, Any]:
    return {
        "number": one.number,
        "state": one.state,
        "title": one.shown_title,
        "body": one.shown_body,
        "area": coded(one.area),
        "by": one.shown_name,
        "brief": one.brief.number if one.brief else None,
        "answer": one.answer,
        "became": one.became,
        "topic": one.topic.number if one.topic else None,
        "state_since": told(one.state_since),
    }


def own_row(one: Counsel) -> dict[str, Any]:
    return {
        **counsel_row(one),
        "reason": one.reason,
        "note": one.note,
        "is_named": one.is_named,
        "own_title": one.title,
        "own_body": one.body,
        "answer_due": told(one.answer_due),
    }
