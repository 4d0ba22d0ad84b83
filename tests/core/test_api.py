"""One shape for every error, cursor pages, and no filter that is quietly ignored."""

import json

import pytest
from django.core.exceptions import (
    DisallowedHost,
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
)
from django.http import Http404
from rest_framework import generics, serializers
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from govgrid.accounts.models import User
from govgrid.core.api import IdCursorPagination, OldestFirstPagination, Query
from govgrid.core.errors import Refused
from tests.factories.accounts import UserFactory

factory = APIRequestFactory()


class Open(APIView):
    authentication_classes = ()
    permission_classes = ()


def answer(raised):
    class View(Open):
        def get(self, request):
            raise raised

    response = View.as_view()(factory.get("/x/")).render()
    return response.status_code, json.loads(response.content)


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (Refused("wrong_state", "This ticket is closed."), 409, "wrong_state"),
        (RequestDataTooBig(), 413, "too_large"),
        (TooManyFieldsSent(), 413, "too_large"),
        (DisallowedHost(), 400, "parse_error"),
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "permission_denied"),
    ],
)
def test_errors_have_one_shape(raised, status, code):
    got, body = answer(raised)

    assert got == status
    assert body["type"] == "client_error"
    assert [(e["code"], e["attr"]) for e in body["errors"]] == [(code, None)]
    assert body["errors"][0]["detail"]


def test_a_refusal_says_its_sentence():
    assert answer(Refused("x", "This ticket is closed."))[1]["errors"][0]["detail"] == (
        "This ticket is closed."
    )


def test_a_fault_of_ours_stays_a_fault(caplog):
    status, body = answer(ValueError("secret inside"))

    assert status == 500
    assert body["type"] == "server_error"
    assert "secret" not in str(body)
    assert any(record.levelname == "ERROR" for record in caplog.records)


class Echo(Open):
    def post(self, request):
        return Response(request.data)


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "parse_error"),
        (b"[" * 100_000, "application/json", 400, "parse_error"),
        (b'"' + b"a" * 300_000 + b'"', "application/json", 413, "too_large"),
        (b"a=1", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b"<a/>", "text/xml", 415, "unsupported_media_type"),
    ],
)
def test_a_bad_body_is_answered_in_the_one_shape(body, content_type, status, code):
    response = Echo.as_view()(factory.post("/x/", body, content_type=content_type)).render()

    assert response.status_code == status
    assert json.loads(response.content)["errors"][0]["code"] == code


class PersonSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ["id", "name"]


class PeopleQuery(Query):
    name = serializers.CharField(required=False)


class People(generics.ListAPIView):
    authentication_classes = ()
    permission_classes = ()
    serializer_class = PersonSerializer
    pagination_class = IdCursorPagination

    def get_queryset(self):
        return User.objects.filter(**PeopleQuery.read(self.request, pages=True))


class PeopleOldestFirst(People):
    pagination_class = OldestFirstPagination


def page(url="/people/", view=People):
    response = view.as_view()(factory.get(url)).render()
    return response.status_code, json.loads(response.content)


def ids(body):
    return [row["id"] for row in body["results"]]


@pytest.mark.parametrize(("view", "falling"), [(People, True), (PeopleOldestFirst, False)])
def test_pages_lead_to_the_end_and_back(db, view, falling):
    pks = sorted((UserFactory().pk for _i in range(7)), reverse=falling)

    status, first = page("/people/?page_size=3", view)
    _status, second = page(first["next"], view)
    _status, third = page(second["next"], view)

    assert status == 200
    assert [ids(first), ids(second), ids(third)] == [pks[:3], pks[3:6], pks[6:]]
    assert (first["previous"], third["next"]) == (None, None)
    _status, back = page(third["previous"], view)
    assert ids(back) == pks[3:6]
    _status, start = page(back["previous"], view)
    assert ids(start) == pks[:3]
    assert start["previous"] is None
    assert start["next"]


def test_rows_that_come_and_go_neither_repeat_nor_hide_others(db):
    pks = [UserFactory().pk for _i in range(4)][::-1]
    _status, first = page("/people/?page_size=2")
    UserFactory()
    User.objects.filter(pk=pks[1]).delete()

    _status, second = page(first["next"])

    assert ids(second) == pks[2:]


def test_the_links_keep_the_filter(db):
    UserFactory.create_batch(3, name="Li")
    UserFactory(name="Wang")

    _status, first = page("/people/?name=Li&page_size=2")
    _status, second = page(first["next"])

    assert [row["name"] for row in first["results"] + second["results"]] == ["Li"] * 3


def test_a_page_is_one_query_for_one_row_and_for_three(db, django_assert_num_queries):
    for _i in range(3):
        UserFactory()
        with django_assert_num_queries(1):
            page()


def test_an_empty_list_has_no_neighbours(db):
    assert page() == (200, {"results": [], "next": None, "previous": None})


@pytest.mark.parametrize("size", ["0", "201", "-1", "x", "", "1.5", "٣", " 3", "9" * 30, "0x10"])
def test_a_bad_page_size_is_refused(db, size):
    status, body = page(f"/people/?page_size={size}")

    assert (status, body["errors"][0]["attr"]) == (400, "page_size")


@pytest.mark.parametrize("cursor", ["", "x", "a:b", "W10:x", "%00", "路灯", "." * 500, "%ff"])
def test_a_cursor_that_is_garbage_is_refused(db, cursor):
    status, body = page(f"/people/?cursor={cursor}")

    assert status == 400
    assert body["type"] == "validation_error"
    assert body["errors"][0]["code"] in {"invalid_cursor", "invalid"}
    assert body["errors"][0]["attr"] == "cursor"


def test_a_cursor_from_another_list_is_refused(db):
    UserFactory.create_batch(3)
    _status, first = page("/people/?page_size=1")
    cursor = first["next"].partition("cursor=")[2]

    for url, view in [("/others/", People), ("/people/", PeopleOldestFirst)]:
        status, body = page(f"{url}?cursor={cursor}", view)
        assert (status, body["errors"][0]["code"]) == (400, "invalid_cursor")


def test_an_unknown_filter_is_refused_by_name(db):
    status, body = page("/people/?nmae=Li&name=Li&state=x")

    assert status == 400
    assert {(e["code"], e["attr"]) for e in body["errors"]} == {
        ("unknown_filter", "nmae"),
        ("unknown_filter", "state"),
    }


def test_a_nul_in_a_filter_is_refused(db):
    status, body = page("/people/?name=%00")

    assert (status, body["errors"][0]["code"]) == (400, "invalid")


def test_a_filter_given_twice_is_refused(db):
    status, body = page("/people/?name=Li&name=Wang")

    assert (status, body["errors"][0]["attr"]) == (400, "name")


def test_the_schema_lists_the_page_parameters():
    pages = IdCursorPagination().get_schema_operation_parameters(People())

    assert [p["name"] for p in pages] == ["cursor", "page_size"]
    schema = IdCursorPagination().get_paginated_response_schema({"type": "array"})
    assert set(schema["properties"]) == {"results", "next", "previous"}
