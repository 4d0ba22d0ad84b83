"""When tickets turn which colour: what holds, what held, and a district's own."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import Body, OnePage, Query, Resource
from govgrid.core.fields import FlagInQuery, Whole, told
from grids import scoping
from grids.api import Coded, coded
from tickets import policy, rulebook
from tickets.api.limits import BY_STANDARD
from tickets.api.parts import NULL_TIME
from tickets.api.setting import DistrictField, LimitText, ReasonText
from tickets.models import ColourTerms
from tickets.workflow import STANDARD_COLOURS, Colours

ENDED = 20


class ColoursQuery(Query):
    history = FlagInQuery(default=False, help_text="With those that ended lately.")


class ColoursRow(serializers.Serializer):
    """A district's own come before those for everywhere, and these before the standard."""

    code = serializers.CharField(help_text="As in C-0007; or `standard`.")
    area = Coded(allow_null=True, help_text="The district; null: everywhere.")
    near_percent = serializers.IntegerField(help_text="Blue: from this share of the limit on.")
    over_percent = serializers.IntegerField(help_text="Red: this share of it after its end, …")
    over_limit = serializers.CharField(help_text="… or so long after it, whichever comes first.")
    answer_limit = serializers.CharField(help_text="A yellow card not answered by then turns red.")
    reopenings = serializers.IntegerField(help_text="Yellow: at which reopening.")
    reason = serializers.CharField()
    valid_from = serializers.DateTimeField(**NULL_TIME)
    valid_to = serializers.DateTimeField(**NULL_TIME, help_text="Null: they hold.")


class ColoursBody(Body):
    """All of them: what is left out is not taken from what held before."""

    area = DistrictField(words=_("The colours are set for a district."))
    near_percent = Whole(min_value=1, max_value=100)
    over_percent = Whole(min_value=1, max_value=1000)
    over_limit = LimitText(help_text="As WD2, WH4 or UH2.")
    answer_limit = LimitText()
    reopenings = Whole(min_value=1, max_value=99)
    reason = ReasonText()


class ColoursViewSet(Resource):
    """The standard first, then what holds in its place in the districts of your posts."""

    serializer_class = ColoursRow
    pagination_class = OnePage
    queries = {"list": ColoursQuery}

    @extend_schema(
        summary="When a ticket turns which colour", tags=["calendar"], operation_id="colours_list"
    )
    def list(self, request: Request) -> Response:
        _ask_to_read(request)
        seen = policy.colours_visible_to(request.user)
        rows = [_standard(), *map(_row, seen.in_force().order_by("pk")[: policy.OWN_ROWS])]
        if self.asked["history"]:
            rows += map(_row, seen.exclude(valid_to=None).order_by("-valid_to")[:ENDED])
        return self.answer(rows, dict)

    @extend_schema(
        summary="Set the colours of a district",
        tags=["calendar"],
        operation_id="colours_set",
        request=ColoursBody,
        responses={201: ColoursRow},
    )
    def replace(self, request: Request) -> Response:
        """From now on; what held there before ends. What says the same as before changes nothing."""
        _ask_to_read(request)
        if not scoping.reach(request.user, "tickets.set_limits"):
            raise PermissionDenied
        given = {"area": None, **ColoursBody.read(request)}
        terms = rulebook.set_colours(by=request.user, **given)
        return Response(_row(terms), status.HTTP_201_CREATED)


def _ask_to_read(request: Request) -> None:
    if not scoping.reach(request.user, "tickets.view"):
        raise Http404


def _standard() -> dict[str, Any]:
    return _said(BY_STANDARD, STANDARD_COLOURS) | {
        "area": None,
        "reason": "",
        "valid_from": None,
        "valid_to": None,
    }


def _row(one: ColourTerms) -> dict[str, Any]:
    return _said(one.code, one.terms) | {
        "area": coded(one.area) if one.area else None,
        "reason": one.reason,
        "valid_from": told(one.valid_from),
        "valid_to": told(one.valid_to),
    }


def _said(code: str, colours: Colours) -> dict[str, Any]:
    return {"code": code, **colours._asdict()}
