"""Counts of areas, for programs, as far as they may be told."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import OnePage, Resource
from grids.api import AreaBrief, area_brief
from grids.models import Area, AreaCount


class CountRow(serializers.Serializer):
    """A number of an area, as far as it may be told: from 1 to 4 it would point at somebody."""

    measure = serializers.ChoiceField(choices=AreaCount.Measure.choices)
    words = serializers.CharField(help_text="As people read it: `312`, `<5` or `≥1204`.")
    number = serializers.IntegerField(allow_null=True, help_text="Null where it is not told.")
    at_least = serializers.IntegerField(
        help_text="What the areas beneath add up to; the number itself where that is told."
    )
    as_of = serializers.DateField()
    source = serializers.CharField()
    area = AreaBrief()


class CountViewSet(Resource):
    """Counts of an area in force: numbers, and nobody who is counted."""

    serializer_class = CountRow
    pagination_class = OnePage

    @extend_schema(
        summary="Its counts, as far as they may be told",
        tags=["places"],
        operation_id="areas_counts",
    )
    def list(self, request: Request, code: str) -> Response:
        if "\x00" in code:
            raise Http404
        area = Area.objects.in_force().filter(code=code).first()
        if area is None:
            raise Http404
        return self.answer(area.counts.all(), lambda one: _count(one, area))


def _count(one: AreaCount, area: Area) -> dict[str, Any]:
    return {
        "measure": one.measure,
        "words": one.words,
        "number": one.number if one.is_exact else None,
        "at_least": one.at_least,
        "as_of": one.as_of,
        "source": one.source,
        "area": area_brief(area),
    }
