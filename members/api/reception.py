"""Reception days by REST: times to book for whoever signs in, and one's own bookings."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core import clock
from govgrid.core.api import Body, IdCursorPagination, Query, Resource
from govgrid.core.fields import Id, Text, Whole, told
from members import actions, receptions
from members.actions import Wish
from members.models import Booking, Slot
from members.workflow.reception import BookingState, Mode

TAGS = ["members"]
REFUSED = OpenApiResponse(
    description="The `code` says which rule stood against it, as in `slot_over`, `slot_cancelled`, "
    "`too_many`, `address_needed`, `personal_number`, `wrong_state`, `not_received`."
)


class SlotQuery(Query):
    station = Text(max_length=40, required=False, help_text="The code of a station.")
    mode = serializers.ChoiceField(choices=Mode.choices, required=False)


class SlotRow(serializers.Serializer):
    id = serializers.IntegerField()
    station = serializers.CharField(help_text="Its code.")
    mode = serializers.ChoiceField(choices=Mode.choices)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    where = serializers.CharField()
    host = serializers.CharField(help_text="Empty unless the host is shown to the public.")
    places = serializers.IntegerField()
    taken = serializers.IntegerField()
    waiting = serializers.IntegerField()


class BookBody(Body):
    slot = Id()
    matter = Text(max_length=1000, required=False, help_text="Sealed; only who receives reads it.")
    address = Text(max_length=200, required=False, help_text="Needed where somebody comes to you.")


class RateBody(Body):
    score = Whole(min_value=1, max_value=5)
    remark = Text(max_length=300, required=False)


class BookingRow(serializers.Serializer):
    """One's own. The matter is not read back: it is on the page of one's own data."""

    id = serializers.IntegerField()
    slot = serializers.IntegerField()
    station = serializers.CharField(help_text="Its code.")
    mode = serializers.ChoiceField(choices=Mode.choices)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=BookingState.choices)
    place_no = serializers.IntegerField(allow_null=True)
    outcome = serializers.CharField()
    ticket = serializers.CharField(allow_null=True, help_text="Its number.")
    topic = serializers.CharField(allow_null=True, help_text="Its number.")
    score = serializers.IntegerField(allow_null=True)


def _slot(one: Slot) -> dict[str, Any]:
    return {
        "id": one.pk,
        "station": one.station.code,
        "mode": one.mode,
        "starts_at": told(one.starts_at),
        "ends_at": told(one.ends_at),
        "where": one.where,
        "host": one.shown_host,
        "places": one.places,
        "taken": one.taken,  # type: ignore[attr-defined]
        "waiting": one.waiting,  # type: ignore[attr-defined]
    }


def _booking(one: Booking) -> dict[str, Any]:
    slot = one.slot
    return {
        "id": one.pk,
        "slot": slot.pk,
        "station": slot.station.code,
        "mode": slot.mode,
        "starts_at": told(slot.starts_at),
        "ends_at": told(slot.ends_at),
        "state": one.state,
        "place_no": one.place_no,
        "outcome": one.outcome,
        "ticket": one.ticket.number if one.ticket else None,
        "topic": one.topic.number if one.topic else None,
        "score": one.score,
    }


class SlotViewSet(Resource):
    serializer_class = SlotRow
    pagination_class = IdCursorPagination
    queries = {"list": SlotQuery}

    @extend_schema(
        summary="Times to come, the one made last first", tags=TAGS,
        operation_id="members_slots", responses=SlotRow(many=True),
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        """Of all stations; without anybody who comes."""
        rows = receptions.coming(clock.now())
        if code := self.asked.get("station"):
            rows = rows.filter(station__code=code)
        if mode := self.asked.get("mode"):
            rows = rows.filter(mode=mode)
        return self.answer(rows, _slot)

    @extend_schema(summary="One time", tags=TAGS, operation_id="members_slot")
    def retrieve(self, request: Request, id: int) -> Response:
        """As long as it is to come."""
        return Response(_slot(_to_come(id)))


def _to_come(id: int) -> Slot:
    found = receptions.coming(clock.now()).filter(pk=id).first()
    if found is None:
        raise Http404
    return found


class BookingViewSet(Resource):
    """One's own alone: whoever receives works on the pages."""

    serializer_class = BookingRow
    pagination_class = IdCursorPagination

    @extend_schema(
        summary="My bookings, the newest first", tags=TAGS, operation_id="members_bookings",
        responses=BookingRow(many=True),
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        """Cancelled ones as well."""
        return self.answer(_mine(request), _booking)

    @extend_schema(
        summary="Book a time", tags=TAGS, operation_id="members_book", request=BookBody,
        responses={201: BookingRow, 409: REFUSED},
    )  # fmt: skip
    def create(self, request: Request) -> Response:
        """A place, or the waiting list where none is left. Sent again it changes nothing."""
        given = BookBody.read(request)
        wish = Wish(given.get("matter", ""), given.get("address", ""))
        slot = receptions.coming(clock.now()).filter(pk=given["slot"]).first()
        if slot is None:
            words = _("There is no such time, or it is over.")
            raise serializers.ValidationError({"slot": [words]})
        booking = actions.book(slot, wish, by=request.user)
        return self._told(request, booking.pk, status=201)

    @extend_schema(summary="One booking of mine", tags=TAGS, operation_id="members_booking")
    def retrieve(self, request: Request, id: int) -> Response:
        """Another's is not found."""
        return self._told(request, id)

    @extend_schema(
        summary="Cancel my booking", tags=TAGS, operation_id="members_booking_cancel",
        request=None, responses={200: BookingRow, 409: REFUSED},
    )  # fmt: skip
    def cancel(self, request: Request, id: int) -> Response:
        """The first of the waiting list has the place, and is told."""
        actions.cancel_booking(_one(request, id), by=request.user)
        return self._told(request, id)

    @extend_schema(
        summary="Say how I was received", tags=TAGS, operation_id="members_booking_rate",
        request=RateBody, responses={200: BookingRow, 409: REFUSED},
    )  # fmt: skip
    def rate(self, request: Request, id: int) -> Response:
        """From 1 to 5, within 30 days; published as a mean of the station, ten marks at a time and
        by the quarter."""
        actions.rate_booking(_one(request, id), by=request.user, **RateBody.read(request))
        return self._told(request, id)

    def _told(self, request: Request, id: int, *, status: int = 200) -> Response:
        return Response(_booking(_one(request, id)), status=status)


def _mine(request: Request) -> Any:
    return Booking.objects.of(request.user).whole().select_related(
        "ticket", "topic", "slot__station__area", "slot__reception", "slot__host"
    )  # fmt: skip


def _one(request: Request, id: int) -> Booking:
    found = _mine(request).filter(pk=id).first()
    if found is None:
        raise Http404
    return found
