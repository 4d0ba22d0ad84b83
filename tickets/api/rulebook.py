"""Who must respond where: the rules, and who would get a thing and why."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import IdCursorPagination, Query, Resource
from govgrid.core.coordinates import CRS, to_wgs84
from govgrid.core.fields import FlagInQuery, NumberInQuery, told
from grids import scoping
from grids.api import AreaField, Coded, DepartmentBrief, DepartmentField, coded, department_brief
from tickets import routing, rulelist, supposing
from tickets.api.tickets import CategoryField
from tickets.models import OfficeFunction, RoutingRule
from tickets.proposals import imagine
from tickets.queries import Spot
from tickets.reasons import why_of
from tickets.workflow import WhistleKind


class RuleQuery(Query):
    category = CategoryField(required=False, help_text="Rules that name this category.")
    area = AreaField(required=False, help_text="Any area's code: rules for it or beneath it.")
    department = DepartmentField(required=False)
    drawn = FlagInQuery(required=False, help_text="Pieces drawn on the map alone, or none of them.")
    history = FlagInQuery(default=False, help_text="With those that ended.")


class RuleRow(serializers.Serializer):
    """A drawn piece before a whole area, a named category before any, a deeper area before."""

    code = serializers.CharField(help_text="As in R-0016.")
    category = serializers.CharField(allow_null=True, help_text="Its code; null: every category.")
    area = Coded()
    is_drawn = serializers.BooleanField(help_text="It holds for a piece drawn on the map.")
    department = DepartmentBrief(allow_null=True)
    function = serializers.ChoiceField(
        choices=OfficeFunction.choices, allow_null=True, help_text="An office named by function."
    )
    reason = serializers.CharField()
    valid_from = serializers.DateTimeField()
    valid_to = serializers.DateTimeField(allow_null=True)
    succeeds = serializers.CharField(allow_null=True, help_text="The rule whose place it took.")


class RuleViewSet(Resource):
    """The rules of the districts of your posts, the newest first. They are changed on a page."""

    serializer_class = RuleRow
    pagination_class = IdCursorPagination
    queries = {"list": RuleQuery}

    @extend_schema(summary="Routing rules", tags=["tickets"], operation_id="rules_list")
    def list(self, request: Request) -> Response:
        if not scoping.reach(request.user, "tickets.view"):
            raise Http404
        asked = self.asked
        rules = rulelist.visible_to(request.user)
        rules = rules if asked["history"] else rules.in_force()
        if area := asked.get("area"):
            rules = rules.filter(area__path__startswith=area.path)
        wanted = {
            key: asked[name]
            for key, name in (
                ("category", "category"), ("department", "department"), ("is_drawn", "drawn")
            )
            if name in asked
        }  # fmt: skip
        return self.answer(rules.filter(**wanted), _rule_row)


def _rule_row(one: RoutingRule) -> dict[str, Any]:
    return {
        "code": one.code,
        "category": one.category.code if one.category else None,
        "area": coded(one.area),
        "is_drawn": one.is_drawn,  # type: ignore[attr-defined]
        "department": department_brief(one.department) if one.department else None,
        "function": one.function or None,
        "reason": one.reason,
        "valid_from": told(one.valid_from),
        "valid_to": told(one.valid_to),
        "succeeds": f"R-{one.succeeds_id:04d}" if one.succeeds_id else None,
    }


class TryQuery(Query):
    category = CategoryField()
    lon = NumberInQuery(min_value=-180, max_value=180)
    lat = NumberInQuery(min_value=-90, max_value=90)
    crs = serializers.ChoiceField(choices=[crs.value for crs in CRS], default=CRS.WGS84.value)
    whistle_kind = serializers.ChoiceField(
        choices=WhistleKind.choices, required=False, help_text="Left out: as a report."
    )


class CandidateRow(serializers.Serializer):
    rule = RuleRow()
    department = serializers.CharField(
        allow_null=True, help_text="Whom it means in this place; null: nobody."
    )


class Tried(serializers.Serializer):
    outcome = serializers.ChoiceField(choices=routing.OUTCOMES)
    department = serializers.CharField(allow_null=True, help_text="Null: a person would decide.")
    explanation = serializers.ListField(child=serializers.CharField())
    candidates = CandidateRow(many=True, help_text="Every rule that fits; the first one wins.")


class RuleTryView(Resource):
    """Read only: nothing is filed. The statement that is asked is the one that routes."""

    queries = {"retrieve": TryQuery}
    serializer_class = Tried

    @extend_schema(
        summary="Who would get it, and why",
        tags=["tickets"],
        operation_id="rules_try",
        responses={
            200: Tried,
            404: OpenApiResponse(
                description="`outside`: in no grid of the districts of your posts."
            ),
        },
    )
    def retrieve(self, request: Request) -> Response:
        if not scoping.reach(request.user, "tickets.view"):
            raise Http404
        lon, lat = to_wgs84(self.asked["lon"], self.asked["lat"], self.asked["crs"])
        ticket = imagine(self.asked["category"], Spot(lon=lon, lat=lat))
        # A place of others is answered as one off the map.
        if ticket is None or not rulelist.holds_for(request.user, ticket):
            raise NotFound(_("No grid of your districts covers this place."), "outside")
        ticket.whistle_kind = self.asked.get("whistle_kind", "")
        supposed = routing.Supposed.of(ticket)
        decided = routing.suppose(supposed)
        return Response(
            {
                "outcome": decided.why["outcome"],
                "department": decided.why.get("department") if decided.department_id else None,
                "explanation": why_of(decided.why, ticket),
                "candidates": [
                    {"rule": _rule_row(one.rule), "department": one.department or None}
                    for one in supposing.candidates(supposed)
                ],
            }
        )
