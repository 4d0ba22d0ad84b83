"""Against what a report is filed, and when it may be closed: what holds, what held, and setting it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import Body, OnePage, Query, Resource
from govgrid.core.fields import Flag, FlagInQuery, Text, told
from grids import scoping
from grids.api import Coded, coded
from tickets.api.parts import NULL_TIME
from tickets.api.setting import DistrictField, ReasonText
from tickets.api.tickets import CategoryField
from tickets.conditions import ENDED_ROWS, ROWS, end_terms, set_terms, visible_to
from tickets.models import Category, CategoryTerms


class ConditionsQuery(Query):
    category = Text(required=False, max_length=8, help_text="The code of a category.")
    history = FlagInQuery(default=False, help_text="With those that ended lately.")


class ConditionsRow(serializers.Serializer):
    """A district's own come before those for everywhere. A ticket keeps those of its day."""

    id = serializers.IntegerField()
    code = serializers.CharField(help_text="As in K-0007.")
    category = Coded()
    area = Coded(allow_null=True, help_text="The district; null: everywhere.")
    filing = serializers.CharField(help_text="When a report is taken up; empty: nothing is said.")
    closing = serializers.CharField(help_text="When it may be closed; empty: nothing is said.")
    checks_first = serializers.BooleanField(
        help_text="Reported from afar, somebody of the place looks before it is routed."
    )
    wants_after_photo = serializers.BooleanField(
        help_text="`finish` wants an after-photo from within 50 m, or `no_photo`."
    )
    reason = serializers.CharField()
    valid_from = serializers.DateTimeField()
    valid_to = serializers.DateTimeField(**NULL_TIME, help_text="Null: they hold.")


class ConditionsBody(Body):
    """All of them: what is left out is not taken from what held before."""

    category = CategoryField(help_text="A code of `categories/`.")
    area = DistrictField(words=_("A district sets conditions, not a part of it."))
    filing = Text(
        max_length=1000,
        required=False,
        allow_blank=True,
        help_text="When a report is taken up; whoever files one reads it.",
    )
    closing = Text(
        max_length=1000,
        required=False,
        allow_blank=True,
        help_text="What must be so before it is closed.",
    )
    checks_first = Flag(required=False)
    wants_after_photo = Flag(required=False)
    reason = ReasonText()

    default_error_messages = {
        "closed_category": _("This category is closed."),
        "nothing_said": _("Write at least one condition."),
    }

    def validate_category(self, category: Category) -> Category:
        return category if category.is_active else self.fail("closed_category")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        said = ("filing", "closing", "checks_first", "wants_after_photo")
        if not any(given.get(name) for name in said):
            detail = serializers.ErrorDetail(self.error_messages["nothing_said"], "nothing_said")
            raise serializers.ValidationError({"filing": [detail]})
        return given


class ConditionsViewSet(Resource):
    """What holds in the districts of your posts, by category."""

    serializer_class = ConditionsRow
    pagination_class = OnePage
    queries = {"list": ConditionsQuery}

    @extend_schema(
        summary="Filing and closing conditions in force",
        tags=["calendar"],
        operation_id="conditions_list",
    )
    def list(self, request: Request) -> Response:
        seen = visible_to(request.user)
        if "category" in self.asked:
            seen = seen.filter(category__code=self.asked["category"])
        found = list(seen.in_force().order_by("category__code", "area")[:ROWS])
        if self.asked["history"]:
            found += seen.exclude(valid_to=None).order_by("-valid_to")[:ENDED_ROWS]
        return self.answer(found, _row)

    @extend_schema(
        summary="Set the conditions of a category",
        tags=["calendar"],
        operation_id="conditions_set",
        request=ConditionsBody,
        responses={201: ConditionsRow},
    )
    def replace(self, request: Request) -> Response:
        """For what is filed from now on; what held there before ends. What says the same as before
        changes nothing."""
        if not scoping.reach(request.user, "tickets.set_terms"):
            raise PermissionDenied
        terms = set_terms(by=request.user, **ConditionsBody.read(request))
        return Response(_row(terms), status.HTTP_201_CREATED)

    @extend_schema(
        summary="End conditions",
        tags=["calendar"],
        operation_id="conditions_end",
        request=Body,
        responses={200: ConditionsRow},
    )
    def end(self, request: Request, id: int) -> Response:
        """From now on those for everywhere hold again, or none. A second time changes nothing."""
        Body.read(request)
        found = visible_to(request.user).filter(pk=id).first()
        if found is None:
            raise Http404
        return Response(_row(end_terms(found, by=request.user)))


def _row(one: CategoryTerms) -> dict[str, Any]:
    return {
        "id": one.pk,
        "code": one.code,
        "category": {"code": one.category.code, "name": one.category.name},
        "area": coded(one.area) if one.area else None,
        "filing": one.filing,
        "closing": one.closing,
        "checks_first": one.checks_first,
        "wants_after_photo": one.wants_after_photo,
        "reason": one.reason,
        "valid_from": told(one.valid_from),
        "valid_to": told(one.valid_to),
    }
