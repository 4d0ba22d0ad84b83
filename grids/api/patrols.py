"""Patrols, for the one who walks them: every list and address is of the caller's own."""

from datetime import date
from math import isfinite
from typing import Any

from django.contrib.gis.geos import Point
from django.db.models import Count
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from govgrid.core import clock
from govgrid.core.api import Body, IdCursorPagination, OldestFirstPagination, Resource
from govgrid.core.coordinates import CRS, to_wgs84
from govgrid.core.fields import Number, Uuid, told
from grids import actions
from grids.api import AreaField, Coded, coded
from grids.models import WGS84, CheckIn, Patrol
from grids.templatetags.gg_patrol import minutes

ID = OpenApiParameter("id", int, OpenApiParameter.PATH, description="The patrol's id.")


# ── shapes ────────────────────────────────────────────────────────────────────────────────────


class PatrolRow(serializers.Serializer):
    """A patrol of yours. Its points are at `check-ins/`, and nobody else reads them."""

    id = serializers.IntegerField()
    url = serializers.URLField()
    area = Coded()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    counted_until = serializers.DateTimeField(
        help_text="Up to when it counts: its end, or now; ended after more than twelve hours, "
        "its last check-in."
    )
    minutes = serializers.IntegerField(help_text="That counts towards the three hours of the day.")
    check_ins = serializers.IntegerField(help_text="How many.")


class PointRow(serializers.Serializer):
    lon = serializers.FloatField()
    lat = serializers.FloatField()


class CheckInRow(serializers.Serializer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    location = PointRow(
        allow_null=True, help_text="WGS-84; null where the phone gave none, and once erased."
    )
    erase_on = serializers.DateField(help_text="The day on which the location is erased.")
    erased_at = serializers.DateTimeField(allow_null=True)


class PatrolBody(Body):
    client_id = Uuid(help_text="Made by you, once for each patrol: sent again, it starts no other.")
    area = AreaField(
        required=False, help_text="The code of one of your grids; the main one if left out."
    )


class PointBody(Body):
    lon = Number(min_value=-180, max_value=180)
    lat = Number(min_value=-90, max_value=90)
    crs = serializers.ChoiceField(
        choices=[crs.value for crs in CRS], default=CRS.WGS84.value, help_text="As in `locate/`."
    )

    default_error_messages = {"range": _("This is no place on earth.")}

    def validate(self, given: dict[str, Any]) -> Point:
        lon, lat = to_wgs84(given["lon"], given["lat"], given["crs"])
        # A shift at the very edge of the earth may leave it.
        if not (isfinite(lon) and isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
            self.fail("range")
        return Point(lon, lat, srid=WGS84)


class CheckInBody(Body):
    client_id = Uuid(help_text="Made by you, once for each check-in.")
    location = PointBody(required=False, help_text="Left out where the phone gives none.")


def _patrol(patrol: Patrol, list_url: str) -> dict[str, Any]:
    until = patrol.counts_until(clock.now())
    return {
        "id": patrol.pk,
        "url": f"{list_url}{patrol.pk}/",
        "area": coded(patrol.area),
        "started_at": told(patrol.started_at),
        "ended_at": told(patrol.ended_at),
        "counted_until": told(until),
        "minutes": minutes(until - patrol.started_at),
        "check_ins": patrol.check_in_count,
    }


def _check_in(one: CheckIn) -> dict[str, Any]:
    return {
        "id": one.pk,
        "at": told(one.at),
        "location": {"lon": one.point.x, "lat": one.point.y} if one.point else None,
        "erase_on": date.isoformat(one.erase_on),
        "erased_at": told(one.erased_at),
    }


def _own(request: Request) -> Any:
    patrols = Patrol.objects.of(request.user).select_related("area")
    return patrols.annotate(check_in_count=Count("check_ins"))


def _own_one(request: Request, key: int) -> Patrol:
    patrol = _own(request).filter(pk=key).first()
    if patrol is None:
        raise Http404
    return patrol


# ── resources ─────────────────────────────────────────────────────────────────────────────────


class PatrolViewSet(Resource):
    """Start, read and end your own patrols."""

    serializer_class = PatrolRow
    pagination_class = IdCursorPagination

    @extend_schema(
        summary="My patrols, newest first", tags=["patrols"], operation_id="patrols_list"
    )
    def list(self, request: Request) -> Response:
        list_url = reverse("api:patrols", request=request)
        return self.answer(_own(request), lambda one: _patrol(one, list_url))

    @extend_schema(
        summary="Start a patrol",
        tags=["patrols"],
        operation_id="patrols_create",
        request=PatrolBody,
        responses={
            201: OpenApiResponse(PatrolRow, description="Started."),
            200: OpenApiResponse(PatrolRow, description="Sent before: the patrol as it is now."),
            409: OpenApiResponse(
                description="`patrol_open`: end the other one first; `client_id_reused`, "
                "`area_ended`, `too_many_patrols`."
            ),
        },
        examples=[
            OpenApiExample(
                "In my own grid",
                value={"client_id": "6d2f4f0e-1d0a-4c53-8c79-0e8a52a9a001"},
                request_only=True,
            )
        ],
    )
    def create(self, request: Request) -> Response:
        body = PatrolBody(data=request.data)
        body.is_valid(raise_exception=True)
        started = actions.start_patrol(by=request.user, **body.validated_data)
        answer = self._row(request, started.patrol.pk)
        made = status.HTTP_201_CREATED if started.created else status.HTTP_200_OK
        return Response(answer, made, headers={"Location": answer["url"]})

    @extend_schema(
        summary="One patrol of mine",
        tags=["patrols"],
        operation_id="patrols_retrieve",
        parameters=[ID],
    )
    def retrieve(self, request: Request, id: int) -> Response:
        return Response(self._row(request, id))

    @extend_schema(
        summary="End it",
        tags=["patrols"],
        operation_id="patrols_end",
        parameters=[ID],
        request=None,
        responses={
            200: OpenApiResponse(
                PatrolRow, description="Ended; one that had ended already is as it was."
            )
        },
    )
    def end(self, request: Request, id: int) -> Response:
        patrol = actions.end_patrol(_own_one(request, id), by=request.user)
        return Response(self._row(request, patrol.pk))

    def _row(self, request: Request, key: int) -> dict[str, Any]:
        return _patrol(_own_one(request, key), reverse("api:patrols", request=request))


class CheckInViewSet(Resource):
    """Where you checked in. Kept as points, never as a way; erased after 30 days."""

    serializer_class = CheckInRow
    pagination_class = OldestFirstPagination

    @extend_schema(
        summary="Its check-ins, oldest first",
        tags=["patrols"],
        operation_id="patrols_check_ins",
        parameters=[ID],
    )
    def list(self, request: Request, id: int) -> Response:
        return self.answer(_own_one(request, id).check_ins.all(), _check_in)

    @extend_schema(
        summary="Check in",
        tags=["patrols"],
        operation_id="patrols_check_in",
        parameters=[ID],
        request=CheckInBody,
        responses={
            201: OpenApiResponse(CheckInRow, description="Noted."),
            200: OpenApiResponse(CheckInRow, description="Sent before."),
            409: OpenApiResponse(
                description="`patrol_ended`, `patrol_forgotten` (open for more than twelve hours: "
                "end it), `client_id_reused`, `too_many_check_ins`."
            ),
        },
        examples=[
            OpenApiExample(
                "Here",
                value={
                    "client_id": "6d2f4f0e-1d0a-4c53-8c79-0e8a52a9a002",
                    "location": {"lon": 111.3194778, "lat": 30.7637923, "crs": "wgs84"},
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Request, id: int) -> Response:
        patrol = _own_one(request, id)
        body = CheckInBody(data=request.data)
        body.is_valid(raise_exception=True)
        noted = actions.check_in(
            patrol,
            by=request.user,
            client_id=body.validated_data["client_id"],
            point=body.validated_data.get("location"),
        )
        made = status.HTTP_201_CREATED if noted.created else status.HTTP_200_OK
        return Response(_check_in(noted.check_in), made)
