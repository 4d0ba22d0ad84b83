"""Calls of seats over REST: one's own, and what silence took up."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consultations import actions, attendance, seats
from consultations.models import SeatCall
from consultations.roles import SeatRole
from consultations.workflow import Tier
from consultations.workflow.calls import CallAnswer
from govgrid.core.api import Body, IdCursorPagination, Resource
from govgrid.core.fields import Text, told
from grids.api import Coded, coded

TAGS = ["consultations"]


class SeatCallRow(serializers.Serializer):
    id = serializers.IntegerField()
    ticket = serializers.CharField(help_text="Its number; reading it takes a permission.")
    category = serializers.CharField()
    area = Coded()
    platform = Coded()
    role = serializers.ChoiceField(choices=SeatRole.choices)
    is_mine = serializers.BooleanField()
    called_at = serializers.DateTimeField()
    answer_by = serializers.DateTimeField()
    answer = serializers.ChoiceField(choices=CallAnswer.choices, allow_null=True)
    reason = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)
    tier = serializers.ChoiceField(choices=Tier.choices, help_text="Up to whom silence took it.")


class SeatCallAnswerBody(Body):
    answer = serializers.ChoiceField(choices=CallAnswer.choices)
    reason = Text(max_length=300, required=False, help_text="Needed with `cannot`.")


class SeatCallViewSet(Resource):
    serializer_class = SeatCallRow
    pagination_class = IdCursorPagination

    @extend_schema(
        summary="Calls of my seats, the newest first", tags=TAGS,
        operation_id="consultations_seat_calls",
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        """And calls without an answer that silence took up to the caller."""
        return self.answer(_seen(request), lambda one: _row(one, request))

    @extend_schema(
        summary="Say whether one comes", tags=TAGS,
        operation_id="consultations_answer_seat_call", request=SeatCallAnswerBody,
        responses={
            200: SeatCallRow,
            409: OpenApiResponse(description="`answered` otherwise before, `reason_needed`."),
        },
    )  # fmt: skip
    def reply(self, request: Request, id: int) -> Response:
        """The seat's holder, the recorder of its platform, or who answers from above."""
        call = SeatCall.objects.whole().filter(pk=id).first()
        if call is None or not request.user.has_perm("consultations.answer_call", call):
            raise Http404
        given = SeatCallAnswerBody.read(request)
        return Response(_row(actions.answer_call(call, by=request.user, **given), request))


def _seen(request: Request) -> Any:
    watched = seats.platforms(request.user, "consultations.supervise")
    mine = SeatCall.objects.filter(seat__user=request.user.pk)
    both = mine | attendance.risen_to(request.user, watched)
    return SeatCall.objects.whole().filter(pk__in=both.values("pk"))


def _row(one: SeatCall, request: Request) -> dict[str, Any]:
    return {
        "id": one.pk,
        "ticket": one.ticket.number,
        "category": one.ticket.category.name,
        "area": coded(one.ticket.community),
        "platform": coded(one.seat.platform),
        "role": one.seat.role,
        "is_mine": one.seat.user_id == request.user.pk,
        "called_at": told(one.called_at),
        "answer_by": told(one.answer_by),
        "answer": one.answer or None,
        "reason": one.reason,
        "answered_at": told(one.answered_at),
        "tier": one.tier,
    }
