"""What happened to a ticket, what may happen next, and making it happen."""

from collections.abc import Callable
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import Body, OldestFirstPagination, OnePage, Resource
from govgrid.core.fields import Id, Text, told
from grids.api import DepartmentBrief, DepartmentField, department_brief
from tickets import actions
from tickets.api.shapes import Rows, TicketWhole
from tickets.api.tickets import in_reach
from tickets.models import Ticket, TicketEvent
from tickets.offers import FIELD_OF, Offer, permitted
from tickets.rules import sees_filer
from tickets.workflow import MOVES, State

# ── events ────────────────────────────────────────────────────────────────────────────────────


class EventRow(serializers.Serializer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    verb = serializers.CharField(help_text="`file`, `route`, or the name of a move.")
    before = serializers.CharField(help_text="The state before; empty for the first event.")
    after = serializers.ChoiceField(choices=State.choices)
    by = serializers.CharField(
        allow_null=True, help_text="Null: the system, or a reporter whose name is not shown to you."
    )
    department = DepartmentBrief(allow_null=True)
    assignment = serializers.IntegerField(allow_null=True)
    note = serializers.CharField()
    data = serializers.DictField(help_text="What more was written down, such as the routing.")


class EventViewSet(Resource):
    """The history: appended to, never changed."""

    serializer_class = EventRow
    pagination_class = OldestFirstPagination

    @extend_schema(
        summary="Its history, oldest first", tags=["tickets"], operation_id="tickets_events"
    )
    def list(self, request: Request, number: str) -> Response:
        ticket = in_reach(request.user, number)
        events = ticket.events.select_related("by", "department")
        return self.answer(events, _event_writer(request, ticket))


def _event_writer(request: Request, ticket: Ticket) -> Callable[[TicketEvent], dict[str, Any]]:
    hidden = None if sees_filer(request.user, ticket) else ticket.filed_by_id

    def write(event: TicketEvent) -> dict[str, Any]:
        return {
            "id": event.pk,
            "at": told(event.at),
            "verb": event.verb,
            "before": event.before,
            "after": event.after,
            "by": event.by.name if event.by and event.by_id != hidden else None,
            "department": department_brief(event.department) if event.department else None,
            "assignment": event.assignment_id,
            "note": event.note,
            "data": event.data,
        }

    return write


# ── moves ─────────────────────────────────────────────────────────────────────────────────────


class Missing(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()


class MoveField(serializers.Serializer):
    name = serializers.ChoiceField(choices=["note", "department", "suggested_owner"])
    required = serializers.BooleanField()


class MoveRow(serializers.Serializer):
    """A move that you have the permission for."""

    name = serializers.ChoiceField(choices=[*MOVES])
    label = serializers.CharField()
    allowed = serializers.BooleanField(help_text="Nothing is missing but what you send with it.")
    missing = Missing(many=True)
    fields = MoveField(many=True, help_text="What the body may or must hold.")
    assignment = serializers.IntegerField(
        allow_null=True, help_text="The department's part it would be taken on."
    )


class MoveBody(Body):
    note = Text(max_length=2000, allow_blank=True, required=False)
    department = DepartmentField(required=False, help_text="For `assign`: who shall lead.")
    suggested_owner = Text(
        max_length=100, allow_blank=True, required=False, help_text="For `return`."
    )
    assignment = Id(
        required=False, help_text="Where it concerns one department; yours is taken otherwise."
    )

    default_error_messages = {
        "unknown_assignment": _("This ticket has no assignment with this id."),
    }

    def validate_assignment(self, key: int) -> int:
        if not self.context["ticket"].assignments.filter(pk=key).exists():
            self.fail("unknown_assignment")
        return key


class MoveViewSet(Resource):
    """The arrows of the workflow table, as far as they are yours."""

    serializer_class = MoveRow
    pagination_class = OnePage

    @extend_schema(
        summary="What you may do now, and what is missing for the rest",
        tags=["tickets"],
        operation_id="tickets_actions",
    )
    def list(self, request: Request, number: str) -> Response:
        ticket = in_reach(request.user, number)
        assignments = ticket.assignments.select_related("department")
        return self.answer(permitted(ticket, by=request.user, assignments=assignments), _move)

    @extend_schema(
        summary="Take a move",
        tags=["tickets"],
        operation_id="tickets_act",
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH, enum=[*MOVES])],
        request=MoveBody,
        responses={
            200: OpenApiResponse(TicketWhole, description="The ticket after it."),
            409: OpenApiResponse(
                description="The state or a condition says no: `wrong_state`, `note_needed`, "
                "`reason_needed`, `department_needed`, `owner_needed`, `returns_used_up`, "
                "`wrong_department`, `own_work`, `assignment_needed`, `no_office`."
            ),
        },
        examples=[
            OpenApiExample("Finish", value={"note": "新井盖已安装"}, request_only=True),
            OpenApiExample(
                "Return",
                value={"note": "不是市政井盖", "suggested_owner": "供电公司"},
                request_only=True,
            ),
        ],
    )
    def act(self, request: Request, number: str, name: str) -> Response:
        ticket = in_reach(request.user, number)
        if name not in MOVES:
            raise Http404
        body = MoveBody(data=request.data, context={"ticket": ticket})
        body.is_valid(raise_exception=True)
        ticket = actions.move(ticket, name, by=request.user, **body.validated_data)
        assignments = ticket.assignments.select_related("department")
        return Response(Rows(request).whole(ticket, assignments))


def _move(offer: Offer) -> dict[str, Any]:
    return {
        "name": offer.name,
        "label": str(offer.move.label),
        "allowed": offer.is_open,
        "missing": [
            {"code": lack.code, "detail": lack.message}
            for lack in offer.lacks
            if lack.code not in FIELD_OF
        ],
        "fields": [
            {"name": field, "required": field in offer.wanted} for field in offer.move.fields
        ],
        "assignment": offer.assignment.pk if offer.assignment else None,
    }
