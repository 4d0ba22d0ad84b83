"""What may happen to a ticket next, and making it happen."""

from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core import clock
from govgrid.core.api import Body, OnePage, Resource
from govgrid.core.fields import Day, Id, Moment, Text, Whole
from grids import scoping
from grids.api import DepartmentField
from tickets import actions, queries
from tickets.api.filing import AHEAD, MOST_HELPERS
from tickets.api.lookups import Lookups, with_reasons
from tickets.api.shapes import Rows, TicketWhole
from tickets.api.tickets import in_reach
from tickets.models import Ticket
from tickets.offers import FIELD_OF, Offer, permitted
from tickets.workflow import MOVES, AssignmentState, Rank, WhistleKind

# Whatever a move takes besides, these may go with it.
ALWAYS = frozenset({"note", "assignment", "seen"})
FIELDS = list(dict.fromkeys(name for move in MOVES.values() for name in move.fields))


class Missing(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()


class MoveField(serializers.Serializer):
    name = serializers.ChoiceField(choices=FIELDS)
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
    """What goes with a move. `actions/` says which of these each move takes."""

    note = Text(max_length=2000, allow_blank=True, required=False)
    department = DepartmentField(required=False, help_text="For `assign`: who shall lead.")
    helpers = serializers.ListField(
        child=Text(max_length=40),
        max_length=MOST_HELPERS,
        required=False,
        help_text="For `assign` and `blow`: codes of the departments that shall assist.",
    )
    suggested_owner = Text(
        max_length=100, allow_blank=True, required=False, help_text="For `return`."
    )
    rank = serializers.ChoiceField(
        choices=Rank.choices, required=False, help_text="For `report_in`: at what rank you came."
    )
    accepted_at = Moment(required=False, help_text="For `finish`: when it was accepted.")
    spoke_with = Text(
        max_length=200,
        allow_blank=True,
        required=False,
        help_text="For `finish`: with whom it was talked over; who they are to it, no names.",
    )
    until = Day(required=False, help_text="For `finish`: until when it holds.")
    whistle_kind = serializers.ChoiceField(
        choices=WhistleKind.choices, required=False, help_text="For `blow`."
    )
    tried = Text(max_length=1000, allow_blank=True, required=False, help_text="For `blow`.")
    missing_power = Text(max_length=500, allow_blank=True, required=False, help_text="For `blow`.")
    into = Text(
        max_length=24, required=False, help_text="For `merge`: the number of the other ticket."
    )
    speed = Whole(min_value=1, max_value=5, required=False, help_text="For `rate`.")
    quality = Whole(min_value=1, max_value=5, required=False, help_text="For `rate`.")
    assignment = Id(
        required=False, help_text="Where it concerns one department; yours is taken otherwise."
    )
    seen = Id(
        required=False,
        help_text="The id of the last event you know: when somebody was faster since, the refusal "
        "`changed_since` says who.",
    )

    default_error_messages = {
        "unknown_assignment": _("This ticket has no assignment with this id."),
        "unknown_department": _("There is no department with this code."),
        "unknown_ticket": _("There is no ticket with this number within your reach."),
        "in_the_future": _("This time lies in the future."),
        "not_taken": _("This move does not take it."),
    }

    def validate_assignment(self, key: int) -> int:
        if not self.context["ticket"].assignments.filter(pk=key).exists():
            self.fail("unknown_assignment")
        return key

    def validate_accepted_at(self, moment: datetime) -> datetime:
        if moment > clock.now() + AHEAD:
            self.fail("in_the_future")
        return moment

    def validate_helpers(self, codes: list[str]) -> list[Any]:
        wanted = list(dict.fromkeys(codes))
        known = Lookups(self.context["user"]).departments(wanted)
        found = [known.get(code) for code in wanted]
        if not all(one and one.is_active for one in found):
            self.fail("unknown_department")
        return found

    def validate_into(self, number: str) -> Ticket:
        return Lookups(self.context["user"]).ticket(number) or self.fail("unknown_ticket")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """A word that nobody asked for would be written into the log."""
        strange = given.keys() - ALWAYS - set(MOVES[self.context["name"]].fields)
        if strange:
            detail = serializers.ErrorDetail(self.error_messages["not_taken"], "not_taken")
            raise serializers.ValidationError({name: [detail] for name in sorted(strange)})
        return given


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
        found = permitted(ticket, by=request.user, assignments=assignments)
        # Everybody may take back what he just did: named while there is something to take back.
        return self.answer([one for one in found if one.name != "undo" or one.is_open], _move)

    @extend_schema(
        summary="Take a move",
        tags=["tickets"],
        operation_id="tickets_act",
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH, enum=[*MOVES])],
        request=MoveBody,
        responses={
            200: OpenApiResponse(TicketWhole, description="The ticket after it."),
            409: OpenApiResponse(
                description="The state or a condition says no: `wrong_state`, `changed_since`, or "
                "what is missing, such as `note_needed`, `report_in_first`, `returns_used_up`, "
                "`own_work`. `actions/` says it beforehand."
            ),
        },
        examples=[
            OpenApiExample(
                "Finish a whistle",
                value={
                    "accepted_at": "2026-09-24T09:12:00+08:00",
                    "spoke_with": "报告的网格员",
                    "note": "新井盖已安装",
                    "until": "2026-09-25",
                },
                request_only=True,
            ),
            OpenApiExample(
                "Return",
                value={"note": "不是市政井盖", "suggested_owner": "供电公司"},
                request_only=True,
            ),
        ],
    )
    def act(self, request: Request, number: str, name: str) -> Response:
        """`report_in` of a second person of the department is noted among its arrivals."""
        ticket = in_reach(request.user, number)
        if name not in MOVES:
            raise Http404
        context = {"ticket": ticket, "name": name, "user": request.user}
        body = MoveBody(data=request.data, context=context)
        body.is_valid(raise_exception=True)
        ticket = _take(ticket, name, request.user, dict(body.validated_data))
        return Response(Rows(request).whole(ticket))


def _take(ticket: Ticket, name: str, user: Any, given: dict[str, Any]) -> Ticket:
    if name == "blow" and given.get("whistle_kind"):
        helpers = given.get("helpers", ())
        given["helpers"] = with_reasons(helpers, ticket, given["whistle_kind"], user)
    if name != "report_in":
        return actions.move(ticket, name, by=user, **given)
    if not _is_there_already(ticket, user, given):
        return actions.move(ticket, name, by=user, via="api", **given)
    actions.arrive(ticket, by=user, rank=given.get("rank", ""), via="api")
    return ticket


def _is_there_already(ticket: Ticket, user: Any, given: dict[str, Any]) -> bool:
    """The asker's department has reported in, so that he is a further arrival of it."""
    mine = queries.assignment_of(ticket, user)
    if mine is None or mine.state != AssignmentState.REPORTED_IN:
        return False
    # Of two departments of one person the one that is named, or that is still to come, is meant.
    waiting = ticket.assignments.filter(
        department__in=scoping.reach(user, "tickets.work").departments,
        state=AssignmentState.SIGNED,
    )
    return given.get("assignment") in {None, mine.pk} and not waiting.exists()


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
