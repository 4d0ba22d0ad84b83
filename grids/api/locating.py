"""Which grid a point lies in, for programs."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import Query, Resource
from govgrid.core.coordinates import CRS, to_wgs84
from govgrid.core.fields import NumberInQuery
from grids.api import Coded, coded
from grids.queries import Place, locate, outside_message


class PlaceRow(serializers.Serializer):
    grid = Coded()
    community = Coded()
    street = Coded()
    district = Coded()
    border = serializers.BooleanField(help_text="Another grid lies within 15 m.")


class LocateQuery(Query):
    lon = NumberInQuery(min_value=-180, max_value=180)
    lat = NumberInQuery(min_value=-90, max_value=90)
    crs = serializers.ChoiceField(
        choices=[crs.value for crs in CRS],
        default=CRS.WGS84.value,
        help_text="What the pair means: GPS, 高德/腾讯 (GCJ-02) or 百度 (BD-09).",
    )


PLACE = {
    "grid": {"code": "420506001006005", "name": "营盘05"},
    "community": {"code": "420506001006", "name": "营盘社区"},
    "street": {"code": "420506001", "name": "小溪塔街道"},
    "district": {"code": "420506", "name": "夷陵区"},
    "border": False,
}


class LocateView(Resource):
    """Which grid a point lies in."""

    serializer_class = PlaceRow
    queries = {"retrieve": LocateQuery}

    @extend_schema(
        summary="Which grid a point lies in",
        tags=["areas"],
        operation_id="locate",
        responses={
            200: OpenApiResponse(
                PlaceRow, examples=[OpenApiExample("A point in 夷陵区", value=PLACE)]
            ),
            404: OpenApiResponse(description="`outside`: the point lies in no grid."),
        },
    )
    def retrieve(self, request: Request) -> Response:
        lon, lat = to_wgs84(self.asked["lon"], self.asked["lat"], self.asked["crs"])
        place = locate(lon, lat)
        if place is None:
            raise NotFound(outside_message(lon, lat), "outside")
        return Response(_place(place))


def _place(place: Place) -> dict[str, Any]:
    return {
        "grid": coded(place.grid),
        "community": coded(place.community),
        "street": coded(place.street),
        "district": coded(place.district),
        "border": place.border,
    }
