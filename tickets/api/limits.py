"""How long a thing may take: the policy in force, the standard and what districts set."""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import OnePage, Resource
from govgrid.core.fields import told
from grids.api import Coded, coded
from tickets.models import SCOPES, TimeLimit
from tickets.policy import OWN_ROWS, visible_to
from tickets.workflow import STANDARD, ClockKind

SCOPE_NAMES = dict(SCOPES)
BY_STANDARD = "standard"


class LimitRow(serializers.Serializer):
    """The most specific wins: a category before any, a kind before any, a deeper area before."""

    code = serializers.CharField(help_text="As in L-0007, a clock's `basis`; or `standard`.")
    clock = serializers.ChoiceField(choices=ClockKind.choices)
    clock_label = serializers.CharField()
    scope = serializers.ChoiceField(choices=SCOPES, help_text="For what it holds.")
    scope_label = serializers.CharField()
    limit = serializers.CharField(help_text="As in WD5; empty: none here.")
    own_first = serializers.BooleanField(help_text="The category's own limit goes before it.")
    area = Coded(allow_null=True, help_text="Null: everywhere.")
    category = serializers.CharField(allow_null=True, help_text="Its code; null: every category.")
    reason = serializers.CharField()
    valid_from = serializers.DateTimeField(allow_null=True)


class LimitViewSet(Resource):
    """The standard first, then what holds in its place in the districts of your posts."""

    serializer_class = LimitRow
    pagination_class = OnePage

    @extend_schema(summary="Time limits in force", tags=["calendar"], operation_id="limits_list")
    def list(self, request: Request) -> Response:
        own = visible_to(request.user).in_force().order_by("pk")[:OWN_ROWS]
        return self.answer([*_standard(), *map(_own, own)], dict)


def _standard() -> Iterator[dict[str, Any]]:
    for (scope, clock), allowed in STANDARD.items():
        yield _row(BY_STANDARD, clock, scope, allowed.limit, own_first=allowed.own_first)


def _own(row: TimeLimit) -> dict[str, Any]:
    known = _row(row.code, row.clock, row.scope, row.limit, own_first=row.own_first)
    return known | {
        "area": coded(row.area) if row.area else None,
        "category": row.category.code if row.category else None,
        "reason": row.reason,
        "valid_from": told(row.valid_from),
    }


def _row(code: str, clock: str, scope: str, limit: str, *, own_first: bool) -> dict[str, Any]:
    return {
        "code": code,
        "clock": str(clock),
        "clock_label": str(ClockKind(clock).label),
        "scope": str(scope),
        "scope_label": str(SCOPE_NAMES[scope]),
        "limit": limit,
        "own_first": own_first,
        "area": None,
        "category": None,
        "reason": "",
        "valid_from": None,
    }
