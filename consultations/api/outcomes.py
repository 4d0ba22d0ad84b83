"""What became of topics near a place, figures, and following, over REST."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consultations import actions, outcomes
from consultations.api.topics import PlatformField, TopicField
from consultations.models import Following, Platform
from consultations.workflow import CommitmentState, State, Verdict
from consultations.workflow.cases import Rhythm
from govgrid.core.api import Body, IdCursorPagination, OnePage, Query, Resource
from govgrid.core.fields import NumberInQuery, told
from grids.api import AreaField, Coded, coded

TAGS = ["consultations"]


class NearQuery(Query):
    lon = NumberInQuery(min_value=-180, max_value=180, help_text="WGS-84; it is not kept.")
    lat = NumberInQuery(min_value=-90, max_value=90)
    within = serializers.ChoiceField(
        choices=[(str(one), str(one)) for one in outcomes.RADII], required=False,
        help_text="Metres; 1000 unless given.",
    )  # fmt: skip


class KeptPromise(serializers.Serializer):
    serial = serializers.IntegerField()
    text = serializers.CharField()
    department = Coded()
    state = serializers.ChoiceField(choices=CommitmentState.choices)
    due_on = serializers.DateField(allow_null=True)
    result = serializers.CharField()
    done_at = serializers.DateTimeField(allow_null=True)
    mean = serializers.FloatField(allow_null=True, help_text="From five ratings on.")
    ratings = serializers.IntegerField(allow_null=True)


class NearTopic(serializers.Serializer):
    number = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=State.choices)
    verdict = serializers.ChoiceField(choices=Verdict.choices, allow_null=True)
    platform = Coded()
    metres = serializers.IntegerField(allow_null=True, help_text="None without a place of its own.")
    result = serializers.CharField()
    promises = KeptPromise(many=True)
    mean = serializers.FloatField(allow_null=True)
    ratings = serializers.IntegerField(allow_null=True)


class NearViewSet(Resource):
    serializer_class = NearTopic
    pagination_class = OnePage
    queries = {"list": NearQuery}

    @extend_schema(
        summary="Topics near a place, and what became of each", tags=TAGS,
        operation_id="consultations_near",
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        """Those within some metres, then those about the grid or its community; 60 at most."""
        asked = self.asked
        _grid, found = outcomes.near(asked["lon"], asked["lat"], int(asked.get("within", 1000)))
        return self.answer(found, _trail)


def _trail(trail: outcomes.Trail) -> dict[str, Any]:
    one = trail.topic
    return {
        "number": one.number,
        "title": one.title,
        "state": one.state,
        "verdict": one.verdict or None,
        "platform": coded(one.platform),
        "metres": trail.metres,
        "result": one.result,
        "promises": [_promise(each) for each in trail.promises],
        "mean": trail.mean,
        "ratings": trail.ratings or None,
    }


def _promise(each: outcomes.Promised) -> dict[str, Any]:
    return {
        "serial": each.one.serial,
        "text": each.one.text,
        "department": {"code": each.one.department.code, "name": each.one.department.name},
        "state": each.one.state,
        "due_on": each.one.due_on,
        "result": each.one.result,
        "done_at": told(each.one.done_at),
        "mean": each.mean,
        "ratings": each.ratings or None,
    }


# ── figures ───────────────────────────────────────────────────────────────────────────────────


class FigureQuery(Query):
    platform = PlatformField(required=False)
    area = AreaField(required=False, help_text="Means everything beneath it.")


class ShareOf(serializers.Serializer):
    percent = serializers.IntegerField(allow_null=True, help_text="None of fewer than five.")
    of = serializers.IntegerField(allow_null=True)


class FigureRow(serializers.Serializer):
    platform = Coded(allow_null=True, help_text="None: all together.")
    by_residents = ShareOf()
    in_time = ShareOf(help_text="Answered before silence took it up a level.")
    kept = ShareOf()
    returned = ShareOf()
    score = serializers.FloatField(allow_null=True, help_text="The look-backs; from five ratings.")
    ratings = serializers.IntegerField(allow_null=True)


class FigureViewSet(Resource):
    serializer_class = FigureRow
    pagination_class = OnePage
    queries = {"list": FigureQuery}

    @extend_schema(
        summary="Figures of platforms: answers, not noise", tags=TAGS,
        operation_id="consultations_figures",
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        """All together first, then each in the order of names. There is no ranking."""
        found = Platform.objects.in_force()
        if "platform" in self.asked:
            found = found.filter(pk=self.asked["platform"].pk)
        if "area" in self.asked:
            found = found.filter(area__path__startswith=self.asked["area"].path)
        whole, rows = outcomes.figures(found)
        return self.answer([whole, *rows], _figures)


def _figures(one: outcomes.Figures) -> dict[str, Any]:
    shares = ("by_residents", "in_time", "kept", "returned")
    return {
        "platform": coded(one.platform) if one.platform else None,
        **{name: getattr(one, name)._asdict() for name in shares},
        "score": one.score,
        "ratings": one.ratings,
    }


# ── following ─────────────────────────────────────────────────────────────────────────────────


class FollowingRow(serializers.Serializer):
    id = serializers.IntegerField()
    topic = serializers.CharField(allow_null=True, help_text="A number.")
    platform = serializers.CharField(allow_null=True, help_text="A code.")
    rhythm = serializers.ChoiceField(choices=Rhythm.choices)
    asked_at = serializers.DateTimeField()


class FollowBody(Body):
    """Either of the two."""

    topic = TopicField(required=False)
    platform = PlatformField(required=False)
    rhythm = serializers.ChoiceField(choices=Rhythm.choices)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("topic" in attrs) == ("platform" in attrs):
            message = Following._meta.constraints[0].violation_error_message
            raise serializers.ValidationError({"topic": [message]})
        return attrs


class FollowingViewSet(Resource):
    serializer_class = FollowingRow
    pagination_class = IdCursorPagination

    @extend_schema(summary="What I follow", tags=TAGS, operation_id="consultations_following")
    def list(self, request: Request) -> Response:
        return self.answer(_mine(request), _following)

    @extend_schema(
        summary="Follow a topic or a platform", tags=TAGS, operation_id="consultations_follow",
        request=FollowBody,
        responses={200: FollowingRow, 409: OpenApiResponse(description="`too_many`.")},
    )  # fmt: skip
    def create(self, request: Request) -> Response:
        """Followed already: the new rhythm counts."""
        given = FollowBody.read(request)
        thing = given.get("topic") or given["platform"]
        row = actions.follow(thing, by=request.user, rhythm=given["rhythm"])
        return Response(_following(_mine(request).get(pk=row.pk)))

    @extend_schema(
        summary="End it", tags=TAGS, operation_id="consultations_unfollow", request=None,
        responses={204: None},
    )  # fmt: skip
    def destroy(self, request: Request, id: int) -> Response:
        row = _mine(request).filter(pk=id).first()
        if row is None:
            raise Http404
        actions.unfollow(row, by=request.user)
        return Response(status=204)


def _mine(request: Request) -> Any:
    return Following.objects.of(request.user).select_related("topic", "platform")


def _following(one: Following) -> dict[str, Any]:
    return {
        "id": one.pk,
        "topic": one.topic.number if one.topic else None,
        "platform": one.platform.code if one.platform else None,
        "rhythm": one.rhythm,
        "asked_at": told(one.asked_at),
    }
