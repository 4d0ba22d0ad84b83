"""What is late or has a card, for who oversees it; and what is done from there, as ``/tickets/late/``."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from govgrid.core.api import Query, Resource
from govgrid.core.fields import told
from grids import scoping
from grids.api import DepartmentBrief, DepartmentField, department_brief
from grids.scoping import Reach
from tickets import actions, late
from tickets.api.pages import LongestOverdueFirst
from tickets.api.shapes import Rows, TicketRow
from tickets.api.supervision import CardRow, card_row
from tickets.api.together import ManyAnswers, ManyBody, answer_row
from tickets.forms.late import CAUSES
from tickets.workflow import ClockKind, Colour


class LateQuery(Query):
    colour = serializers.ChoiceField(choices=Colour.choices, required=False)
    department = DepartmentField(required=False, help_text="With a living card of this one.")
    cause = serializers.ChoiceField(
        choices=CAUSES,
        required=False,
        help_text="Of a living card; or `desk_triage`, `desk_verify`: what waits at a desk.",
    )


class LateClock(serializers.Serializer):
    """The deadline that is next, or over for the longest time."""

    kind = serializers.ChoiceField(choices=ClockKind.choices)
    due_at = serializers.DateTimeField()


class LateRow(serializers.Serializer):
    ticket = TicketRow()
    clock = LateClock(allow_null=True, help_text="Null where no clock runs.")
    cards = CardRow(many=True, help_text="Those that live, the worst first.")


class ColourCount(serializers.Serializer):
    colour = serializers.ChoiceField(choices=Colour.choices)
    count = serializers.IntegerField()


class CauseCount(serializers.Serializer):
    cause = serializers.ChoiceField(choices=CAUSES)
    count = serializers.IntegerField()


class LateShare(serializers.Serializer):
    department = DepartmentBrief()
    total = serializers.IntegerField()
    colours = ColourCount(many=True)


class LateTally(serializers.Serializer):
    """Living cards of the whole reach. Departments stand in the order of their codes."""

    colours = ColourCount(many=True, help_text="The worst first; each of them, with 0 too.")
    causes = CauseCount(many=True, help_text="Those that there are.")
    departments = LateShare(many=True)


class LateViewSet(Resource):
    """For who decides in a place; nobody else has such a list."""

    serializer_class = LateRow
    pagination_class = LongestOverdueFirst
    queries = {"list": LateQuery}

    @extend_schema(
        summary="What is late or has a card",
        tags=["tickets"],
        operation_id="late_list",
    )
    def list(self, request: Request) -> Response:
        """The longest overdue first, and what is not due at all last."""
        reach = _reach(request)
        asked = late.Asked(
            self.asked.get("colour", ""), self.asked.get("department"), self.asked.get("cause", "")
        )
        found = self.paginate_queryset(late.walks(reach, asked))
        rows = Rows(request)
        return self.get_paginated_response([_row(one, rows) for one in late.rows_of(found)])

    @extend_schema(
        summary="How many, by colour, cause and department",
        tags=["tickets"],
        operation_id="late_tally",
        responses=LateTally,
    )
    def tally(self, request: Request) -> Response:
        counted = late.tally(_reach(request))
        return Response(
            {
                "colours": _colours(counted.by_colour),
                "causes": [
                    {"cause": slug, "count": counted.by_cause[slug]}
                    for slug, _label in CAUSES
                    if slug in counted.by_cause
                ],
                "departments": [
                    {
                        "department": department_brief(one.department),
                        "total": one.total,
                        "colours": _colours(one.by_colour),
                    }
                    for one in counted.departments
                ],
            }
        )

    @extend_schema(
        summary="Urge, order to account, or take up a level",
        tags=["tickets"],
        operation_id="late_act",
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH, enum=[*late.ASKS])],
        request=ManyBody,
        responses={
            207: OpenApiResponse(ManyAnswers, description="One answer for each, in your order."),
        },
        examples=[
            OpenApiExample(
                "Two orders",
                value={
                    "numbers": ["YL20261122-000123-7", "YL20261122-000124-5"],
                    "note": "说明逾期原因",
                    "within": "WD1",
                },
                request_only=True,
            )
        ],
    )
    def act(self, request: Request, name: str) -> Response:
        """Each in a transaction of its own: one that is refused stops no other. `urge` takes
        nothing, `supervise` takes `note` and `within`, `escalate` `tried` and `missing_power`. An
        order goes to `department`; left out, to the one with the worst card, else to the lead."""
        if name not in late.ASKS:
            raise Http404
        reach = _reach(request)
        if not scoping.reach(request.user, late.ASKS[name]):
            raise PermissionDenied
        body = ManyBody(data=request.data, context={"name": name, "user": request.user})
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        numbers = list(dict.fromkeys(given.pop("numbers")))
        known = {one.number: one for one in late.within(reach, [one.upper() for one in numbers])}
        results = {
            result.ticket.number: result
            for one in known.values()
            for result in actions.move_all(
                [one], name, by=request.user, **(late.given_for(name, one) | given)
            )
        }
        list_url = reverse("api:tickets", request=request)
        answers = [answer_row(sent, known, results, list_url) for sent in numbers]
        content = {"results": answers, "next": None, "previous": None}
        return Response(content, status.HTTP_207_MULTI_STATUS)


def _reach(request: Request) -> Reach:
    reach = late.reach_of(request.user)
    if not reach.areas:
        raise PermissionDenied
    return reach


def _row(one: late.Row, rows: Rows) -> dict[str, Any]:
    clock = one.clock
    return {
        "ticket": rows.row(one.ticket),
        "clock": {"kind": clock.kind, "due_at": told(clock.due_at)} if clock else None,
        "cards": [card_row(card) for card in one.cards],
    }


def _colours(counts: Mapping[str, int]) -> Iterable[dict[str, Any]]:
    return [{"colour": one, "count": counts.get(one, 0)} for one in late.WORST_FIRST]
