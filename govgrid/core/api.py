"""What every resource of the REST API shares: one shape of error, cursor pages, strict filters."""

from collections.abc import Iterable
from typing import Any

from django.core import signing
from django.core.exceptions import (
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.utils.translation import gettext_lazy as _
from drf_standardized_errors.handler import exception_handler
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from govgrid.core.errors import Refused
from govgrid.core.parsers import TooLarge

PAGE_PARAMS = ("cursor", "page_size")


class Conflict(APIException):
    """409: the state says no; ``code`` is that of the refusal."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"
    default_detail = _("The state of this record does not allow it.")


def handle_exception(exc: Exception, context: Any) -> Response | None:
    """Translate what Django and the actions raise; everything else keeps its meaning.

    A ValueError is a fault of ours and stays a 500 that is logged, never a polite 400.
    """
    return exception_handler(_translated(exc), context)


def _translated(exc: Exception) -> Exception:
    if isinstance(exc, Refused):
        return Conflict(detail=str(exc), code=exc.code)
    if isinstance(exc, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)):
        return TooLarge()
    if isinstance(exc, SuspiciousOperation):
        return ParseError(_("The request cannot be read."))
    return exc


def refuse_unknown_params(request, allowed: Iterable[str]) -> None:
    """A misspelt filter answered with everything would look like an answer: 400 instead."""
    known = set(allowed)
    errors: dict[str, ValidationError] = {}
    for name, values in request.query_params.lists():
        if name not in known:
            errors[name] = ValidationError(_("There is no such filter."), "unknown_filter")
        elif any("\x00" in value for value in values):
            errors[name] = ValidationError(_("This cannot be searched for."), "invalid")
    if errors:
        raise ValidationError({name: error.detail for name, error in errors.items()})


class StrictFilters(BaseFilterBackend):
    """Refuses every parameter the view does not list, and lists those it does in the schema.

    The view says ``filter_params = {"state": {"schema": {...}, "description": "…"}}`` and
    filters in its own ``get_queryset``.
    """

    def filter_queryset(self, request, queryset, view):
        refuse_unknown_params(request, [*view.filter_params, *self._page_params(view)])
        return queryset

    def _page_params(self, view) -> Iterable[str]:
        pages = getattr(view, "detail", False) is not True and view.pagination_class
        return PAGE_PARAMS if pages else ()

    def get_schema_operation_parameters(self, view) -> list[dict[str, Any]]:
        return [
            {"name": name, "in": "query", "required": False, "schema": {"type": "string"}} | more
            for name, more in view.filter_params.items()
        ]


class IdCursorPagination(BasePagination):
    """Pages by key: the tenth thousand costs what the first page does, and nothing is skipped.

    The cursor is signed together with the path, so one from another list is refused, not obeyed.
    """

    default_size = 50
    max_size = 200
    ordering = "-id"  # or "id", oldest first

    def paginate_queryset(self, queryset, request, view=None):
        self.request = request
        size = self._size()
        backwards, key = self._cursor()
        falling = self.ordering.startswith("-")
        # Backwards over a falling list is a rising one, turned round at the end.
        downwards = falling != backwards
        if key is not None:
            queryset = queryset.filter(**{"pk__lt" if downwards else "pk__gt": key})
        rows = list(queryset.order_by("-pk" if downwards else "pk")[: size + 1])
        more, rows = len(rows) > size, rows[:size]
        if backwards:
            rows.reverse()
        self.has_next = backwards or more
        self.has_previous = more if backwards else key is not None
        self.page = rows
        return rows

    def _size(self) -> int:
        given = self.request.query_params.get("page_size")
        if given is None:
            return self.default_size
        # int() would take "٣" and " 3 " as well.
        if given.isascii() and given.isdigit() and 0 < int(given[:9]) <= self.max_size:
            return int(given)
        message = _("A number from 1 to %(most)s.") % {"most": self.max_size}
        raise ValidationError({"page_size": [message]}, "invalid")

    def _signer(self) -> signing.Signer:
        return signing.Signer(salt=f"cursor {self.ordering} {self.request.path}")

    def _cursor(self) -> tuple[bool, int | None]:
        given = self.request.query_params.get("cursor")
        if given is None:
            return False, None
        try:
            direction, key = self._signer().unsign_object(given)
        except (signing.BadSignature, ValueError) as error:
            message = _("This cursor does not belong to this list.")
            raise ValidationError({"cursor": [message]}, "invalid_cursor") from error
        return direction == "previous", key

    def _link(self, direction: str) -> str | None:
        if not getattr(self, f"has_{direction}"):
            return None
        url = remove_query_param(self.request.build_absolute_uri(), "cursor")
        if not self.page:
            # Past either end: the way back is the beginning of the list.
            return url if direction == "previous" else None
        row = self.page[-1] if direction == "next" else self.page[0]
        return replace_query_param(url, "cursor", self._signer().sign_object([direction, row.pk]))

    def get_paginated_response(self, data) -> Response:
        return Response(
            {"results": data, "next": self._link("next"), "previous": self._link("previous")}
        )

    def get_paginated_response_schema(self, schema) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {"results": schema, "next": link, "previous": link},
        }

    def get_schema_operation_parameters(self, view) -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "From `next` or `previous` of an earlier page of this list.",
                "schema": {"type": "string"},
            },
            {
                "name": "page_size",
                "in": "query",
                "required": False,
                "schema": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": self.max_size,
                    "default": self.default_size,
                },
            },
        ]


class OldestFirstPagination(IdCursorPagination):
    """For histories."""

    ordering = "id"
