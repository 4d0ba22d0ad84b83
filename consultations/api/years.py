"""The sheet of a year over REST: plain counts, of all platforms or of those of an area."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consultations import tables
from govgrid.core.api import OnePage, Query, Resource
from grids.api import AreaField

FIRST, LAST = 2000, 2099


class YearQuery(Query):
    area = AreaField(required=False, help_text="Means everything beneath it.")


class YearFigure(serializers.Serializer):
    slug = serializers.ChoiceField(choices=list(tables.LISTS.items()))
    label = serializers.CharField()
    number = serializers.IntegerField()


class YearViewSet(Resource):
    serializer_class = YearFigure
    pagination_class = OnePage
    queries = {"list": YearQuery}

    @extend_schema(
        summary="The sheet of a year", tags=["consultations"], operation_id="consultations_year"
    )
    def list(self, request: Request, year: int) -> Response:
        """As `/consultations/year/` shows it, where each number opens the list behind it."""
        if not FIRST <= year <= LAST:
            raise Http404
        area = self.asked.get("area")
        return self.answer(tables.figures(year, area.path if area else ""), _figure)


def _figure(one: tables.Figure) -> dict[str, Any]:
    return {"slug": one.slug, "label": str(one.label), "number": one.number}
