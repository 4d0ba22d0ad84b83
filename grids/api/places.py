"""What stands in an area, for programs: public registers, and no person in any of them."""

from __future__ import annotations

from typing import Any

from django.contrib.gis.geos import Point, Polygon
from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from govgrid.core.api import OldestFirstPagination, Query, Resource
from govgrid.core.fields import Box, FlagInQuery, Text
from grids.api import (
    DIGITS,
    AreaField,
    DepartmentField,
    coded,
    department_brief,
)
from grids.api.place_shapes import (
    CompoundRow,
    CompoundWhole,
    FacilityRow,
    OrganisationRow,
    ServicePointRow,
)
from grids.models import (
    WGS84,
    Area,
    Compound,
    Department,
    Facility,
    FacilityClass,
    Organisation,
    ServicePoint,
)

# ── what may be asked ─────────────────────────────────────────────────────────────────────────


class PlaceQuery(Query):
    area = AreaField(required=False, help_text="An area: what stands in it and all beneath it.")
    q = Text(
        required=False,
        max_length=80,
        help_text="Words of the name, the address or what is offered, its pinyin letters, or how"
        " the code begins; either script finds the other.",
    )
    bbox = Box(required=False, help_text="`west,south,east,north` in degrees of WGS-84.")
    retired = FlagInQuery(default=False, help_text="What is no longer there, and nothing else.")


class CompoundQuery(PlaceQuery):
    kind = serializers.ChoiceField(choices=Compound.Kind.choices, required=False)


class FacilityQuery(PlaceQuery):
    facility_class = Text(
        required=False,
        max_length=6,
        help_text="A class by its number, or the digits it begins with.",
    )
    state = serializers.ChoiceField(choices=Facility.State.choices, required=False)
    owner = DepartmentField(required=False)


class ServicePointQuery(PlaceQuery):
    kind = serializers.ChoiceField(choices=ServicePoint.Kind.choices, required=False)


class OrganisationQuery(PlaceQuery):
    kind = serializers.ChoiceField(choices=Organisation.Kind.choices, required=False)


# ── resources ─────────────────────────────────────────────────────────────────────────────────


class PlaceViewSet(Resource):
    """The base of the registers: for whoever is signed in, since they are of public things."""

    pagination_class = OldestFirstPagination
    lookup_field = "code"
    own_url: str

    def rows(self) -> QuerySet[Any]:
        raise NotImplementedError

    def row(self, place: Any, url: str) -> dict[str, Any]:
        raise NotImplementedError

    def found(self) -> QuerySet[Any]:
        """What was asked for."""
        places = self.rows().filter(retired_on=None)
        if self.asked.get("retired"):
            places = self.rows().exclude(retired_on=None)
        if area := self.asked.get("area"):
            places = places.beneath(area)  # type: ignore[attr-defined]
        if words := self.asked.get("q"):
            places = places.called(words)  # type: ignore[attr-defined]
        if box := self.asked.get("bbox"):
            window = Polygon.from_bbox(box)
            window.srid = WGS84
            places = places.filter(point__bboverlaps=window)
        return self.narrowed(places)

    def narrowed(self, places: QuerySet[Any]) -> QuerySet[Any]:
        kind = self.asked.get("kind")
        return places.filter(kind=kind) if kind else places

    def page(self, request: Request) -> Response:
        list_url = reverse(self.own_url, request=request)
        return self.answer(self.found(), lambda one: self.row(one, list_url))

    def one(self, code: str) -> Any:
        # The database cannot even compare with a NUL.
        if "\x00" in code:
            raise Http404
        place = self.rows().filter(code=code).first()
        if place is None:
            raise Http404
        return place

    def whole(self, request: Request, code: str) -> dict[str, Any]:
        return self.row(self.one(code), reverse(self.own_url, request=request))


def _place(place: Any, list_url: str) -> dict[str, Any]:
    return {
        "code": place.code,
        "name": str(place),
        "url": f"{list_url}{place.code}/",
        "location": _location(place.point),
        "retired_on": place.retired_on,
    }


def _location(point: Point | None) -> dict[str, float] | None:
    return {"lon": round(point.x, DIGITS), "lat": round(point.y, DIGITS)} if point else None


def _coded(area: Area | None) -> dict[str, str] | None:
    return coded(area) if area else None


class CompoundViewSet(PlaceViewSet):
    """Residential compounds: what they are and who keeps them up."""

    serializer_class = CompoundRow
    queries = {"list": CompoundQuery}
    own_url = "api:compounds"

    def rows(self) -> QuerySet[Any]:
        # The outline may have a thousand corners, and no answer shows it.
        return Compound.objects.select_related("community").defer("outline")

    def row(self, place: Compound, url: str) -> dict[str, Any]:
        return {
            **_place(place, url),
            "kind": place.kind,
            "community": coded(place.community),
            "households": place.household_words,
            "has_committee": place.has_committee,
            "committee_until": place.committee_until,
            "property_company": place.property_company,
        }

    @extend_schema(summary="Compounds", tags=["places"], operation_id="compounds_list")
    def list(self, request: Request) -> Response:
        return self.page(request)

    @extend_schema(
        summary="One compound, with its renewals",
        tags=["places"],
        operation_id="compounds_retrieve",
        responses=CompoundWhole,
    )
    def retrieve(self, request: Request, code: str) -> Response:
        compound = self.one(code)
        renewals = compound.renewals.prefetch_related("milestones")
        row = self.row(compound, reverse(self.own_url, request=request))
        return Response({**row, "renewals": [_renewal(one) for one in renewals]})


def _renewal(renewal: Any) -> dict[str, Any]:
    return {
        "kind": renewal.kind,
        "state": renewal.state,
        "milestones": [
            {"name": one.name, "planned_on": one.planned_on, "done_on": one.done_on}
            for one in renewal.milestones.all()
        ],
    }


class FacilityViewSet(PlaceViewSet):
    """Public facilities by class, owner and state."""

    serializer_class = FacilityRow
    queries = {"list": FacilityQuery}
    own_url = "api:facilities"

    def rows(self) -> QuerySet[Any]:
        return Facility.objects.select_related("facility_class", "owner", "grid")

    def narrowed(self, places: QuerySet[Any]) -> QuerySet[Any]:
        if number := self.asked.get("facility_class"):
            # Few classes and many facilities: their ids first, so that an index is walked.
            classes = FacilityClass.objects.all()
            places = places.filter(
                facility_class__in=[one.pk for one in classes if one.code.startswith(number)]
            )
        if state := self.asked.get("state"):
            places = places.filter(state=state)
        if owner := self.asked.get("owner"):
            places = places.filter(owner=owner)
        return places

    def row(self, place: Facility, url: str) -> dict[str, Any]:
        return {
            **_place(place, url),
            "facility_class": _class(place.facility_class),
            "district_code": place.district_code,
            "serial": place.serial,
            "state": place.state,
            "owner": _owner(place.owner),
            "grid": _coded(place.grid),
        }

    @extend_schema(summary="Facilities", tags=["places"], operation_id="facilities_list")
    def list(self, request: Request) -> Response:
        return self.page(request)

    @extend_schema(summary="One facility", tags=["places"], operation_id="facilities_retrieve")
    def retrieve(self, request: Request, code: str) -> Response:
        return Response(self.whole(request, code))


def _class(one: FacilityClass) -> dict[str, str]:
    return {
        "code": one.code,
        "name": one.name,
        "major": one.major,
        "minor": one.minor,
        "major_name": one.major_name,
    }


def _owner(owner: Department | None) -> dict[str, str] | None:
    return department_brief(owner) if owner else None


class ServicePointViewSet(PlaceViewSet):
    """Where somebody helps, when, and with what. Office telephones only."""

    serializer_class = ServicePointRow
    queries = {"list": ServicePointQuery}
    own_url = "api:service_points"

    def rows(self) -> QuerySet[Any]:
        return ServicePoint.objects.select_related("grid")

    def row(self, place: ServicePoint, url: str) -> dict[str, Any]:
        return {
            **_place(place, url),
            "kind": place.kind,
            "address": place.address,
            "hours": place.hours,
            "services": place.services,
            "office_phone": place.office_phone,
            "grid": _coded(place.grid),
        }

    @extend_schema(summary="Service points", tags=["places"], operation_id="service_points_list")
    def list(self, request: Request) -> Response:
        return self.page(request)

    @extend_schema(
        summary="One service point", tags=["places"], operation_id="service_points_retrieve"
    )
    def retrieve(self, request: Request, code: str) -> Response:
        return Response(self.whole(request, code))


class OrganisationViewSet(PlaceViewSet):
    """Registered bodies, as the public registers have them. Nobody behind them is named."""

    serializer_class = OrganisationRow
    queries = {"list": OrganisationQuery}
    own_url = "api:organisations"

    def rows(self) -> QuerySet[Any]:
        return Organisation.objects.select_related("grid")

    def row(self, place: Organisation, url: str) -> dict[str, Any]:
        return {
            **_place(place, url),
            "kind": place.kind,
            "industry": place.industry,
            "address": place.address,
            "registered_on": place.registered_on,
            "grid": _coded(place.grid),
        }

    @extend_schema(summary="Organisations", tags=["places"], operation_id="organisations_list")
    def list(self, request: Request) -> Response:
        return self.page(request)

    @extend_schema(
        summary="One organisation", tags=["places"], operation_id="organisations_retrieve"
    )
    def retrieve(self, request: Request, code: str) -> Response:
        return Response(self.whole(request, code))
