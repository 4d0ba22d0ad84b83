"""What happened to a ticket."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import OldestFirstPagination, Resource
from govgrid.core.fields import told
from grids.api import DepartmentBrief, department_brief
from tickets.api.tickets import in_reach
from tickets.models import Ticket, TicketEvent
from tickets.rules import sees_filer, sees_score
from tickets.sight import Sight, sight_of
from tickets.workflow import State

# What the log keeps for computing again and taking back; it is no part of the story.
MACHINERY = frozenset({"clocks", "undo"})


class EventRow(serializers.Serializer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    verb = serializers.CharField(
        help_text="The name of a move, or `file`, `route`, `arrive`, `photo`, `answer` (what the reporter said after closing), `near` and `over` (three "
        "quarters and the end of a clock), `recompute` (the working calendar changed)."
    )
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
        seen = sight_of(request.user, ticket)
        events = seen.told(ticket.events.select_related("by", "department"))
        return self.answer(events, _event_writer(request, ticket, seen))


def _told_data(event: TicketEvent, seen: Sight) -> dict[str, Any]:
    return {key: value for key, value in seen.said_by(event).items() if key not in MACHINERY}


def _event_writer(
    request: Request, ticket: Ticket, seen: Sight
) -> Callable[[TicketEvent], dict[str, Any]]:
    hidden = None if sees_filer(request.user, ticket) else ticket.filed_by_id

    def write(event: TicketEvent) -> dict[str, Any]:
        # A score, and the sentence with it, is for the two whom it concerns.
        is_told = event.verb != "rate" or sees_score(request.user, ticket, event.department_id)
        return {
            "id": event.pk,
            "at": told(event.at),
            "verb": event.verb,
            "before": event.before,
            "after": event.after,
            "by": event.by.name if event.by and event.by_id != hidden else None,
            "department": department_brief(event.department) if event.department else None,
            "assignment": event.assignment_id,
            "note": event.note if is_told else "",
            "data": _told_data(event, seen) if is_told else {},
        }

    return write
