"""The lists over REST, as the pages have them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consultations import papers, seats
from consultations.api.topics import PlatformField
from consultations.lists import LISTS, Asked, Listed
from govgrid.core.api import OnePage, Query, Resource
from govgrid.core.fields import Day, FlagInQuery
from grids.api import AreaField

TAGS = ["consultations"]
PAGE = 50


class ListQuery(Query):
    platform = PlatformField(required=False)
    area = AreaField(required=False, help_text="Means everything beneath it.")
    since = Day(required=False)
    until = Day(required=False, help_text="This day is part of it.")
    inner = FlagInQuery(
        required=False, help_text="That of the platforms whose internal lists you may read."
    )
    page = serializers.IntegerField(required=False, min_value=1, max_value=10_000)


class ListName(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    about = serializers.CharField()


class ListColumn(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()


class ListWhole(ListName):
    columns = ListColumn(many=True)
    rows = serializers.ListField(
        child=serializers.DictField(child=serializers.CharField(allow_blank=True)),
        help_text="Cells in words, by the names of the columns; `url` leads to its page.",
    )
    page = serializers.IntegerField()
    is_more = serializers.BooleanField()


class ListViewSet(Resource):
    serializer_class = ListName
    pagination_class = OnePage
    queries = {"retrieve": ListQuery}

    @extend_schema(summary="Which lists there are", tags=TAGS, operation_id="consultations_lists")
    def list(self, request: Request) -> Response:
        return self.answer(LISTS.values(), _name)

    @extend_schema(
        summary="One list", tags=TAGS, operation_id="consultations_list_rows",
        responses=ListWhole,
    )  # fmt: skip
    def retrieve(self, request: Request, name: str) -> Response:
        """50 rows a page, the newest first. The public list holds no name of a person."""
        if name not in LISTS:
            raise Http404
        one, page, asked = LISTS[name], self.asked.get("page", 1), self._asked(request)
        found = list(one.rows(asked, (page - 1) * PAGE, PAGE + 1))
        columns = one.columns_for(asked)
        return Response(
            _name(one)
            | {
                "columns": [{"name": each.name, "label": str(each.label)} for each in columns],
                "rows": [
                    {each.name: papers.said(row.get(each.name)) for each in columns}
                    | {"url": str(row["url"])}
                    for row in found[:PAGE]
                ],
                "page": page,
                "is_more": len(found) > PAGE,
            }
        )

    def _asked(self, request: Request) -> Asked:
        given: dict[str, Any] = dict(self.asked)
        given.pop("page", None)
        if given.get("since") and given.get("until") and given["until"] < given["since"]:
            raise serializers.ValidationError({"until": [_("The period ends before it begins.")]})
        if not given.pop("inner", False):
            return Asked(**given)
        platforms = seats.platforms(request.user, "consultations.view")
        if not platforms.exists():
            raise PermissionDenied
        return Asked(**given, platforms=platforms)


def _name(one: Listed) -> dict[str, str]:
    return {"name": one.name, "title": str(one.title), "about": str(one.about)}
