"""JSON as the standard has it and no more: what the database or the stack cannot hold is 400."""

import codecs
import json
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32


class TooLarge(APIException):
    """413: answered before the body is read."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = _("The request is too large.")


class StrictJSONParser(JSONParser):
    """Refuses what Python's reader lets pass: NaN, NUL, half characters, doubled names, depth."""

    max_bytes = MAX_BYTES

    def parse(self, stream, media_type=None, parser_context=None) -> Any:
        body = stream.read(self.max_bytes + 1)
        if len(body) > self.max_bytes:
            raise TooLarge
        try:
            text = codecs.decode(body, "utf-8")
        except UnicodeDecodeError as error:
            raise ParseError(_("The request is not UTF-8.")) from error
        try:
            data = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_doubles)
        except RecursionError as error:
            raise ParseError(_("The request is nested too deeply.")) from error
        except ValueError as error:
            raise ParseError(_("The request is not JSON: %(why)s") % {"why": error}) from error
        _check(data)
        return data


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name occurs twice in one object")
    return members


def _check(data: Any) -> None:
    """Walks with a list of its own: a stack as deep as the input is what must not happen."""
    waiting = [(data, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise ParseError(_("The request is nested too deeply."))
        if isinstance(value, str):
            _check_string(value)
        elif isinstance(value, float) and value in (float("inf"), float("-inf")):
            raise ParseError(_("A number is out of range."))
        elif isinstance(value, dict):
            waiting += [(name, depth) for name in value]
            waiting += [(member, depth + 1) for member in value.values()]
        elif isinstance(value, list):
            waiting += [(member, depth + 1) for member in value]


def _check_string(value: str) -> None:
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ParseError(_("A text contains a character that cannot be stored."))
