"""At which level matters were settled, and how often streets whistled; as ``/tickets/levels/``."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import Query, Resource
from govgrid.core.fields import Text
from grids.api import AreaBrief, AreaField, area_brief
from tickets import levels
from tickets.workflow import Tier


class LevelQuery(Query):
    area = AreaField(required=False, help_text="Yours when left out, or any beneath it.")
    month = Text(max_length=7, required=False, help_text="One of the last twelve, as 2026-11.")

    default_error_messages = {"unknown_month": "Ask for one of the last twelve months: 2026-11."}

    def validate_month(self, text: str) -> levels.Month:
        return levels.Month.parse(text) or self.fail("unknown_month")


class LevelShare(serializers.Serializer):
    level = serializers.ChoiceField(choices=Tier.choices)
    count = serializers.IntegerField()
    percent = serializers.FloatField(help_text="Of all that was closed in this month.")


class AreaShares(serializers.Serializer):
    area = AreaBrief()
    month = serializers.CharField()
    total = serializers.IntegerField()
    shares = LevelShare(many=True)


class WhistleRate(serializers.Serializer):
    street = AreaBrief()
    filed = serializers.IntegerField()
    whistles = serializers.IntegerField()
    percent = serializers.FloatField(
        allow_null=True, help_text="Whistles of a hundred tickets; null where fewer than ten were."
    )


class WhistleRange(serializers.Serializer):
    """Between what the streets lie: the least, the middle half, the most. No street is named."""

    least = serializers.FloatField()
    lower = serializers.FloatField()
    middle = serializers.FloatField()
    upper = serializers.FloatField()
    most = serializers.FloatField()


class LevelFigures(serializers.Serializer):
    settled = AreaShares()
    months = AreaShares(many=True, help_text="The last twelve, the newest first.")
    parts = AreaShares(many=True, help_text="The areas directly beneath, in the order of codes.")
    whistle_rates = WhistleRate(many=True, help_text="Of the streets that you oversee.")
    whistle_range = WhistleRange(allow_null=True, help_text="Null: fewer than three were counted.")
    not_counted = serializers.IntegerField(
        help_text="Streets with fewer than ten tickets in the month: they are not in the range."
    )


class LevelView(Resource):
    """Counted every ten minutes, for who oversees an area."""

    queries = {"retrieve": LevelQuery}
    serializer_class = LevelFigures

    @extend_schema(
        summary="At which level matters were settled",
        tags=["tickets"],
        operation_id="levels_retrieve",
    )
    def retrieve(self, request: Request) -> Response:
        mine = levels.areas_of(request.user)
        asked = self.asked.get("area")
        area = mine.filter(pk=asked.pk).first() if asked else levels.own_area(request.user)
        if area is None:
            raise Http404
        month = self.asked.get("month") or levels.months()[0]
        rates = levels.rates(area, month)
        spread = levels.spread(rates)
        own = set(mine.filter(pk__in=[one.street.pk for one in rates]).values_list("pk", flat=True))
        return Response(
            {
                "settled": _shares(levels.settled(area, month)),
                "months": [_shares(one) for one in levels.by_month(area)],
                "parts": [_shares(one) for one in levels.beneath(area, month)],
                "whistle_rates": [_rate(one) for one in rates if one.street.pk in own],
                "whistle_range": _rounded(spread) if spread else None,
                "not_counted": levels.left_out(rates),
            }
        )


def _shares(one: levels.Settled) -> dict[str, Any]:
    return {
        "area": area_brief(one.area),
        "month": str(one.month),
        "total": one.total,
        "shares": [
            {"level": share.tier.value, "count": share.many, "percent": round(share.percent, 1)}
            for share in one.shares
        ],
    }


def _rate(one: levels.Rate) -> dict[str, Any]:
    return {
        "street": area_brief(one.street),
        "filed": one.filed,
        "whistles": one.whistles,
        "percent": None if one.percent is None else round(one.percent, 1),
    }


def _rounded(spread: levels.Range) -> dict[str, float]:
    return {name: round(value, 1) for name, value in spread._asdict().items()}
