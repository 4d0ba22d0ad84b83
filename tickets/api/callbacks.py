"""The call list: who reported something that is closed is asked whether it is solved."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import Body, OldestFirstPagination, Resource
from govgrid.core.fields import Flag, Text, told
from grids import scoping
from grids.api import DepartmentBrief, department_brief
from grids.models import Level
from tickets import actions
from tickets.models import Callback

REFUSED = OpenApiResponse(description="`answered_already`, `not_closed`, `not_asked`.")


class CallbackRow(serializers.Serializer):
    """One question after one closing. Whom to call is on the page, opened for a reason."""

    id = serializers.IntegerField()
    ticket = serializers.CharField(help_text="The number of the ticket.")
    round = serializers.IntegerField()
    department = DepartmentBrief(allow_null=True, help_text="Whose work is judged.")
    asked_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    attempts = serializers.IntegerField()
    tried_at = serializers.DateTimeField(allow_null=True)
    ended_why = serializers.ChoiceField(choices=Callback.Ended.choices, allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    via = serializers.ChoiceField(choices=Callback.Via.choices, allow_null=True)
    is_solved = serializers.BooleanField(allow_null=True)
    is_satisfied = serializers.BooleanField(allow_null=True)
    words = serializers.CharField()


class CallbackAnswerBody(Body):
    solved = Flag(help_text="No: the ticket opens again, the second time with the level above.")
    satisfied = Flag()
    words = Text(max_length=300, required=False, allow_blank=True)


class CallbackAttemptBody(Body):
    is_refused = Flag(required=False, help_text="Reached, and would not say.")


class CallbackViewSet(Resource):
    """For who calls back: the districts of one's posts."""

    serializer_class = CallbackRow
    pagination_class = OldestFirstPagination

    @extend_schema(
        summary="The call list, the longest waiting first",
        tags=["tickets"],
        operation_id="callbacks_list",
    )
    def list(self, request: Request) -> Response:
        if not _districts(request):
            raise PermissionDenied
        return self.answer(_mine(request).open(), _row)

    @extend_schema(summary="One question", tags=["tickets"], operation_id="callbacks_one")
    def retrieve(self, request: Request, id: int) -> Response:
        return Response(_row(_one(request, id)))

    @extend_schema(
        summary="Note what was said", tags=["tickets"], operation_id="callbacks_answer",
        request=CallbackAnswerBody, responses={200: CallbackRow, 409: REFUSED},
    )  # fmt: skip
    def reply(self, request: Request, id: int) -> Response:
        given = CallbackAnswerBody.read(request)
        actions.answer(_one(request, id), by=request.user, **given)
        return Response(_row(_one(request, id)))

    @extend_schema(
        summary="Note that nobody was reached", tags=["tickets"], operation_id="callbacks_attempt",
        request=CallbackAttemptBody, responses={200: CallbackRow, 409: REFUSED},
    )  # fmt: skip
    def attempt(self, request: Request, id: int) -> Response:
        """The third time is the last."""
        given = CallbackAttemptBody.read(request)
        actions.note_attempt(_one(request, id), by=request.user, **given)
        return Response(_row(_one(request, id)))


def _districts(request: Request) -> list[int]:
    return sorted(scoping.reach(request.user, "tickets.call_back").areas.get(Level.DISTRICT, ()))


def _mine(request: Request) -> Any:
    found: QuerySet[Callback] = Callback.objects.filter(district__in=_districts(request))
    return found.select_related("ticket", "department")


def _one(request: Request, pk: int) -> Callback:
    found = _mine(request).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _row(one: Callback) -> dict[str, Any]:
    return {
        "id": one.pk,
        "ticket": one.ticket.number,
        "round": one.round,
        "department": department_brief(one.department) if one.department else None,
        "asked_at": told(one.asked_at),
        "due_at": told(one.due_at),
        "attempts": one.attempts,
        "tried_at": told(one.tried_at),
        "ended_why": one.ended_why or None,
        "answered_at": told(one.answered_at),
        "via": one.via or None,
        "is_solved": one.is_solved,
        "is_satisfied": one.is_satisfied,
        "words": one.words,
    }
