"""Replies ready to hand: those that one may change, and their succession."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import Body, IdCursorPagination, Resource
from govgrid.core.fields import Text, told
from grids import scoping
from grids.api import AreaField, Coded, DepartmentBrief, DepartmentField, coded, department_brief
from tickets import actions, replies
from tickets.models import ReplyTemplate
from tickets.workflow import MOVES

REFUSED = OpenApiResponse(description="`markup`, `title_taken`, `ended_already`.")
WITH_NOTES = sorted(name for name, move in MOVES.items() if "note" in move.fields)


class TemplateRow(serializers.Serializer):
    id = serializers.IntegerField()
    area = Coded(allow_null=True)
    department = DepartmentBrief(allow_null=True)
    move = serializers.ChoiceField(
        choices=WITH_NOTES, allow_null=True, help_text="null: for every move that takes a note."
    )
    title = serializers.CharField()
    text = serializers.CharField(help_text="With places like {number}.")
    valid_from = serializers.DateTimeField()


class TemplateWordsBody(Body):
    title = Text(max_length=40)
    text = Text(max_length=500)
    move = serializers.ChoiceField(choices=WITH_NOTES, required=False)


class TemplateBody(TemplateWordsBody):
    area = AreaField(required=False, help_text="Of an area, or …")
    department = DepartmentField(required=False, help_text="… of a department.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("area" in attrs) == ("department" in attrs):
            message = ReplyTemplate._meta.constraints[0].violation_error_message
            raise ValidationError({"area": [ErrorDetail(str(message), "area_or_department")]})
        return attrs


class TemplateViewSet(Resource):
    """Those that one may change: of the areas and departments of one's posts."""

    serializer_class = TemplateRow
    pagination_class = IdCursorPagination

    @extend_schema(
        summary="Reply templates in force", tags=["tickets"], operation_id="templates_list"
    )
    def list(self, request: Request) -> Response:
        if not scoping.reach(request.user, "tickets.set_templates"):
            raise PermissionDenied
        return self.answer(replies.kept_by(request.user).in_force(), _row)

    @extend_schema(
        summary="Offer one more", tags=["tickets"], operation_id="templates_create",
        request=TemplateBody, responses={201: TemplateRow, 409: REFUSED},
    )  # fmt: skip
    def create(self, request: Request) -> Response:
        given = TemplateBody.read(request)
        owner = given.pop("area", None) or given.pop("department")
        given.pop("department", None)
        made = actions.set_template(owner, by=request.user, **_words(given))
        return Response(_row(_one(request, made.pk)), status=201)

    @extend_schema(summary="One template", tags=["tickets"], operation_id="templates_one")
    def retrieve(self, request: Request, id: int) -> Response:
        return Response(_row(_one(request, id)))

    @extend_schema(
        summary="Word it anew", tags=["tickets"], operation_id="templates_change",
        request=TemplateWordsBody, responses={201: TemplateRow, 409: REFUSED},
    )  # fmt: skip
    def change(self, request: Request, id: int) -> Response:
        """Another one succeeds it, with an id of its own; the old one can be read for ever."""
        old = _one(request, id)
        owner = old.area or old.department
        given = _words(TemplateWordsBody.read(request))
        made = actions.set_template(owner, by=request.user, instead=old, **given)
        return Response(_row(_one(request, made.pk)), status=201)

    @extend_schema(
        summary="Offer it no more", tags=["tickets"], operation_id="templates_end",
        request=Body, responses={200: TemplateRow},
    )  # fmt: skip
    def end(self, request: Request, id: int) -> Response:
        Body.read(request)
        return Response(_row(actions.end_template(_one(request, id), by=request.user)))


def _words(given: dict[str, Any]) -> dict[str, Any]:
    return {"move": "", **given}


def _one(request: Request, pk: int) -> ReplyTemplate:
    found = replies.kept_by(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _row(one: ReplyTemplate) -> dict[str, Any]:
    return {
        "id": one.pk,
        "area": coded(one.area) if one.area else None,
        "department": department_brief(one.department) if one.department else None,
        "move": one.move or None,
        "title": one.title,
        "text": one.text,
        "valid_from": told(one.valid_from),
    }
