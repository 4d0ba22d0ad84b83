"""Activities by REST: what is announced, and a place of one's own."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core import clock
from govgrid.core.api import IdCursorPagination, Query, Resource
from govgrid.core.fields import Text, told
from members import actions, activities
from members.models import Activity
from members.workflow.activities import ActivityKind, ActivityState

TAGS = ["members"]
REFUSED = OpenApiResponse(
    description="The `code` says which rule stood against it, as in `not_open`, `activity_over`, "
    "`not_signed_up`, `here_already`."
)


class ActivityQuery(Query):
    station = Text(max_length=40, required=False, help_text="The code of a station.")
    kind = serializers.ChoiceField(choices=ActivityKind.choices, required=False)
    when = serializers.ChoiceField(choices=["coming", "past"], required=False)


class SignUpRow(serializers.Serializer):
    """One's own place."""

    place_no = serializers.IntegerField(allow_null=True)
    is_waiting = serializers.BooleanField()
    checked_in_at = serializers.DateTimeField(allow_null=True)


class ActivityRow(serializers.Serializer):
    id = serializers.IntegerField()
    station = serializers.CharField(allow_null=True, help_text="Its code.")
    area = serializers.CharField(help_text="The code of the area.")
    kind = serializers.ChoiceField(choices=ActivityKind.choices)
    series = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    place = serializers.CharField()
    capacity = serializers.IntegerField(allow_null=True, help_text="null: as many as come.")
    state = serializers.ChoiceField(choices=ActivityState.choices)
    cancel_reason = serializers.CharField()
    head_count = serializers.IntegerField(allow_null=True, help_text="How many came.")
    summary = serializers.CharField()


class ActivityWhole(ActivityRow):
    taken = serializers.IntegerField()
    waiting = serializers.IntegerField()
    mine = SignUpRow(allow_null=True)


def _row(one: Activity) -> dict[str, Any]:
    same = ("kind", "series", "title", "text", "place", "capacity", "state", "cancel_reason")
    return {
        "id": one.pk,
        "station": one.station.code if one.station else None,
        "area": one.area.code,
        "starts_at": told(one.starts_at),
        "ends_at": told(one.ends_at),
        "head_count": one.head_count,
        "summary": one.summary,
        **{name: getattr(one, name) for name in same},
    }


def _seen(request: Request, id: int) -> Activity:
    found = activities.visible(request.user).filter(pk=id).first()
    if found is None:
        raise Http404
    return found


class ActivityViewSet(Resource):
    serializer_class = ActivityWhole
    pagination_class = IdCursorPagination
    queries = {"list": ActivityQuery}

    @extend_schema(
        summary="Activities, the one planned last first", tags=TAGS,
        operation_id="members_activities", responses=ActivityRow(many=True),
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        """What was announced; for who runs them, what is planned as well."""
        rows, now = activities.visible(request.user), clock.now()
        if code := self.asked.get("station"):
            rows = rows.filter(station__code=code)
        if kind := self.asked.get("kind"):
            rows = rows.filter(kind=kind)
        if when := self.asked.get("when"):
            rows = rows.filter(**{"ends_at__gte" if when == "coming" else "ends_at__lt": now})
        return self.answer(rows, _row)

    @extend_schema(summary="One activity", tags=TAGS, operation_id="members_activity")
    def retrieve(self, request: Request, id: int) -> Response:
        """With one's own place, and nobody else's."""
        return self._told(request, id)

    @extend_schema(
        summary="Take a place, or wait for one", tags=TAGS, operation_id="members_activity_sign_up",
        request=None, responses={200: ActivityWhole, 409: REFUSED},
    )  # fmt: skip
    def sign_up(self, request: Request, id: int) -> Response:
        """Twice is once."""
        actions.sign_up(_seen(request, id), by=request.user)
        return self._told(request, id)

    @extend_schema(
        summary="Give my place back", tags=TAGS, operation_id="members_activity_sign_off",
        request=None, responses={200: ActivityWhole, 409: REFUSED},
    )  # fmt: skip
    def sign_off(self, request: Request, id: int) -> Response:
        """The first of the waiting list has it, and is told."""
        actions.sign_off(_seen(request, id), by=request.user)
        return self._told(request, id)

    def _told(self, request: Request, id: int) -> Response:
        one = _seen(request, id)
        counts, mine = activities.counts(one), activities.own_of(request.user, one)
        own = None
        if mine is not None:
            own = {
                "place_no": mine.place_no,
                "is_waiting": mine.is_waiting,
                "checked_in_at": told(mine.checked_in_at),
            }
        whole = {"taken": counts.taken, "waiting": counts.waiting, "mine": own}
        return Response(_row(one) | whole)
