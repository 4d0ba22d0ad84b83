"""How communities score departments, by quarter; as ``/tickets/scores/``."""

from typing import Any

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import Query, Resource
from govgrid.core.fields import Text, told
from grids.api import DepartmentBrief, department_brief
from tickets import scores
from tickets.models import Score


class ScoresQuery(Query):
    quarter = Text(
        max_length=6, required=False, help_text="One of the last eight, as 2026Q4; else this one."
    )

    default_error_messages = {"unknown_quarter": "Ask for one of the last eight quarters: 2026Q4."}

    def validate_quarter(self, text: str) -> scores.Quarter:
        return scores.Quarter.parse(text) or self.fail("unknown_quarter")


class ScoreAverage(serializers.Serializer):
    """Of fewer than five scores nothing is said, and the figures move in steps of five."""

    department = DepartmentBrief()
    counted = serializers.IntegerField(help_text="How many are in it; 0: fewer than five.")
    speed = serializers.FloatField(allow_null=True, help_text="From 1 to 5; null below five.")
    quality = serializers.FloatField(allow_null=True)


class OwnScore(serializers.Serializer):
    ticket = serializers.CharField(help_text="The number of the ticket.")
    department = DepartmentBrief()
    speed = serializers.IntegerField(help_text="From 1 to 5.")
    quality = serializers.IntegerField()
    sentence = serializers.CharField()
    given_at = serializers.DateTimeField()


class ScoreFigures(serializers.Serializer):
    quarter = serializers.CharField()
    averages = ScoreAverage(
        many=True,
        allow_null=True,
        help_text="Of the tickets of the area that you watch over, in the order of codes; null: of none.",
    )
    own = OwnScore(
        many=True,
        allow_null=True,
        help_text="What your departments got, the newest 50; null: you work in none.",
    )


class ScoresView(Resource):
    """Averages for who watches over an area, and each department its own. A score is given with
    the action `rate` of the ticket, by its community."""

    queries = {"retrieve": ScoresQuery}
    serializer_class = ScoreFigures

    @extend_schema(
        summary="How communities score departments",
        tags=["tickets"],
        operation_id="scores_retrieve",
    )
    def retrieve(self, request: Request) -> Response:
        user = request.user
        has_averages, has_own = scores.may_see_averages(user), scores.may_see_own(user)
        if not (has_averages or has_own):
            raise PermissionDenied
        quarter = self.asked.get("quarter") or scores.quarters()[0]
        own = scores.own(user, quarter)[: scores.OWN_ROWS] if has_own else ()
        return Response(
            {
                "quarter": str(quarter),
                "averages": [_average(one) for one in scores.averages(user, quarter)]
                if has_averages
                else None,
                "own": [_own(one) for one in own] if has_own else None,
            }
        )


def _average(one: scores.Average) -> dict[str, Any]:
    return {
        "department": department_brief(one.department),
        "counted": one.counted,
        "speed": round(one.speed, 1) if one.counted else None,
        "quality": round(one.quality, 1) if one.counted else None,
    }


def _own(one: Score) -> dict[str, Any]:
    return {
        "ticket": one.ticket.number,
        "department": department_brief(one.department),
        "speed": one.speed,
        "quality": one.quality,
        "sentence": one.sentence,
        "given_at": told(one.given_at),
    }
