"""Where and who, for programs: areas and their outlines, locate, departments, and who I am."""

from datetime import date
from typing import Any

from django.db.models import F, Q
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.accounts.models import ApiToken, Scope
from govgrid.core import clock
from govgrid.core.api import OldestFirstPagination, Query, Resource
from govgrid.core.fields import Day, Text
from grids.division.past import outline_on
from grids.models import (
    LEVEL_OF_SLUG,
    Area,
    AreaCode,
    AreaQuerySet,
    CodeSystem,
    Department,
    Post,
)
from grids.queries import Named, area_of
from grids.roles import ROLES

# 7 digits are a centimetre.
DIGITS = 7


# ── fields that name a row by its code ────────────────────────────────────────────────────────


class AreaField(Text):
    """The code of an area, past or present; gives the area."""

    default_error_messages = {"unknown_area": _("There is no area with this code.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        code = super().run_validation(data)
        if not isinstance(code, str):
            return code
        # A code may have been given again: the area that has it now comes first.
        newest = F("valid_to").desc(nulls_first=True)
        area = Area.objects.filter(code=code).order_by(newest, "pk").first()
        return area or area_of(code) or self.fail("unknown_area")


class DepartmentField(Text):
    """The code of a department that takes tickets; gives the department."""

    default_error_messages = {"unknown_department": _("There is no department with this code.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        code = super().run_validation(data)
        if not isinstance(code, str):
            return code
        return Department.objects.active().filter(code=code).first() or self.fail(
            "unknown_department"
        )


# ── shapes ────────────────────────────────────────────────────────────────────────────────────


class Coded(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class AreaBrief(Coded):
    level = serializers.ChoiceField(choices=[*LEVEL_OF_SLUG])


class AreaCodes(serializers.Serializer):
    statistics = serializers.CharField(allow_null=True)
    civil = serializers.CharField(allow_null=True)


class AreaRow(AreaBrief):
    """A city, district, street, community or grid that is in force."""

    kind = serializers.ChoiceField(choices=Area.Kind.choices, help_text="Empty above communities.")
    parent = serializers.CharField(allow_null=True, help_text="The code of the area above.")
    codes = AreaCodes(help_text="Its code in each system, where it has one.")


class FormerName(serializers.Serializer):
    name = serializers.CharField()
    until = serializers.DateField(help_text="The first day without it.")


class AreaWhole(AreaRow):
    above = AreaBrief(many=True, help_text="From the city down.")
    valid_from = serializers.DateField()
    former_names = FormerName(many=True)


class AreaProperties(AreaBrief):
    pass


class Boundary(serializers.Serializer):
    """A GeoJSON feature (RFC 7946), in WGS-84."""

    type = serializers.ChoiceField(choices=["Feature"])
    id = serializers.CharField()
    properties = AreaProperties()
    geometry = serializers.JSONField(
        allow_null=True, help_text="A MultiPolygon; null where no outline is known."
    )


class DepartmentBrief(Coded):
    short_name = serializers.CharField(help_text="What people and the category table call it.")


class DepartmentRow(DepartmentBrief):
    kind = serializers.ChoiceField(choices=Department.Kind.choices)
    area = AreaBrief()


class PostRow(serializers.Serializer):
    role = serializers.ChoiceField(choices=[*ROLES])
    label = serializers.CharField()
    area = AreaBrief(allow_null=True)
    department = DepartmentBrief(allow_null=True)


class Me(serializers.Serializer):
    username = serializers.CharField()
    name = serializers.CharField()
    language = serializers.CharField()
    posts = PostRow(many=True)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=Scope.values),
        help_text="What the token may do at most; a browser session has all.",
    )


def coded(thing: Area | Named) -> dict[str, str]:
    return {"code": thing.code, "name": thing.name}


def area_brief(area: Area) -> dict[str, str]:
    return {**coded(area), "level": area.level_slug}


def department_brief(department: Department) -> dict[str, str]:
    return {
        "code": department.code,
        "name": department.name,
        "short_name": department.short_name,
    }


def area_row(area: Area) -> dict[str, Any]:
    return {
        **area_brief(area),
        "kind": area.kind,
        "parent": area.parent.code if area.parent else None,
        "codes": _codes(area),
    }


def _codes(area: Area) -> dict[str, str | None]:
    """From what was read along; made-up codes of a demo count with the statistics'."""
    own = CodeSystem.CIVIL if area.code_system == CodeSystem.CIVIL else CodeSystem.STATISTICS
    others = {one.code_system: one.code for one in area.other_codes.all() if one.valid_to is None}
    return {system.value: others.get(system) for system in CodeSystem} | {own.value: area.code}


def _area_then(area: Any) -> dict[str, Any]:
    """A row as it was on the day that was asked for."""
    then = {"code": area.code_then, "name": area.name_then, "parent": area.parent_code_then}
    return area_row(area) | then


# ── areas ─────────────────────────────────────────────────────────────────────────────────────


class AreaQuery(Query):
    level = serializers.ChoiceField(choices=[*LEVEL_OF_SLUG], required=False)
    parent = AreaField(required=False, help_text="The code of the area just above.")
    q = Text(
        required=False,
        max_length=80,
        help_text="A piece of a name it bears or bore, in either script, its pinyin letters, or how"
        " a code begins.",
    )
    code = Text(required=False, max_length=20, help_text="A code it bears, in either system.")
    system = serializers.ChoiceField(
        choices=CodeSystem.choices,
        required=False,
        help_text="Areas that have a code in this system; with `code`, that code.",
    )
    on = Day(required=False, help_text="The tree of a day, with the names and codes of then.")


class BoundaryQuery(Query):
    on = Day(
        required=False, help_text="The outline as it was on this day; today where none is given."
    )


class AreaViewSet(Resource):
    """The areas in force, for whoever is signed in: they name no person."""

    serializer_class = AreaRow
    pagination_class = OldestFirstPagination
    lookup_field = "code"
    queries = {"list": AreaQuery, "boundary": BoundaryQuery}

    @extend_schema(summary="Areas in force", tags=["areas"], operation_id="areas_list")
    def list(self, request: Request) -> Response:
        on = self.asked.get("on")
        areas = Area.objects.as_on(on) if on else Area.objects.in_force()
        areas = areas.select_related("parent").prefetch_related("other_codes")
        if level := self.asked.get("level"):
            areas = areas.filter(level=LEVEL_OF_SLUG[level])
        if parent := self.asked.get("parent"):
            areas = areas.filter(parent=parent)
        if words := self.asked.get("q"):
            areas = areas.called(words)
        areas = _by_code(areas, self.asked.get("code"), self.asked.get("system"))
        return self.answer(areas, _area_then if on else area_row)

    @extend_schema(
        summary="One area", tags=["areas"], operation_id="areas_retrieve", responses=AreaWhole
    )
    def retrieve(self, request: Request, code: str) -> Response:
        area = _in_force(code)
        above = Area.objects.filter(pk__in=area.ancestor_ids[:-1]).order_by("level")
        former = area.former_names.all()
        return Response(
            {
                **area_row(area),
                "above": [area_brief(one) for one in above],
                "valid_from": area.valid_from.isoformat(),
                "former_names": [
                    {"name": one.name, "until": one.valid_to.isoformat()} for one in former
                ],
            }
        )

    @extend_schema(
        summary="Its outline as GeoJSON",
        tags=["areas"],
        operation_id="areas_boundary",
        responses=Boundary,
    )
    def boundary(self, request: Request, code: str) -> Response:
        on = self.asked.get("on") or clock.today()
        area = _in_force(code, on)
        return Response(
            {
                "type": "Feature",
                "id": area.code,
                "properties": area_brief(area),
                "geometry": outline_on(area, on),
            }
        )


def _in_force(code: str, on: date | None = None) -> Area:
    # The database cannot even compare with a NUL.
    if "\x00" in code:
        raise Http404
    area = area_of(code, on)
    if area is None:
        raise Http404
    return area


def _by_code(areas: AreaQuerySet, code: str | None, system: str | None) -> AreaQuerySet:
    """Areas that bear a code now, as their own or in the other system."""
    if code is None and system is None:
        return areas
    own, other = Q(), Q(valid_to=None)
    if code is not None:
        own, other = Q(code=code), other & Q(code=code)
    if system is not None:
        is_civil = Q(code_system=CodeSystem.CIVIL)
        own &= is_civil if system == CodeSystem.CIVIL else ~is_civil
        other &= Q(code_system=system)
    return areas.filter(own | Q(pk__in=AreaCode.objects.filter(other).values("area")))


# ── departments ───────────────────────────────────────────────────────────────────────────────


class DepartmentQuery(Query):
    area = AreaField(required=False, help_text="An area: its departments and all beneath it.")
    q = Text(required=False, max_length=80, help_text="A part of the name.")


class DepartmentViewSet(Resource):
    """Who can be given a ticket; every street and community office is one of them."""

    serializer_class = DepartmentRow
    pagination_class = OldestFirstPagination
    queries = {"list": DepartmentQuery}

    @extend_schema(summary="Departments", tags=["departments"], operation_id="departments_list")
    def list(self, request: Request) -> Response:
        departments = Department.objects.active().select_related("area")
        if area := self.asked.get("area"):
            departments = departments.filter(area__path__startswith=area.path)
        if words := self.asked.get("q"):
            departments = departments.filter(
                Q(name__icontains=words) | Q(short_name__icontains=words)
            )
        return self.answer(departments, _department_row)


def _department_row(department: Department) -> dict[str, Any]:
    return {
        **department_brief(department),
        "kind": department.kind,
        "area": area_brief(department.area),
    }


# ── me ────────────────────────────────────────────────────────────────────────────────────────


class MeView(Resource):
    """Who is asking, and where that person holds which post."""

    serializer_class = Me

    @extend_schema(summary="Who I am", tags=["auth"], operation_id="me", responses={200: Me})
    def retrieve(self, request: Request) -> Response:
        posts = Post.objects.held_on().of(request.user).select_related("area", "department")
        token = request.auth
        return Response(
            {
                "username": request.user.username,
                "name": request.user.name,
                "language": request.user.language,
                "posts": [_post(post) for post in posts],
                "scopes": token.scopes if isinstance(token, ApiToken) else Scope.values,
            }
        )


def _post(post: Post) -> dict[str, Any]:
    return {
        "role": post.role,
        "label": post.get_role_display(),
        "area": area_brief(post.area) if post.area else None,
        "department": department_brief(post.department) if post.department else None,
    }
