"""Joint meetings about a ticket: called, signed in at, decided, published; and a street's list."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import Body, IdCursorPagination, OnePage, Resource
from govgrid.core.fields import Day, Id, Moment, Text, told
from grids.api import DepartmentBrief, DepartmentField, department_brief
from tickets import actions
from tickets import meetings as read
from tickets.actions import Call
from tickets.api.tickets import in_reach
from tickets.models import Arrival, Decision, Meeting, Ticket
from tickets.sight import sight_of
from tickets.workflow import Rank

REFUSED = OpenApiResponse(
    description="`ends_before_start`, `meeting_past`, `agenda_needed`, `nobody_called`, "
    "`meeting_cancelled`, `minutes_published`, `not_called`, `too_early`, `signed_in_already`, "
    "`not_begun`, or what a move of the ticket lacks."
)


class MeetingSeatRow(serializers.Serializer):
    """A department that is called. Whoever comes is there for it, so no person is named."""

    department = DepartmentBrief()
    wanted_rank = serializers.ChoiceField(choices=Rank.choices)
    came_at = serializers.DateTimeField(allow_null=True)
    rank = serializers.ChoiceField(choices=Rank.choices, allow_null=True)
    is_met = serializers.BooleanField(allow_null=True, help_text="The rank is high enough.")
    via = serializers.ChoiceField(choices=Arrival.Via.choices, allow_null=True)


class DecisionRow(serializers.Serializer):
    id = serializers.IntegerField()
    text = serializers.CharField()
    becomes = serializers.ChoiceField(choices=Decision.Becomes.choices)
    department = DepartmentBrief(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    milestone = serializers.IntegerField(allow_null=True, help_text="Once it is published.")
    assignment = serializers.IntegerField(allow_null=True, help_text="Once it is published.")


class MeetingItemRow(serializers.Serializer):
    id = serializers.IntegerField()
    position = serializers.IntegerField()
    text = serializers.CharField()
    decisions = DecisionRow(many=True)


class MeetingBrief(serializers.Serializer):
    id = serializers.IntegerField()
    ticket = serializers.CharField(help_text="The number of the ticket.")
    kind = serializers.ChoiceField(choices=Meeting.Kind.choices)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    place = serializers.CharField()
    cancelled_at = serializers.DateTimeField(allow_null=True)
    cancel_reason = serializers.CharField()
    published_at = serializers.DateTimeField(
        allow_null=True, help_text="From then on nothing in it changes."
    )


class MeetingWhole(MeetingBrief):
    agenda = MeetingItemRow(many=True)
    seats = MeetingSeatRow(many=True)
    minutes = serializers.CharField()


class MeetingBody(Body):
    kind = serializers.ChoiceField(choices=Meeting.Kind.choices)
    starts_at = Moment(help_text="Still to come.")
    ends_at = Moment()
    place = Text(max_length=120)
    agenda = serializers.ListField(
        child=Text(max_length=200),
        max_length=actions.meetings.MOST_ITEMS,
        help_text="What is talked over, in this order.",
    )
    departments = serializers.ListField(
        child=DepartmentField(),
        max_length=actions.meetings.MOST_SEATS,
        help_text="The codes of those that are called.",
    )


class CancelBody(Body):
    reason = Text(max_length=300)


class AttendBody(Body):
    rank = serializers.ChoiceField(choices=Rank.choices)


class MeetingDecisionBody(Body):
    item = Id(help_text="The id of an item of the agenda.")
    text = Text(max_length=200)
    becomes = serializers.ChoiceField(choices=Decision.Becomes.choices)
    department = DepartmentField(required=False)
    due_on = Day(required=False, help_text="For `milestone`.")


class MinutesBody(Body):
    minutes = Text(max_length=4000)


class MeetingListViewSet(Resource):
    """Of the streets of your posts, and those to which your departments are called."""

    serializer_class = MeetingBrief
    pagination_class = IdCursorPagination

    @extend_schema(
        summary="Meetings, the one called last first",
        tags=["tickets"],
        operation_id="meetings_list",
    )
    def list(self, request: Request) -> Response:
        return self.answer(read.within_reach(request.user), _brief)


class MeetingViewSet(Resource):
    """The joint meetings about one ticket."""

    serializer_class = MeetingWhole
    pagination_class = OnePage

    @extend_schema(
        summary="Its meetings", tags=["tickets"], operation_id="tickets_meetings",
        responses=MeetingBrief(many=True),
    )  # fmt: skip
    def list(self, request: Request, number: str) -> Response:
        """None for who only reported it; a department called without a part finds its own in the
        list of `meetings/`."""
        ticket = in_reach(request.user, number)
        meetings = ticket.meetings.order_by("starts_at", "pk")
        found = meetings if sight_of(request.user, ticket).meetings else meetings.none()
        return self.answer(found, lambda one: _brief(one, ticket.number))

    @extend_schema(
        summary="Call a meeting",
        tags=["tickets"],
        operation_id="tickets_call_meeting",
        request=MeetingBody,
        responses={201: MeetingWhole, 409: REFUSED},
    )
    def create(self, request: Request, number: str) -> Response:
        """For the street's desk and head, and the district's command."""
        ticket = in_reach(request.user, number)
        call = Call(**_read(MeetingBody, request))
        meeting = actions.call_meeting(ticket, call, by=request.user)
        return Response(_whole(_found(ticket, meeting.pk)), status=201)

    @extend_schema(summary="One meeting", tags=["tickets"], operation_id="tickets_meeting")
    def retrieve(self, request: Request, number: str, id: int) -> Response:
        return Response(_whole(_seen(request, number, id)))

    @extend_schema(
        summary="Cancel it", tags=["tickets"], operation_id="tickets_cancel_meeting",
        request=CancelBody, responses={200: MeetingWhole, 409: REFUSED},
    )  # fmt: skip
    def cancel(self, request: Request, number: str, id: int) -> Response:
        """It stays, with the reason."""
        meeting = _seen(request, number, id)
        actions.cancel_meeting(meeting, by=request.user, **_read(CancelBody, request))
        return Response(_whole(_seen(request, number, id)))

    @extend_schema(
        summary="Sign in for your department", tags=["tickets"],
        operation_id="tickets_attend_meeting", request=AttendBody,
        responses={200: MeetingWhole, 409: REFUSED},
    )  # fmt: skip
    def attend(self, request: Request, number: str, id: int) -> Response:
        """Whoever has the ticket reports in by it. A higher rank of a second person counts."""
        meeting = _seen(request, number, id)
        given = _read(AttendBody, request)
        actions.attend_meeting(meeting, by=request.user, via=Arrival.Via.API, **given)
        return Response(_whole(_seen(request, number, id)))

    @extend_schema(
        summary="Write a decision", tags=["tickets"], operation_id="tickets_decide",
        request=MeetingDecisionBody, responses={201: MeetingWhole, 409: REFUSED},
    )  # fmt: skip
    def decide(self, request: Request, number: str, id: int) -> Response:
        meeting = _seen(request, number, id)
        actions.decide(meeting, by=request.user, **_read(MeetingDecisionBody, request))
        return Response(_whole(_seen(request, number, id)), status=201)

    @extend_schema(
        summary="Publish the minutes", tags=["tickets"], operation_id="tickets_publish_minutes",
        request=MinutesBody, responses={200: MeetingWhole, 409: REFUSED},
    )  # fmt: skip
    def publish(self, request: Request, number: str, id: int) -> Response:
        """Nothing in them changes from then on, and each decision is carried out: all or none."""
        meeting = _seen(request, number, id)
        actions.publish_minutes(meeting, by=request.user, **_read(MinutesBody, request))
        return Response(_whole(_seen(request, number, id)))


def _read(body: type[Body], request: Request) -> dict[str, Any]:
    given = body(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _found(ticket: Ticket, key: int) -> Meeting:
    meeting = read.whole(ticket.pk, key)
    if meeting is None:
        raise Http404
    meeting.ticket = ticket
    return meeting


def _seen(request: Request, number: str, key: int) -> Meeting:
    """As its page: also for a department that is called and has no part in the ticket."""
    # The database cannot even compare with a NUL.
    if "\x00" in number:
        raise Http404
    ticket = Ticket.objects.with_places().filter(number=number.upper()).first()
    if ticket is None:
        raise Http404
    meeting = _found(ticket, key)
    if not request.user.has_perm("tickets.see_meeting", meeting):
        raise Http404
    return meeting


def _brief(one: Meeting, number: str = "") -> dict[str, Any]:
    return {
        "id": one.pk,
        "ticket": number or one.ticket.number,
        "kind": one.kind,
        "starts_at": told(one.starts_at),
        "ends_at": told(one.ends_at),
        "place": one.place,
        "cancelled_at": told(one.cancelled_at),
        "cancel_reason": one.cancel_reason,
        "published_at": told(one.published_at),
    }


def _whole(one: Meeting) -> dict[str, Any]:
    return _brief(one) | {
        "agenda": [
            {
                "id": row.item.pk,
                "position": row.item.position,
                "text": row.item.text,
                "decisions": [_decision(said) for said in row.decisions],
            }
            for row in read.items(one)
        ],
        "seats": [_seat(seat) for seat in read.taken(one)],
        "minutes": one.minutes,
    }


def _seat(taken: read.Taken) -> dict[str, Any]:
    one = taken.seat
    return {
        "department": department_brief(one.department),
        "wanted_rank": one.wanted_rank,
        "came_at": told(one.came_at),
        "rank": one.rank or None,
        "is_met": taken.is_met,
        "via": one.via or None,
    }


def _decision(one: Decision) -> dict[str, Any]:
    return {
        "id": one.pk,
        "text": one.text,
        "becomes": one.becomes,
        "department": department_brief(one.department) if one.department else None,
        "due_on": one.due_on,
        "milestone": one.milestone_id,
        "assignment": one.assignment_id,
    }
