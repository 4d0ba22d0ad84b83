"""What departments promised, over REST: asked, answered, done."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from consultations import actions
from consultations.api.topics import REFUSED, TAGS, one_of
from consultations.models import Commitment
from consultations.workflow import TURNS, CommitmentState
from govgrid.core.api import Body, OnePage, Resource
from govgrid.core.fields import Day, Text, told
from grids.api import DepartmentBrief, DepartmentField, department_brief
from tickets.models import Category


class PromiseRow(serializers.Serializer):
    serial = serializers.IntegerField()
    text = serializers.CharField()
    department = DepartmentBrief()
    state = serializers.ChoiceField(choices=CommitmentState.choices)
    answer_by = serializers.DateTimeField()
    is_unanswered = serializers.BooleanField(help_text="Not answered in time; the fact stays.")
    due_on = serializers.DateField(allow_null=True)
    ticket = serializers.CharField(allow_null=True, help_text="The number of its ticket.")
    result = serializers.CharField()
    done_at = serializers.DateTimeField(allow_null=True)


class PromiseBody(Body):
    text = Text(max_length=300)
    department = DepartmentField()


class PromiseTurnBody(Body):
    note = Text(max_length=300, required=False)
    due_on = Day(required=False)
    category = Text(max_length=8, required=False, help_text="It becomes a ticket of this category.")
    department = DepartmentField(required=False)
    result = Text(max_length=1000, required=False)


class PromiseViewSet(Resource):
    """Who does what by when."""

    serializer_class = PromiseRow
    pagination_class = OnePage

    @extend_schema(summary="What was promised", tags=TAGS, operation_id="topics_promises")
    def list(self, request: Request, number: str) -> Response:
        rows = one_of(request, number).commitments.select_related("department", "ticket")
        return self.answer(rows.order_by("serial"), _promise)

    @extend_schema(
        summary="Ask a department", tags=TAGS, operation_id="topics_offer", request=PromiseBody,
        responses={201: PromiseRow, 409: REFUSED},
    )  # fmt: skip
    def create(self, request: Request, number: str) -> Response:
        given = PromiseBody.read(request)
        one = actions.offer(
            one_of(request, number), given["text"], given["department"], by=request.user
        )
        return Response(_promise(one), status=201)

    @extend_schema(
        summary="Answer it, or have it done", tags=TAGS, operation_id="topics_turn",
        request=PromiseTurnBody, responses={200: PromiseRow, 409: REFUSED},
    )  # fmt: skip
    def turn(self, request: Request, number: str, serial: int, name: str) -> Response:
        """``accept give_back offer finish end`` by people, the rest by what it waits for."""
        rows = one_of(request, number).commitments.select_related("topic", "department", "ticket")
        one = rows.filter(serial=serial).first()
        if one is None or name not in TURNS:
            raise Http404
        given = PromiseTurnBody.read(request)
        if "category" in given:
            given["category"] = _category(given["category"])
        turned = actions.turn(one, name, by=request.user, **given)
        return Response(_promise(turned))


def _category(code: str) -> Category:
    found = Category.objects.filter(code=code, is_active=True).first()
    if found is None:
        message = ErrorDetail(_("There is no category with this code."), "unknown_category")
        raise ValidationError({"category": [message]})
    return found


def _promise(one: Commitment) -> dict[str, Any]:
    return {
        "serial": one.serial,
        "text": one.text,
        "department": department_brief(one.department),
        "state": one.state,
        "answer_by": told(one.answer_by),
        "is_unanswered": one.overdue_at is not None,
        "due_on": one.due_on,
        "ticket": one.ticket.number if one.ticket else None,
        "result": one.result,
        "done_at": told(one.done_at),
    }
