"""Before something is sent: who would get it and why, who could help, and by when."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import Query, Resource
from govgrid.core.coordinates import CRS, to_wgs84
from govgrid.core.fields import NumberInQuery, Text, told
from grids.api import DepartmentBrief, department_brief
from grids.queries import outside_message
from tickets import rules
from tickets.api.tickets import CategoryField
from tickets.models import Clock
from tickets.proposals import Proposed, Prospect, imagine, prospect
from tickets.queries import Spot
from tickets.reasons import helper_why, why
from tickets.workflow import TERMS, ClockKind, WhistleKind


class ProposalQuery(Query):
    category = CategoryField()
    lon = NumberInQuery(min_value=-180, max_value=180, required=False)
    lat = NumberInQuery(min_value=-90, max_value=90, required=False)
    crs = serializers.ChoiceField(
        choices=[crs.value for crs in CRS], default=CRS.WGS84.value, help_text="As in `locate/`."
    )
    grid = Text(required=False, max_length=20, help_text="A grid's code, in place of a point.")
    whistle_kind = serializers.ChoiceField(
        choices=WhistleKind.choices, required=False, help_text="Empty: for a report."
    )

    default_error_messages = {
        "one_place": _("Say where: by lon and lat or by grid, and by one of them only."),
    }

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        pair = [name in given for name in ("lon", "lat")]
        if any(pair) == ("grid" in given) or any(pair) != all(pair):
            detail = serializers.ErrorDetail(self.error_messages["one_place"], "one_place")
            raise serializers.ValidationError({"lon": [detail]})
        return given


class ProposedRow(serializers.Serializer):
    name = serializers.CharField(help_text="As the category or the map names it.")
    department = DepartmentBrief(allow_null=True, help_text="Null: nobody here is known by it.")
    why = serializers.DictField(help_text="The reason, as it is kept with the whistle.")
    reason = serializers.CharField(help_text="The same in a sentence.")


class LimitAhead(serializers.Serializer):
    """A clock that would run for the lead if this were sent now."""

    kind = serializers.ChoiceField(choices=ClockKind.choices)
    label = serializers.CharField()
    limit = serializers.CharField()
    basis = serializers.CharField()
    near_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    is_provisional = serializers.BooleanField()


class Proposal(serializers.Serializer):
    lead = DepartmentBrief(allow_null=True, help_text="Null: the street desk would decide.")
    explanation = serializers.ListField(child=serializers.CharField(), help_text="Why that one.")
    helpers = ProposedRow(many=True)
    may_blow = serializers.BooleanField(help_text="This kind of whistle is yours to blow here.")
    has_reasons = serializers.BooleanField(
        help_text="`tried` and `missing_power` must be said with it."
    )
    waits_for_approval = serializers.BooleanField(help_text="Its clocks start when it is approved.")
    clocks = LimitAhead(many=True)


class ProposalView(Resource):
    """Read only: nothing is filed. The rules that are asked are those that route."""

    queries = {"retrieve": ProposalQuery}
    serializer_class = Proposal

    @extend_schema(
        summary="Who would lead and who could help, and by when",
        tags=["tickets"],
        operation_id="proposals_retrieve",
        responses={
            200: Proposal,
            404: OpenApiResponse(description="`outside`, `unknown_grid`: in no grid."),
        },
    )
    def retrieve(self, request: Request) -> Response:
        spot = _spot(self.asked)
        ticket = imagine(self.asked["category"], spot)
        if ticket is None and spot.lon is not None and spot.lat is not None:
            raise NotFound(outside_message(spot.lon, spot.lat), "outside")
        if ticket is None:
            raise NotFound(_("There is no grid with this code."), "unknown_grid")
        if not rules.can_file(request.user, ticket.district_id):
            raise PermissionDenied
        return Response(
            _answer(prospect(ticket, self.asked.get("whistle_kind", ""), by=request.user))
        )


def _spot(asked: dict[str, Any]) -> Spot:
    if "grid" in asked:
        return Spot(grid=asked["grid"])
    return Spot(*to_wgs84(asked["lon"], asked["lat"], asked["crs"]))


def _answer(found: Prospect) -> dict[str, Any]:
    kind, ticket = found.kind, found.ticket
    lead = next((one for one in found.serving if one.pk == found.lead_id), None)
    return {
        "lead": department_brief(lead) if lead else None,
        "explanation": why(ticket),
        "helpers": [_proposed(one) for one in found.helpers],
        "may_blow": bool(kind) and rules.can_blow_kind(found.by, kind, ticket),
        "has_reasons": bool(kind) and TERMS[WhistleKind(kind)].has_reasons,
        "waits_for_approval": bool(found.approver),
        "clocks": [_ahead(one) for one in found.clocks],
    }


def _proposed(one: Proposed) -> dict[str, Any]:
    return {
        "name": one.name,
        "department": department_brief(one.department) if one.department else None,
        "why": one.why,
        "reason": helper_why(one.why),
    }


def _ahead(one: Clock) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "label": one.get_kind_display(),
        "limit": one.limit,
        "basis": one.basis,
        "near_at": told(one.near_at),
        "due_at": told(one.due_at),
        "is_provisional": one.is_provisional,
    }
