"""The map of responsibility, for programs, and where it does not fit."""

import json
from typing import Any

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import OldestFirstPagination, OnePage, Query, Resource
from govgrid.core.fields import Text
from grids import scoping
from grids.api import (
    DIGITS,
    AreaBrief,
    AreaField,
    Coded,
    DepartmentBrief,
    area_brief,
    department_brief,
)
from grids.conflicts import MOST, Conflict, Kind, conflicts
from grids.models import Area, Layer

ID = OpenApiParameter("id", int, OpenApiParameter.PATH, description="The layer's id.")


class LayerRow(serializers.Serializer):
    """One department's division of an area for one matter."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    matter = serializers.CharField(help_text="Layers of the same matter are compared.")
    department = DepartmentBrief()
    area = AreaBrief()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)


class PieceRow(serializers.Serializer):
    unit = DepartmentBrief()
    valid_from = serializers.DateField()
    geometry = serializers.JSONField(help_text="A MultiPolygon in WGS-84.")


class LayerWhole(LayerRow):
    pieces = PieceRow(many=True, help_text="Those in force.")


class ConflictRow(serializers.Serializer):
    """A place cut in two, an outline claimed twice, or a place for which nobody answers."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    matter = serializers.CharField()
    place = Coded(allow_null=True, help_text="Null where the conflict is an outline of its own.")
    place_kind = serializers.CharField(help_text="`grid`, `compound`, or empty without a place.")
    units = serializers.ListField(child=serializers.CharField(), help_text="Short names.")
    percent = serializers.IntegerField(
        help_text="Of the place: the smallest part, or what nobody has; 0 without a place."
    )
    square_metres = serializers.IntegerField()
    geometry = serializers.JSONField(help_text="Where, in WGS-84; a little simplified.")


class LayerQuery(Query):
    matter = Text(required=False, max_length=40)


class ConflictQuery(Query):
    area = AreaField(
        required=False, help_text="A community or larger; all you oversee if left out."
    )
    matter = Text(required=False, max_length=40)
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)


def _layer(layer: Layer) -> dict[str, Any]:
    return {
        "id": layer.pk,
        "name": layer.name,
        "matter": layer.matter,
        "department": department_brief(layer.department),
        "area": area_brief(layer.area),
        "valid_from": layer.valid_from.isoformat(),
        "valid_to": layer.valid_to.isoformat() if layer.valid_to else None,
    }


def _visible(request: Request) -> Any:
    prefixes = scoping.prefixes(request.user, "grids.oversee")
    departments = scoping.reach(request.user, "grids.oversee").departments
    if not prefixes and not departments:
        return Layer.objects.none()
    return Layer.objects.touching(prefixes, departments).select_related("department", "area")


class LayerViewSet(Resource):
    """Layers within your reach: of your areas, or of your department."""

    serializer_class = LayerRow
    pagination_class = OldestFirstPagination
    queries = {"list": LayerQuery}

    @extend_schema(summary="Layers in force", tags=["layers"], operation_id="layers_list")
    def list(self, request: Request) -> Response:
        layers = _visible(request).in_force()
        if matter := self.asked.get("matter"):
            layers = layers.filter(matter=matter)
        return self.answer(layers, _layer)

    @extend_schema(
        summary="One layer with its pieces",
        tags=["layers"],
        operation_id="layers_retrieve",
        parameters=[ID],
        responses=LayerWhole,
    )
    def retrieve(self, request: Request, id: int) -> Response:
        layer = _visible(request).filter(pk=id).first()
        if layer is None:
            raise Http404
        pieces = layer.pieces.filter(valid_to=None).select_related("unit").defer("outline")
        # Written by the database: the polygon is never built in Python.
        drawn = pieces.annotate(geojson=AsGeoJSON("outline", precision=DIGITS))
        rows = [
            {
                "unit": department_brief(one.unit),
                "valid_from": one.valid_from.isoformat(),
                "geometry": json.loads(one.geojson),
            }
            for one in drawn
        ]
        return Response({**_layer(layer), "pieces": rows})


class ConflictViewSet(Resource):
    """Computed from what is in force; at most 200 of each kind."""

    serializer_class = ConflictRow
    pagination_class = OnePage
    queries = {"list": ConflictQuery}

    @extend_schema(
        summary="Where responsibility does not fit",
        tags=["layers"],
        operation_id="conflicts_list",
        description=f"At most {MOST} of each kind.",
    )
    def list(self, request: Request) -> Response:
        area = self.asked.get("area") or _largest(request.user)
        if area is None or not request.user.has_perm("grids.oversee", area):
            raise Http404
        kinds = [self.asked["kind"]] if "kind" in self.asked else []
        found = conflicts(area, matter=self.asked.get("matter", ""), kinds=kinds)
        return self.answer(found, _conflict)


def _largest(user: Any) -> Area | None:
    paths = scoping.prefixes(user, "grids.oversee")
    return Area.objects.filter(path__in=paths).order_by("level", "pk").first()


def _conflict(one: Conflict) -> dict[str, Any]:
    place = {"code": one.place_code, "name": one.place_name} if one.place_code else None
    return {
        "kind": one.kind.value,
        "matter": one.matter,
        "place": place,
        "place_kind": one.place_kind,
        "units": list(one.units),
        "percent": one.percent,
        "square_metres": one.square_metres,
        "geometry": json.loads(one.geojson),
    }
