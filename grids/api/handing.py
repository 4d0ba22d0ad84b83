"""Hand-overs, for programs: for the two whom one concerns, and who oversees the place."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from govgrid.core.api import Body, IdCursorPagination, Resource
from govgrid.core.fields import Id, told
from grids import actions, scoping
from grids.api import AreaBrief, area_brief
from grids.api.posts import ID, HolderBody, post_in_reach, valid
from grids.models import HandOver

# ── shapes ────────────────────────────────────────────────────────────────────────────────────


class ItemRow(serializers.Serializer):
    id = serializers.IntegerField()
    source = serializers.CharField()
    key = serializers.CharField()
    words = serializers.CharField()
    explained_at = serializers.DateTimeField(allow_null=True)


class HandOverRow(serializers.Serializer):
    """A post that went from one to the next on a day."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    area = AreaBrief(allow_null=True)
    role = serializers.CharField()
    outgoing = serializers.CharField(help_text="Who gives.")
    incoming = serializers.CharField(help_text="Who takes.")
    on = serializers.DateField(help_text="First day of who takes.")
    listed_at = serializers.DateTimeField()
    taken_at = serializers.DateTimeField(allow_null=True)


class HandOverWhole(HandOverRow):
    items = ItemRow(many=True, help_text="Open work as it was listed.")


class HandOverBody(HolderBody):
    post = Id(help_text="The post that ends, from `areas/<code>/posts/`.")


class ExplainedBody(Body):
    items = serializers.ListField(child=Id(), max_length=1000)


# ── hand-overs ────────────────────────────────────────────────────────────────────────────────


class HandOverViewSet(Resource):
    """The sheets that concern you, and those of the places that you oversee."""

    serializer_class = HandOverRow
    pagination_class = IdCursorPagination

    def seen(self) -> QuerySet[HandOver]:
        user: Any = self.request.user
        wanted = Q(incoming__user=user.pk) | Q(outgoing__user=user.pk)
        for prefix in scoping.prefixes(user, "grids.oversee"):
            wanted |= Q(incoming__area__path__startswith=prefix)
        return HandOver.objects.filter(wanted).select_related(
            "outgoing__user", "incoming__user", "incoming__area", "incoming__department__area"
        )

    def one(self, key: int) -> HandOver:
        made = self.seen().filter(pk=key).first()
        if made is None:
            raise Http404
        return made

    def whole(self, key: int) -> Response:
        made = self.one(key)
        items = [_item(one) for one in made.items.all()]
        return Response({**self.row(made), "items": items})

    def row(self, made: HandOver) -> dict[str, Any]:
        post = made.incoming
        return {
            "id": made.pk,
            "url": reverse("api:hand_over", args=[made.pk], request=self.request),
            "area": area_brief(post.area) if post.area else None,
            "role": post.role,
            "outgoing": made.outgoing.user.name,
            "incoming": post.user.name,
            "on": post.period.lower.isoformat() if post.period.lower else None,
            "listed_at": told(made.listed_at),
            "taken_at": told(made.taken_at) if made.taken_at else None,
        }

    @extend_schema(
        summary="Hand-overs, newest first", tags=["people"], operation_id="hand_overs_list"
    )
    def list(self, request: Request) -> Response:
        return self.answer(self.seen(), self.row)

    @extend_schema(
        summary="One hand-over with its open work",
        tags=["people"],
        operation_id="hand_overs_retrieve",
        parameters=[ID],
        responses=HandOverWhole,
    )
    def retrieve(self, request: Request, id: int) -> Response:
        return self.whole(id)

    @extend_schema(
        summary="Hand a post to the next",
        tags=["people"],
        operation_id="hand_overs_create",
        request=HandOverBody,
        responses={
            201: OpenApiResponse(HandOverWhole, description="Arranged, and the open work listed."),
            200: OpenApiResponse(HandOverWhole, description="Arranged so before."),
            409: OpenApiResponse(
                description="`handed_over` to somebody else, `leaves_a_gap`, `not_begun`, "
                "`same_person`, `own_post`, `post_in_the_past`, `user_inactive`."
            ),
        },
    )
    def create(self, request: Request) -> Response:
        given = valid(HandOverBody(data=request.data))
        post = post_in_reach(request, given["post"])
        # A post is handed over once: the same sent again finds what it made.
        made = HandOver.objects.filter(outgoing=post, incoming__user=given["person"]).first()
        how = status.HTTP_200_OK
        if made is None or given.get("on") not in (None, made.incoming.period.lower):
            made = actions.hand_over(post, given["person"], by=request.user, on=given.get("on"))
            how = status.HTTP_201_CREATED
        items = [_item(one) for one in made.items.all()]
        row = self.row(made)
        return Response({**row, "items": items}, how, headers={"Location": row["url"]})

    @extend_schema(
        summary="Tick what was explained",
        tags=["people"],
        operation_id="hand_overs_explained",
        parameters=[ID],
        request=ExplainedBody,
        responses={200: HandOverWhole, 409: OpenApiResponse(description="`taken_over`.")},
    )
    def explained(self, request: Request, id: int) -> Response:
        made = self.one(id)
        actions.explain(made, valid(ExplainedBody(data=request.data))["items"], by=request.user)
        return self.whole(id)

    @extend_schema(
        summary="Bring the list up to date",
        tags=["people"],
        operation_id="hand_overs_relist",
        parameters=[ID],
        request=None,
        responses={200: HandOverWhole, 409: OpenApiResponse(description="`taken_over`.")},
    )
    def relist(self, request: Request, id: int) -> Response:
        actions.list_again(self.one(id), by=request.user)
        return self.whole(id)

    @extend_schema(
        summary="Take the post over",
        tags=["people"],
        operation_id="hand_overs_take",
        parameters=[ID],
        request=None,
        responses={200: OpenApiResponse(HandOverWhole, description="A second time is no harm.")},
    )
    def take(self, request: Request, id: int) -> Response:
        actions.take_post(self.one(id), by=request.user)
        return self.whole(id)


def _item(one: Any) -> dict[str, Any]:
    return {
        "id": one.pk,
        "source": one.source,
        "key": one.key,
        "words": one.words,
        "explained_at": told(one.explained_at) if one.explained_at else None,
    }
