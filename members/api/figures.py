"""Figures of the roster over REST: as published, by quarter and district."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import OnePage, Query, Resource
from grids import scoping
from grids.api import Coded, coded
from grids.models import Area
from members import figures

TAGS = ["members"]


class FigureQuery(Query):
    district = serializers.CharField(required=False, max_length=20, help_text="A code.")


class FigureCell(serializers.Serializer):
    label = serializers.CharField()
    count = serializers.IntegerField(
        allow_null=True, help_text="Rounded to five; null where it is hidden."
    )


class FigureTable(serializers.Serializer):
    district = Coded()
    quarter = serializers.CharField(help_text="2026-Q3")
    table = serializers.CharField()
    title = serializers.CharField()
    total = serializers.IntegerField(allow_null=True)
    cells = FigureCell(many=True)


class RosterFigureViewSet(Resource):
    serializer_class = FigureTable
    pagination_class = OnePage
    queries = {"list": FigureQuery}

    @extend_schema(
        summary="The roster in figures", tags=TAGS, operation_id="members_figures"
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        """For who may see figures: counts by one property, of the last four quarters."""
        ids = scoping.districts(request.user, "members.see_figures")
        if not ids:
            raise PermissionDenied
        districts = Area.objects.filter(pk__in=ids).order_by("code")
        if "district" in self.asked:
            districts = districts.filter(code=self.asked["district"])
        rows = [row for one in districts for row in _tables(one)]
        return self.answer(rows, lambda row: row)


def _tables(district: Area) -> list[dict[str, Any]]:
    some = figures.quarters(district)[: figures.SHOWN]
    return [
        {
            "district": coded(district),
            "quarter": quarter.name,
            "table": shown.table.name,
            "title": str(shown.table.label),
            "total": shown.totals[n],
            "cells": [{"label": str(one.label), "count": one.counts[n]} for one in shown.lines],
        }
        for shown in figures.read(district, some)
        for n, quarter in enumerate(some)
    ]
