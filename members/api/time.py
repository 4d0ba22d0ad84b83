"""One's own time account over REST. There is no address for anybody else's."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import IdCursorPagination, Resource
from govgrid.core.fields import told
from members import timebank
from members.models import TimeEntry

TAGS = ["members"]


class TimeRow(serializers.Serializer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    note = serializers.CharField()
    minutes = serializers.IntegerField(help_text="Below nought: it was taken back.")
    is_taken_back = serializers.BooleanField()


class TimeSum(serializers.Serializer):
    minutes = serializers.IntegerField()


class TimeViewSet(Resource):
    serializer_class = TimeRow
    pagination_class = IdCursorPagination

    @extend_schema(summary="Your time entries", tags=TAGS, operation_id="members_time")
    def list(self, request: Request) -> Response:
        """The newest first; nobody else reads them."""
        account = timebank.account_of(request.user)
        if account is None:
            return self.answer(TimeEntry.objects.none(), _nothing)
        return self.answer(
            timebank.entries(account), lambda one: _line(timebank.line(one, account))
        )

    @extend_schema(
        summary="Your time altogether", tags=TAGS, operation_id="members_time_sum",
        responses=TimeSum,
    )  # fmt: skip
    def total(self, request: Request) -> Response:
        account = timebank.account_of(request.user)
        return Response({"minutes": timebank.balance(account) if account else 0})


def _line(one: timebank.Line) -> dict[str, Any]:
    return {
        "id": one.pk,
        "at": told(one.at),
        "note": one.note,
        "minutes": one.minutes,
        "is_taken_back": one.is_taken_back,
    }


def _nothing(_one: TimeEntry) -> dict[str, Any]:
    return {}
