"""Hundreds of filings in one call: what a phone kept offline, or a department's own system."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from drf_standardized_errors.formatter import flatten_errors
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from govgrid.core.api import OnePage, Resource
from govgrid.core.errors import Refused
from govgrid.core.openapi import Error
from govgrid.core.parsers import StrictJSONParser
from tickets import actions
from tickets.actions import Filed, Outcome
from tickets.api.filing import FilingBody, filing_of
from tickets.api.lookups import Lookups
from tickets.api.tickets import BAD_INPUT

MOST = 500
MAX_BYTES = 4 * 1024 * 1024

Answer = dict[str, Any]


class ManyAtOnce(StrictJSONParser):
    max_bytes = MAX_BYTES


class BulkAnswer(serializers.Serializer):
    """What became of one filing: as if it had been sent alone."""

    status = serializers.ChoiceField(choices=[201, 200, 400, 403, 409])
    client_id = serializers.CharField(allow_null=True, help_text="As you sent it.")
    number = serializers.CharField(allow_null=True, help_text="Of the ticket; null for an error.")
    url = serializers.URLField(allow_null=True)
    errors = Error(many=True)


class BulkAnswers(serializers.Serializer):
    """One for each filing, in the order in which they were sent."""

    results = BulkAnswer(many=True)
    next = serializers.CharField(allow_null=True, help_text="Always null: there is one page.")
    previous = serializers.CharField(allow_null=True, help_text="Always null.")


class BulkViewSet(Resource):
    serializer_class = BulkAnswers
    pagination_class = OnePage
    parser_classes = (ManyAtOnce,)

    @extend_schema(
        summary="File up to 500 reports",
        tags=["tickets"],
        operation_id="tickets_bulk",
        request=FilingBody(many=True),
        responses={
            207: OpenApiResponse(
                BulkAnswers, description="One answer for each: the good are kept, the bad named."
            ),
            413: OpenApiResponse(description="The body is larger than 4 MB."),
        },
    )
    def create(self, request: Request) -> Response:
        """An array of 1 to 500 bodies as `tickets/` takes one. Each is kept or refused by itself:
        send the whole again when in doubt, ids that came before are answered with 200."""
        return Response(
            {"results": _answers(request, _items(request.data)), "next": None, "previous": None},
            status.HTTP_207_MULTI_STATUS,
        )


def _items(data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise _refused("not_a_list", _("Send an array of reports."))
    if not data:
        raise _refused("empty", _("Send at least one."))
    if len(data) > MOST:
        raise _refused("too_many", _("Send at most %(most)s at a time.") % {"most": MOST})
    return data


def _refused(code: str, message: Any) -> serializers.ValidationError:
    return serializers.ValidationError(
        {"non_field_errors": [serializers.ErrorDetail(message, code)]}
    )


def _answers(request: Request, items: list[Any]) -> list[Answer]:
    lookups = Lookups(request.user)
    lookups.read_ahead(items)
    body = FilingBody(context={"request": request, "lookups": lookups})
    answers: dict[int, Answer] = {}
    filings = {}
    for i, item in enumerate(items):
        try:
            filings[i] = filing_of(body.run_validation(item), request.user)
        except exceptions.ValidationError as error:
            answers[i] = _wrong(item, 400, flatten_errors(error.detail))
    outcomes = actions.file_all(list(filings.values()), by=request.user)
    list_url = reverse("api:tickets", request=request)
    for i, outcome in zip(filings, outcomes, strict=True):
        answers[i] = _answer(items[i], outcome, list_url)
    return [answers[i] for i in range(len(items))]


def _answer(item: Any, outcome: Outcome, list_url: str) -> Answer:
    if isinstance(outcome, Filed):
        number = outcome.ticket.number
        return {
            "status": 201 if outcome.created else 200,
            "client_id": item["client_id"],
            "number": number,
            "url": f"{list_url}{number}/",
            "errors": [],
        }
    if isinstance(outcome, Refused):
        field = BAD_INPUT.get(outcome.code)
        error = {"code": outcome.code, "detail": str(outcome), "attr": field}
        return _wrong(item, 400 if field else 409, [error])
    denied = exceptions.PermissionDenied
    error = {"code": denied.default_code, "detail": str(denied.default_detail), "attr": None}
    return _wrong(item, 403, [error])


def _wrong(item: Any, code: int, errors: list[Any]) -> Answer:
    sent = item.get("client_id") if isinstance(item, dict) else None
    return {
        "status": code,
        "client_id": sent if isinstance(sent, str) else None,
        "number": None,
        "url": None,
        "errors": [_error(one) for one in errors],
    }


def _error(one: Any) -> dict[str, Any]:
    if isinstance(one, dict):
        return one
    attr = None if one.attr == "non_field_errors" else one.attr
    return {"code": one.code, "detail": str(one.detail), "attr": attr}
