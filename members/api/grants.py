"""The register of grants of duty over REST, to read."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import IdCursorPagination, Query, Resource
from grids.api import AreaField, Coded, coded
from members.models import Grant
from members.workflow.grants import DutyLevel, GrantState, Matter

TAGS = ["members"]


class GrantQuery(Query):
    area = AreaField(required=False, help_text="Means everything beneath it.")
    matter = serializers.ChoiceField(choices=Matter.choices, required=False)
    level = serializers.ChoiceField(choices=DutyLevel.choices, required=False)
    in_force = serializers.BooleanField(required=False)


class GrantRow(serializers.Serializer):
    number = serializers.CharField()
    holder = serializers.CharField(help_text="A body.")
    representative = serializers.CharField(
        help_text="A display name, where the public sees it on the roster; else empty."
    )
    matter = serializers.ChoiceField(choices=Matter.choices)
    level = serializers.ChoiceField(choices=DutyLevel.choices)
    text = serializers.CharField()
    area = Coded()
    document = serializers.CharField()
    document_on = serializers.DateField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    state = serializers.ChoiceField(choices=GrantState.choices)
    revoked_reason = serializers.CharField()


class GrantViewSet(Resource):
    serializer_class = GrantRow
    pagination_class = IdCursorPagination
    queries = {"list": GrantQuery}

    @extend_schema(summary="Grants of duty", tags=TAGS, operation_id="members_grants")
    def list(self, request: Request) -> Response:
        """Those that were accepted, also when they are over, the newest first."""
        found, asked = Grant.objects.public().for_lists(), self.asked
        if asked.get("in_force"):
            found = found.in_force()
        if "area" in asked:
            found = found.filter(area__path__startswith=asked["area"].path)
        found = found.filter(**{name: asked[name] for name in ("matter", "level") if name in asked})
        return self.answer(found, grant_row)

    @extend_schema(summary="One grant of duty", tags=TAGS, operation_id="members_grant")
    def retrieve(self, request: Request, number: str) -> Response:
        found = Grant.objects.public().for_lists().filter(number=number).first()
        if found is None:
            raise Http404
        return Response(grant_row(found))


def grant_row(one: Grant) -> dict[str, Any]:
    names = ("number", "matter", "level", "text", "document", "revoked_reason")
    days = ("document_on", "starts_on", "ends_on")
    return {
        **{name: getattr(one, name) for name in names},
        **{name: getattr(one, name).isoformat() for name in days},
        "holder": one.holder,
        "representative": one.shown_representative,
        "area": coded(one.area),
        "state": one.state,
    }
