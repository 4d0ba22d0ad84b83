"""The schema of the REST API: drf-spectacular's, with our errors, parameters and strict bodies."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from govgrid.core.api import Body, Resource

ERRORS = {
    "400": "Malformed, or a field or filter is wrong: `attr` says which.",
    "401": "Not signed in, or the token is unknown, expired or revoked.",
    "403": "Within your reach, but your posts or the token's scopes do not allow it.",
    "404": "Not there, or not within your reach.",
    "406": "The answer is JSON; `Accept` must allow it.",
    "409": "The state says no: `code` says why.",
    "413": "The body is larger than 256 kB.",
    "415": "Send `Content-Type: application/json`.",
    "429": "Too many tries; `Retry-After` says when.",
    "500": "A fault of ours. It has been logged.",
}
SUCCESS = {"200": "As asked.", "201": "Made.", "204": "Done; there is nothing to say."}
# An address with a parameter in it: how codes and numbers look.
PATTERNS = {
    "number": ("^[A-Za-z]{1,4}[0-9]{8}-[0-9]{6}-[0-9]$", "The ticket's number, in any case."),
    "code": ("^[0-9A-Za-z_-]{1,40}$", "Its code, or that of the area."),
    "photo": ("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", "The id of a photo."),
}


class Error(serializers.Serializer):
    code = serializers.CharField(help_text="Stable: for programs.")
    detail = serializers.CharField(help_text="A sentence in the language asked for: for people.")
    attr = serializers.CharField(allow_null=True, help_text="The field, with dots; or null.")


class Errors(serializers.Serializer):
    """The one shape of every error."""

    type = serializers.ChoiceField(choices=["validation_error", "client_error", "server_error"])
    errors = Error(many=True)


class Schema(AutoSchema):
    """Adds to each operation what its view refuses and every error it can answer with."""

    def get_override_parameters(self) -> list[Any]:
        parameters = [*super().get_override_parameters()]
        if isinstance(self.view, Resource) and self.view.query_class()().fields:
            parameters.append(self.view.query_class())
        for name, (pattern, words) in PATTERNS.items():
            if f"{{{name}}}" in self.path:
                parameters.append(
                    OpenApiParameter(
                        name, str, OpenApiParameter.PATH, pattern=pattern, description=words
                    )
                )
        return parameters

    def _get_paginator(self) -> Any:
        # Only the action that lists is paged.
        if isinstance(self.view, Resource) and not self.view.has_pages():
            return None
        return super()._get_paginator()

    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict[str, Any]:
        schema = super()._map_basic_serializer(serializer, direction)
        if direction == "request" and isinstance(serializer, Body):
            schema["additionalProperties"] = False
        return schema

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        for status in sorted(self._errors() | {code for code in bodies if code >= "400"}):
            said = bodies.get(status, {}).get("description")
            bodies[status] = self._get_response_for_code(Errors, status, ["application/json"])
            bodies[status]["description"] = said or ERRORS[status]
        for status, body in bodies.items():
            body["description"] = body["description"] or SUCCESS.get(status, "")
        return bodies

    def _errors(self) -> set[str]:
        found = {"400", "401", "403", "406", "500"}
        if "{" in self.path:
            found.add("404")
        if self.get_request_serializer() is not None and self.method in {"POST", "PUT", "PATCH"}:
            found |= {"413", "415"}
        if self.view.get_throttles():
            found.add("429")
        return found
