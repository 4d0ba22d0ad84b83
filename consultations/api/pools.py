"""Over REST: rounds of claiming, common topics, platforms that hold a topic together."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consultations import actions, pools
from consultations.actions.pooling import Item
from consultations.api.platforms import platform_of
from consultations.api.topics import TAGS, PlatformField, one_of
from consultations.models import Cohosting, Pool, PoolItem, Theme
from consultations.workflow import State
from govgrid.core.api import Body, IdCursorPagination, OnePage, Resource
from govgrid.core.fields import Flag, Id, Moment, Text, Uuid, told
from grids.api import AreaField, Coded, coded

REFUSED = OpenApiResponse(
    description="The `code` says which rule stood against it, as in `taken`, `not_open`, `outside`, "
    "`answered_already`."
)


class PoolBrief(serializers.Serializer):
    id = serializers.IntegerField()
    title = serializers.CharField()
    area = Coded()
    round = serializers.IntegerField()
    published_at = serializers.DateTimeField(allow_null=True, help_text="null: a draft.")
    closes_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class ClaimRow(serializers.Serializer):
    platform = Coded()
    group = serializers.CharField()
    topic = serializers.CharField(
        allow_null=True, help_text="Its number, once it was taken up there."
    )


class PoolItemRow(serializers.Serializer):
    position = serializers.IntegerField()
    title = serializers.CharField()
    body = serializers.CharField()
    is_carried = serializers.BooleanField(help_text="From the round before.")
    claim = ClaimRow(allow_null=True)


class PoolWhole(PoolBrief):
    about = serializers.CharField()
    items = PoolItemRow(many=True)


class PoolItemBody(Body):
    title = Text(max_length=60)
    body = Text(max_length=2000)


class PoolBody(Body):
    area = AreaField()
    title = Text(max_length=60)
    about = Text(max_length=300, required=False, allow_blank=True)
    items = PoolItemBody(many=True, required=False)


class PoolPublishBody(Body):
    closes_at = Moment(help_text="Still to come, within a year.")


class ClaimBody(Body):
    platform = PlatformField(help_text="Where it is talked over: you convene or sit there.")
    group = Text(max_length=40, required=False, allow_blank=True)
    seats = serializers.ListField(
        child=Id(), max_length=50, required=False, help_text="Ids of the seats in the group."
    )


class PoolViewSet(Resource):
    """Topics that are published for claiming."""

    serializer_class = PoolWhole
    pagination_class = IdCursorPagination

    @extend_schema(
        summary="Rounds of claiming", tags=TAGS, operation_id="consultations_pools",
        responses=PoolBrief(many=True),
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        return self.answer(pools.visible(request.user).select_related("area"), _pool)

    @extend_schema(
        summary="Begin a round", tags=TAGS, operation_id="consultations_pool_begin",
        request=PoolBody, responses={201: PoolWhole, 409: REFUSED},
    )  # fmt: skip
    def create(self, request: Request) -> Response:
        """A draft; it is published by itself."""
        given = PoolBody.read(request)
        items = [Item(**one) for one in given.pop("items", [])]
        made = actions.begin_pool(by=request.user, **given)
        if items:
            actions.set_items(made, items, by=request.user)
        return Response(_pool_whole(made), status=201)

    @extend_schema(summary="One round", tags=TAGS, operation_id="consultations_pool")
    def retrieve(self, request: Request, id: int) -> Response:
        return Response(_pool_whole(self._found(request, id)))

    def _found(self, request: Request, id: int) -> Pool:
        found = pools.visible(request.user).select_related("area").filter(pk=id).first()
        if found is None:
            raise Http404
        return found

    @extend_schema(
        summary="Publish it", tags=TAGS, operation_id="consultations_pool_publish",
        request=PoolPublishBody, responses={200: PoolWhole, 409: REFUSED},
    )  # fmt: skip
    def publish(self, request: Request, id: int) -> Response:
        """What nobody has claimed when it closes stands in a draft of the next round."""
        pool = actions.publish_pool(
            self._found(request, id), by=request.user, **PoolPublishBody.read(request)
        )
        return Response(_pool_whole(pool))

    @extend_schema(
        summary="Claim a topic", tags=TAGS, operation_id="consultations_pool_claim",
        request=ClaimBody, responses={201: PoolWhole, 409: REFUSED},
    )  # fmt: skip
    def claim(self, request: Request, id: int, position: int) -> Response:
        """It is raised at the platform at once. Of many at one topic one gets it."""
        pool = self._found(request, id)
        item = PoolItem.objects.filter(pool=pool, position=position).first()
        if item is None:
            raise Http404
        given = ClaimBody.read(request)
        actions.claim(
            item, given["platform"], by=request.user, group=given.get("group", ""),
            with_seats=given.get("seats", []),
        )  # fmt: skip
        return Response(_pool_whole(pool), status=201)


# ── common topics ─────────────────────────────────────────────────────────────────────────────


class ThemeBrief(serializers.Serializer):
    id = serializers.IntegerField()
    title = serializers.CharField()
    area = Coded()
    issued_at = serializers.DateTimeField()
    summed_at = serializers.DateTimeField(allow_null=True)


class ThemeAnswerRow(serializers.Serializer):
    platform = Coded()
    topic = serializers.CharField(
        allow_null=True, help_text="Its number, where you may read the topic."
    )
    state = serializers.ChoiceField(choices=State.choices, allow_null=True)


class ThemeWhole(ThemeBrief):
    body = serializers.CharField()
    summary = serializers.CharField()
    answers = ThemeAnswerRow(many=True)


class ThemeBody(Body):
    client_id = Uuid(help_text="Made by you; sent again it changes nothing.")
    area = AreaField()
    title = Text(max_length=60)
    body = Text(max_length=2000)
    platforms = serializers.ListField(child=PlatformField(), max_length=60)


class ThemeSumBody(Body):
    summary = Text(max_length=4000)


class ThemeViewSet(Resource):
    """One question to several platforms."""

    serializer_class = ThemeWhole
    pagination_class = IdCursorPagination

    @extend_schema(
        summary="Common topics", tags=TAGS, operation_id="consultations_themes",
        responses=ThemeBrief(many=True),
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        return self.answer(Theme.objects.select_related("area"), _theme)

    @extend_schema(
        summary="Put a question", tags=TAGS, operation_id="consultations_theme_put",
        request=ThemeBody, responses={200: ThemeWhole, 201: ThemeWhole, 409: REFUSED},
    )  # fmt: skip
    def create(self, request: Request) -> Response:
        """It is raised at each platform, and decided on there like every other topic."""
        theme, is_new = actions.put_theme(by=request.user, **ThemeBody.read(request))
        return Response(_theme_whole(theme, request), status=201 if is_new else 200)

    @extend_schema(summary="One common topic", tags=TAGS, operation_id="consultations_theme")
    def retrieve(self, request: Request, id: int) -> Response:
        return Response(_theme_whole(self._found(id), request))

    @extend_schema(
        summary="Sum it up", tags=TAGS, operation_id="consultations_theme_sum",
        request=ThemeSumBody, responses={200: ThemeWhole, 409: REFUSED},
    )  # fmt: skip
    def sum_up(self, request: Request, id: int) -> Response:
        theme = actions.sum_up(self._found(id), by=request.user, **ThemeSumBody.read(request))
        return Response(_theme_whole(theme, request))

    def _found(self, id: int) -> Theme:
        found = Theme.objects.select_related("area").filter(pk=id).first()
        if found is None:
            raise Http404
        return found


# ── held together ─────────────────────────────────────────────────────────────────────────────


class CohostRow(serializers.Serializer):
    platform = Coded()
    asked_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    is_agreed = serializers.BooleanField()
    note = serializers.CharField()


class CohostBody(Body):
    platform = PlatformField()


class CohostAnswerBody(Body):
    agreed = Flag()
    note = Text(max_length=300, required=False, help_text="Needed for a no.")


class CohostViewSet(Resource):
    """Other platforms that hold a topic too, once they agree."""

    serializer_class = CohostRow
    pagination_class = OnePage

    @extend_schema(summary="Who holds it too", tags=TAGS, operation_id="topics_cohosts")
    def list(self, request: Request, number: str) -> Response:
        return self.answer(pools.cohostings(one_of(request, number)), _cohost)

    @extend_schema(
        summary="Ask another platform", tags=TAGS, operation_id="topics_cohosts_ask",
        request=CohostBody, responses={201: CohostRow, 409: REFUSED},
    )  # fmt: skip
    def create(self, request: Request, number: str) -> Response:
        topic = one_of(request, number)
        asked = actions.ask_cohost(topic, CohostBody.read(request)["platform"], by=request.user)
        return Response(_cohost(asked), status=201)

    @extend_schema(
        summary="Answer for your platform", tags=TAGS, operation_id="topics_cohosts_answer",
        request=CohostAnswerBody, responses={200: CohostRow, 409: REFUSED},
    )  # fmt: skip
    def answer_it(self, request: Request, number: str, code: str) -> Response:
        """Said once, by who convenes there."""
        rows = Cohosting.objects.select_related("platform__area", "topic")
        topic = one_of(request, number)
        found = rows.filter(topic=topic, platform=platform_of(code)).first()
        if found is None:
            raise Http404
        given = CohostAnswerBody.read(request)
        return Response(_cohost(actions.answer_cohosting(found, by=request.user, **given)))


def _pool(one: Pool) -> dict[str, Any]:
    return {
        "id": one.pk,
        "title": one.title,
        "area": coded(one.area),
        "round": one.round,
        "published_at": told(one.published_at),
        "closes_at": told(one.closes_at),
        "closed_at": told(one.closed_at),
    }


def _pool_whole(one: Pool) -> dict[str, Any]:
    return _pool(one) | {
        "about": one.about,
        "items": [
            {
                "position": item.position,
                "title": item.title,
                "body": item.body,
                "is_carried": item.carried_from_id is not None,
                "claim": _claim(item),
            }
            for item in pools.items(one)
        ],
    }


def _claim(item: PoolItem) -> dict[str, Any] | None:
    claim = getattr(item, "claim", None)
    if claim is None:
        return None
    return {
        "platform": coded(claim.platform),
        "group": claim.group,
        "topic": claim.topic.number if claim.topic.is_public else None,
    }


def _theme(one: Theme) -> dict[str, Any]:
    return {
        "id": one.pk,
        "title": one.title,
        "area": coded(one.area),
        "issued_at": told(one.issued_at),
        "summed_at": told(one.summed_at),
    }


def _theme_whole(one: Theme, request: Request) -> dict[str, Any]:
    return _theme(one) | {
        "body": one.body,
        "summary": one.summary,
        "answers": [
            {
                "platform": coded(some.platform),
                "topic": some.topic.number if some.topic else None,
                "state": some.topic.state if some.topic else None,
            }
            for some in pools.answers(one, request.user)
        ],
    }


def _cohost(one: Cohosting) -> dict[str, Any]:
    return {
        "platform": coded(one.platform),
        "asked_at": told(one.asked_at),
        "answered_at": told(one.answered_at),
        "is_agreed": one.is_agreed,
        "note": one.note,
    }
