"""One move on several tickets."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from govgrid.core.api import OnePage, Resource
from govgrid.core.errors import Refused
from govgrid.core.fields import Text
from govgrid.core.openapi import Error
from tickets import actions
from tickets.api.moves import MoveBody
from tickets.models import Ticket
from tickets.rules import is_in_reach
from tickets.workflow import MOST_TOGETHER, TOGETHER

NAMES = [*TOGETHER, "undo"]
# What belongs to one ticket alone.
_OF_ONE = frozenset({"assignment", "milestone", "seen"})


class ManyBody(MoveBody):
    """The tickets, and what goes with the move for all of them."""

    numbers = serializers.ListField(
        child=Text(max_length=24), min_length=1, max_length=MOST_TOGETHER
    )

    default_error_messages = {"of_one": _("This belongs to one ticket: take the move on it.")}

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if wrong := given.keys() & _OF_ONE:
            detail = serializers.ErrorDetail(self.error_messages["of_one"], "of_one")
            raise serializers.ValidationError({name: [detail] for name in sorted(wrong)})
        numbers = given.pop("numbers")
        return super().validate(given) | {"numbers": numbers}

    def validate_assignment(self, key: int) -> int:
        return key

    def validate_milestone(self, key: int) -> int:  # type: ignore[override]
        return key


class ManyAnswer(serializers.Serializer):
    """What became of one: as if the move had been taken on it alone."""

    number = serializers.CharField(help_text="As you sent it.")
    status = serializers.ChoiceField(choices=[200, 403, 404, 409])
    url = serializers.URLField(allow_null=True)
    errors = Error(many=True)


class ManyAnswers(serializers.Serializer):
    results = ManyAnswer(many=True)
    next = serializers.CharField(allow_null=True, help_text="Always null: there is one page.")
    previous = serializers.CharField(allow_null=True, help_text="Always null.")


class TogetherViewSet(Resource):
    serializer_class = ManyAnswers
    pagination_class = OnePage

    @extend_schema(
        summary="Take one move on up to 50 tickets",
        tags=["tickets"],
        operation_id="tickets_act_on_many",
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH, enum=NAMES)],
        request=ManyBody,
        responses={
            207: OpenApiResponse(ManyAnswers, description="One answer for each, in your order."),
        },
        examples=[
            OpenApiExample(
                "Close three",
                value={"numbers": ["YL20261122-000123-7"], "note": "已回访"},
                request_only=True,
            )
        ],
    )
    def act(self, request: Request, name: str) -> Response:
        """Each in a transaction of its own: one that is refused stops no other. With `merge`, the
        one that is named as `into` is left out of the rest. `undo` takes back what you did to each
        a moment ago."""
        if name not in NAMES:
            raise Http404
        body = ManyBody(data=request.data, context={"name": name, "user": request.user})
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        numbers = list(dict.fromkeys(given.pop("numbers")))
        known = _known(request, numbers)
        into = given.get("into")
        moved = [one for one in known.values() if into is None or one.pk != into.pk]
        results = actions.move_all(moved, name, by=request.user, **given)
        by_number = {one.ticket.number: one for one in results}
        list_url = reverse("api:tickets", request=request)
        answers = [
            answer_row(sent, known, by_number, list_url)
            for sent in numbers
            if into is None or sent.upper() != into.number
        ]
        content = {"results": answers, "next": None, "previous": None}
        return Response(content, status.HTTP_207_MULTI_STATUS)


def _known(request: Request, numbers: list[str]) -> dict[str, Ticket]:
    """In the order given."""
    asked = [one.upper() for one in numbers]
    found = Ticket.objects.with_places().filter(number__in=asked)
    by_number = {
        one.number: one
        for one in found.prefetch_related("assignments")
        if is_in_reach(request.user, one, one.assignments.all())
    }
    return {number: by_number[number] for number in asked if number in by_number}


def answer_row(
    sent: str, known: dict[str, Ticket], results: dict[str, actions.Result], list_url: str
) -> dict[str, Any]:
    """What became of a ticket as it was sent: 404 where it is not among those ``known``."""
    number = sent.upper()
    if number not in known:
        missing = exceptions.NotFound()
        return _row(sent, 404, None, missing.default_code, str(missing.detail))
    url, refusal = f"{list_url}{number}/", results[number].refusal
    if refusal is None:
        return {"number": sent, "status": 200, "url": url, "errors": []}
    if isinstance(refusal, Refused):
        return _row(sent, 409, url, refusal.code, str(refusal))
    denied = exceptions.PermissionDenied
    return _row(sent, 403, url, denied.default_code, str(denied.default_detail))


def _row(sent: str, code: int, url: str | None, error: str, detail: str) -> dict[str, Any]:
    errors = [{"code": error, "detail": detail, "attr": None}]
    return {"number": sent, "status": code, "url": url, "errors": errors}
