"""Cards and supervision orders of a ticket, for whoever they concern."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from govgrid.core.api import Body, OnePage, Resource
from govgrid.core.fields import told
from grids.api import DepartmentBrief, department_brief
from tickets import actions
from tickets.api.parts import NULL_TIME
from tickets.api.tickets import in_reach
from tickets.models import Card, SupervisionOrder, Ticket
from tickets.sight import Sight, sight_of
from tickets.workflow import CardCause, Colour, Lapse, Rank


class CardRow(serializers.Serializer):
    """A department is late with this ticket, and a post of it was told. It belongs to nobody."""

    id = serializers.IntegerField()
    department = DepartmentBrief()
    colour = serializers.ChoiceField(choices=Colour.choices)
    cause = serializers.ChoiceField(choices=CardCause.choices)
    clock = serializers.IntegerField(
        allow_null=True, help_text="The clock that it follows; null for other causes."
    )
    told = serializers.ChoiceField(choices=Rank.choices, help_text="The post that was told.")
    raised_at = serializers.DateTimeField()
    answer_by = serializers.DateTimeField(
        **NULL_TIME, help_text="Of a yellow card: not answered by then, it turns red."
    )
    answered_at = serializers.DateTimeField(**NULL_TIME)
    answer = serializers.CharField()
    lapsed_at = serializers.DateTimeField(**NULL_TIME, help_text="Null: it lives.")
    lapse = serializers.ChoiceField(choices=Lapse.choices, allow_null=True)


class OrderRow(serializers.Serializer):
    """A numbered order to a department to account for this ticket."""

    place = serializers.IntegerField(help_text="The how-manieth of its ticket.")
    number = serializers.CharField()
    pdf = serializers.URLField(help_text="The paper, for a signed-in browser.")
    department = DepartmentBrief()
    issuer = serializers.CharField(help_text="The office that issued it.")
    post = serializers.ChoiceField(choices=Rank.choices)
    colour = serializers.ChoiceField(choices=Colour.choices, allow_null=True)
    reason = serializers.CharField()
    limit = serializers.CharField()
    issued_at = serializers.DateTimeField()
    answer_by = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=SupervisionOrder.State.choices)
    answered_at = serializers.DateTimeField(**NULL_TIME)
    answer = serializers.CharField()
    closed_at = serializers.DateTimeField(**NULL_TIME)


def _supervised(request: Request, number: str) -> tuple[Ticket, Sight]:
    """The ticket and whose cards and orders are seen; 404 for whom that is nobody's."""
    ticket = in_reach(request.user, number)
    seen = sight_of(request.user, ticket)
    if not seen.sees_supervision:
        raise Http404
    return ticket, seen


class CardViewSet(Resource):
    serializer_class = CardRow
    pagination_class = OnePage

    @extend_schema(
        summary="Cards, living and lapsed",
        tags=["tickets"],
        operation_id="tickets_cards",
    )
    def list(self, request: Request, number: str) -> Response:
        """A department that only assists reads its own."""
        ticket, seen = _supervised(request, number)
        cards = ticket.cards.filter(seen.of_department).select_related("department")
        return self.answer(cards.order_by("pk"), card_row)


class OrderViewSet(Resource):
    serializer_class = OrderRow
    pagination_class = OnePage

    @extend_schema(
        summary="Supervision orders",
        tags=["tickets"],
        operation_id="tickets_orders",
    )
    def list(self, request: Request, number: str) -> Response:
        """Issued by the action `supervise`, answered by `answer`. A department that only assists
        reads its own."""
        ticket, seen = _supervised(request, number)
        orders = ticket.orders.filter(seen.of_department).with_parties().order_by("pk")
        return self.answer(orders, lambda one: _order(one, ticket, request))

    @extend_schema(
        summary="Close an order",
        tags=["tickets"],
        operation_id="tickets_order_close",
        request=None,
        responses={
            200: OrderRow,
            409: OpenApiResponse(description="`order_is_closed`: it is closed already."),
        },
    )
    def close(self, request: Request, number: str, place: int) -> Response:
        """For the office that issued it. It takes no words."""
        Body(data=request.data).is_valid(raise_exception=True)
        ticket, seen = _supervised(request, number)
        orders = ticket.orders.filter(seen.of_department, place=place)
        order = orders.first() if place < SupervisionOrder.MOST else None
        if order is None:
            raise Http404
        order = actions.close_order(order, by=request.user)
        return Response(_order(order, ticket, request))


def card_row(one: Card) -> dict[str, Any]:
    return {
        "id": one.pk,
        "department": department_brief(one.department),
        "colour": one.colour,
        "cause": one.cause,
        "clock": one.clock_id,
        "told": one.told,
        "raised_at": told(one.raised_at),
        "answer_by": told(one.answer_by),
        "answered_at": told(one.answered_at),
        "answer": one.answer,
        "lapsed_at": told(one.lapsed_at),
        "lapse": one.lapse or None,
    }


def _order(one: SupervisionOrder, ticket: Ticket, request: Request) -> dict[str, Any]:
    return {
        "place": one.place,
        "number": one.number,
        "pdf": reverse("tickets:order", args=[ticket.number, one.place], request=request),
        "department": department_brief(one.department),
        "issuer": one.issuer,
        "post": one.post,
        "colour": one.colour or None,
        "reason": one.reason,
        "limit": one.limit,
        "issued_at": told(one.issued_at),
        "answer_by": told(one.answer_by),
        "state": one.state,
        "answered_at": told(one.answered_at),
        "answer": one.answer,
        "closed_at": told(one.closed_at),
    }
