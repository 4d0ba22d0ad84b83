"""Searches that somebody keeps for himself; anybody else's does not exist."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import Body, OnePage, Resource, checked
from govgrid.core.fields import Text, told
from tickets import actions
from tickets.forms.search import SavedSearchForm, SearchNameForm
from tickets.models import SavedSearch

_NAMELESS = SearchNameForm.base_fields["name"].error_messages["required"]


class SearchRow(serializers.Serializer):
    """Filters of the page of tickets under a name."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    query = serializers.CharField(help_text="As behind the question mark of the page's address.")
    page = serializers.URLField(help_text="The list, for a signed-in browser.")
    saved_at = serializers.DateTimeField()


class SearchNameBody(Body):
    name = Text(max_length=40, error_messages={"required": _NAMELESS, "blank": _NAMELESS})


class SearchBody(SearchNameBody):
    query = Text(
        max_length=2000,
        required=False,
        allow_blank=True,
        help_text="As the address of the page has it: `state=triage&overdue=on`. What the page "
        "does not know is refused; its order is made one.",
    )


class SearchViewSet(Resource):
    """Your own, twenty at the most, in the order of their places."""

    serializer_class = SearchRow
    pagination_class = OnePage

    @extend_schema(summary="Your saved searches", tags=["tickets"], operation_id="searches_list")
    def list(self, request: Request) -> Response:
        return self.answer(_mine(request), lambda one: _row(one, request))

    @extend_schema(
        summary="Keep a search",
        tags=["tickets"],
        operation_id="searches_keep",
        request=SearchBody,
        responses={
            201: SearchRow,
            409: OpenApiResponse(description="`name_taken`, or `twenty_searches`."),
        },
    )
    def keep(self, request: Request) -> Response:
        given = checked(SavedSearchForm(SearchBody.read(request), user=request.user))
        kept = actions.keep_search(by=request.user, **given)
        return Response(_row(kept, request), status.HTTP_201_CREATED)

    @extend_schema(
        summary="Call it otherwise",
        tags=["tickets"],
        operation_id="searches_rename",
        request=SearchNameBody,
        responses={200: SearchRow, 409: OpenApiResponse(description="`name_taken`.")},
    )
    def rename(self, request: Request, id: int) -> Response:
        given = checked(SearchNameForm(SearchNameBody.read(request)))
        renamed = actions.rename_search(_one(request, id), by=request.user, **given)
        return Response(_row(renamed, request))

    @extend_schema(
        summary="Throw it away",
        tags=["tickets"],
        operation_id="searches_delete",
        request=Body,
        responses={204: None},
    )
    def forget(self, request: Request, id: int) -> Response:
        Body.read(request)
        actions.forget_search(_one(request, id), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _mine(request: Request) -> Any:
    return SavedSearch.objects.filter(owner=request.user).order_by("place")


def _one(request: Request, pk: int) -> SavedSearch:
    found = _mine(request).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _row(one: SavedSearch, request: Request) -> dict[str, Any]:
    return {
        "id": one.pk,
        "name": one.name,
        "query": one.query,
        "page": request.build_absolute_uri(f"{reverse('tickets:list')}?{one.query}"),
        "saved_at": told(one.saved_at),
    }
