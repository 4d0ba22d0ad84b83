"""Tickets within reach: list, file, read."""

from typing import Any

from django.contrib.gis.geos import Polygon
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core import clock
from govgrid.core.api import Query, Resource
from govgrid.core.errors import Refused
from govgrid.core.fields import Box, FlagInQuery, MomentInQuery, Slugs, Text
from grids.api import AreaField, DepartmentField
from grids.models import WGS84
from tickets import actions, parts
from tickets.api.filing import FilingBody
from tickets.api.pages import AsAsked
from tickets.api.shapes import Rows, TicketRow, TicketWhole
from tickets.models import Assignment, Category, Ticket, TicketQuerySet
from tickets.walks import supervised, within_reach
from tickets.workflow import OPEN, Colour, State, Tier, WhistleKind

# Refusals that mean: what you sent names nothing that fits. They are bad input, in this field.
BAD_INPUT = {
    "outside": "location",
    "unknown_grid": "grid",
    "wrong_department": "departments",
    "wrong_ticket": "repeat_of",
    "wrong_facility": "facility",
}


class CategoryField(Text):
    """The code of a category, active or not; gives the category."""

    default_error_messages = {"unknown_category": _("There is no category with this code.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=8, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        code = super().run_validation(data)
        if not isinstance(code, str):
            return code
        return Category.objects.filter(code=code).first() or self.fail("unknown_category")


class TicketQuery(Query):
    state = Slugs(
        child=serializers.ChoiceField(choices=State.choices),
        required=False,
        help_text="One or several: repeated, or separated by commas.",
    )
    category = CategoryField(required=False)
    area = AreaField(required=False, help_text="Any area's code: means everything beneath it.")
    department = DepartmentField(
        required=False, help_text="Tickets that were given to it, leading or assisting."
    )
    facility = Text(
        required=False, max_length=20, help_text="The code of what stands there and is meant."
    )
    overdue = FlagInQuery(
        required=False, help_text="Open, and a deadline has passed; or, with false, none has."
    )
    in_hand = FlagInQuery(
        required=False, help_text="With true: handed to you by a colleague, and to be worked on."
    )
    whistle_kind = Slugs(
        child=serializers.ChoiceField(choices=WhistleKind.choices),
        required=False,
        help_text="One or several kinds of whistle.",
    )
    settled = serializers.ChoiceField(
        choices=Tier.choices, required=False, help_text="Closed, and finished at this level."
    )
    closed_after = MomentInQuery(required=False, help_text="Closed from this moment or day on.")
    closed_before = MomentInQuery(required=False, help_text="Closed before this moment or day.")
    level = Slugs(
        child=serializers.ChoiceField(choices=Tier.choices),
        required=False,
        help_text="One or several levels that answer for it.",
    )
    card = Slugs(
        child=serializers.ChoiceField(choices=Colour.choices),
        required=False,
        help_text="With a living card of one of these colours; what you only reported is left "
        "out, and where your department assists only its own cards count.",
    )
    q = Text(
        required=False,
        max_length=80,
        help_text="Words of the text, names of the place, or a number or how it begins; either script.",
    )
    filed_after = MomentInQuery(required=False, help_text="From this moment or day on.")
    filed_before = MomentInQuery(required=False, help_text="Before this moment or day.")
    bbox = Box(required=False, help_text="west,south,east,north in degrees of WGS-84.")
    ordering = serializers.ChoiceField(
        choices=["-filed", "filed", "-id", "id", "due_at"],
        default="-filed",
        help_text="Newest first, or oldest first (by filing, which is by id); or the most urgent "
        "first, and what has no deadline last.",
    )

    @staticmethod
    def narrow(tickets: TicketQuerySet, asked: dict[str, Any]) -> TicketQuerySet:
        """The tickets that were asked for."""
        for name, value in asked.items():
            if name in _BY_COLUMN:
                tickets = tickets.filter(**{_BY_COLUMN[name]: value})
        if "overdue" in asked:
            late = Q(state__in=sorted(OPEN), due_at__lte=clock.now())
            tickets = tickets.filter(late) if asked["overdue"] else tickets.exclude(late)
        if area := asked.get("area"):
            tickets = tickets.beneath(area)
        if words := asked.get("q"):
            tickets = tickets.about(words)
        if box := asked.get("bbox"):
            frame = Polygon.from_bbox(box)
            frame.srid = WGS84
            tickets = tickets.filter(point__bboverlaps=frame)
        if department := asked.get("department"):
            given = department.assignments.values("ticket_id")
            tickets = tickets.filter(Q(pk__in=given))
        return tickets.settled_at(asked.get("settled", ""))


_BY_COLUMN = {
    "state": "state__in",
    "category": "category",
    "facility": "facility__code",
    "level": "level__in",
    "whistle_kind": "whistle_kind__in",
    "filed_after": "filed_at__gte",
    "filed_before": "filed_at__lt",
    "closed_after": "closed_at__gte",
    "closed_before": "closed_at__lt",
}


FILING = {
    "client_id": "0b5e2f7e-6a52-4c0e-9a7c-2f7f3f0f9d10",
    "category": "0101",
    "description": "路口南侧，直径约 70 厘米",
    "location": {"lon": 111.3194778, "lat": 30.7637923, "crs": "wgs84"},
    "contact": {"name": "李女士", "phone": "13800000000"},
    "observed_at": "2026-11-22T09:18:00+08:00",
}

WHISTLE = {
    "client_id": "6a4c3b1e-93a5-4a0b-8a49-0f6f0c6b8d03",
    "kind": "whistle",
    "whistle_kind": "emergency",
    "category": "0101",
    "description": "井盖缺失",
    "location": {"lon": 111.3194778, "lat": 30.7637923},
}


class TicketViewSet(Resource):
    """Tickets: yours by the place of your post, by your department, or because you filed them."""

    serializer_class = TicketRow
    pagination_class = AsAsked
    queries = {"list": TicketQuery}

    @extend_schema(summary="Tickets within reach", tags=["tickets"], operation_id="tickets_list")
    def list(self, request: Request) -> Response:
        # Whom a card does not concern learns nothing from the filter.
        colours = self.asked.get("card")
        seen = within_reach(request.user) if colours is None else supervised(request.user, colours)
        tickets = seen.narrowed(self._narrow)
        return self.answer(tickets, Rows(request).row)

    def _narrow(self, tickets: TicketQuerySet) -> TicketQuerySet:
        if self.asked.get("in_hand"):
            held = Assignment.objects.in_hands_of(self.request.user)
            tickets = tickets.filter(pk__in=held.values("ticket_id"))
        return TicketQuery.narrow(tickets, self.asked)

    @extend_schema(
        summary="File a report, or blow a whistle",
        tags=["tickets"],
        operation_id="tickets_create",
        request=FilingBody,
        responses={
            201: OpenApiResponse(TicketWhole, description="Filed, and its routing is owed."),
            200: OpenApiResponse(TicketWhole, description="Sent before: the ticket as it is now."),
            409: OpenApiResponse(
                description="`client_id_reused`: this id was sent with other content."
            ),
        },
        examples=[
            OpenApiExample("A manhole cover", value=FILING, request_only=True),
            OpenApiExample("An emergency whistle", value=WHISTLE, request_only=True),
        ],
    )
    def create(self, request: Request) -> Response:
        body = FilingBody(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)
        filed = _file(body, request)
        answer = Rows(request).whole(filed.ticket, is_new=filed.created)
        made = status.HTTP_201_CREATED if filed.created else status.HTTP_200_OK
        return Response(answer, made, headers={"Location": answer["url"]})

    @extend_schema(
        summary="One ticket, with who must respond and why",
        tags=["tickets"],
        operation_id="tickets_retrieve",
        responses=TicketWhole,
    )
    def retrieve(self, request: Request, number: str) -> Response:
        ticket = in_reach(request.user, number)
        return Response(Rows(request).whole(ticket))


def _file(body: FilingBody, request: Request) -> actions.Filed:
    try:
        return actions.file(body.filing(), by=request.user, origin="api")
    except Refused as refused:
        if refused.code not in BAD_INPUT:
            raise
        detail = serializers.ErrorDetail(str(refused), refused.code)
        raise serializers.ValidationError({BAD_INPUT[refused.code]: [detail]}) from refused


def in_reach(user: Any, number: str) -> Ticket:
    """The ticket with this number, or 404: whether it exists is not told to strangers."""
    # The database cannot even compare with a NUL.
    if "\x00" in number:
        raise Http404
    tickets = parts.for_moves(Ticket.objects.in_reach_of(user).with_places())
    ticket = tickets.filter(number=number.upper()).first()
    if ticket is None:
        raise Http404
    return ticket
