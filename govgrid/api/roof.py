"""The roof itself: where things are, the schema, the manual, and the end of the road."""

from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer2
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from govgrid.api.manual import chapters
from govgrid.core.api import Query, Resource

SIGNPOSTS = (
    "schema",
    "docs",
    "token",
    "me",
    "areas",
    "locate",
    "departments",
    "compounds",
    "facilities",
    "service_points",
    "organisations",
    "calendar",
    "patrols",
    "vacancies",
    "divisions",
    "duties",
    "layers",
    "conflicts",
    "categories",
    "limits",
    "proposals",
    "platforms",
    "topics",
    "consultation_sessions",
    "seat_calls",
    "consultation_lists",
    "topics_near",
    "consultation_figures",
    "following",
    "model_cases",
    "courses",
)


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document, made once: it depends on the code alone. In English, like the code."""
    with translation.override("en"):
        return SchemaGenerator().get_schema(request=None, public=True)


class Public(Resource):
    authentication_classes = ()
    permission_classes = (AllowAny,)


class IndexView(Public):
    @extend_schema(exclude=True)
    def retrieve(self, request: Request) -> Response:
        names = [*SIGNPOSTS, "tickets"]
        return Response({name: reverse(f"api:{name}", request=request) for name in names})


class SchemaQuery(Query):
    format = serializers.ChoiceField(choices=["json", "yaml"], required=False)


class SchemaView(Public):
    """JSON unless ``Accept: application/yaml`` or ``?format=yaml`` says otherwise."""

    queries = {"retrieve": SchemaQuery}
    renderer_classes = (OpenApiJsonRenderer2, OpenApiYamlRenderer2)

    def get_renderers(self) -> Any:
        if self.request.GET.get("format") == "yaml":
            return [OpenApiYamlRenderer2()]
        return super().get_renderers()

    @extend_schema(exclude=True)
    def retrieve(self, request: Request) -> Response:
        return Response(document())


@login_not_required
@require_safe
def manual(request: HttpRequest) -> HttpResponse:
    """The schema as a page that one can read, without a line of script."""
    return render(request, "api/docs.html", {"chapters": chapters(document())})


class Nowhere(APIView):
    """404 in the one shape, whatever the method and whoever asks."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound(_("There is nothing at this address. All addresses end with a slash."))
