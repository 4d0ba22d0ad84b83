"""Posts of the staff and the grid's team, for programs: each within reach only."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.accounts.models import User
from govgrid.core.api import Body, OnePage, Resource
from govgrid.core.fields import Day, Text
from grids import actions, queries, staffing
from grids.api import AreaBrief, DepartmentBrief, DepartmentField, area_brief, department_brief
from grids.models import Area, Level, Post, TeamSeat

ID = OpenApiParameter("id", int, OpenApiParameter.PATH)


class PersonField(Text):
    """Somebody by user name: no list of all people is offered."""

    default_error_messages = {"unknown": _("Nobody who may sign in has this user name.")}

    def run_validation(self, data: Any = serializers.empty) -> Any:
        name = super().run_validation(data)
        if not isinstance(name, str):
            return name
        person = User.objects.filter(username__iexact=name, is_active=True).first()
        return person or self.fail("unknown")


# ── shapes ────────────────────────────────────────────────────────────────────────────────────


class StaffPostRow(serializers.Serializer):
    """A post of the staff that serves a place."""

    id = serializers.IntegerField()
    role = serializers.CharField()
    main = serializers.BooleanField()
    since = serializers.DateField()
    until = serializers.DateField(allow_null=True, help_text="The first day without it.")
    holder = serializers.CharField(
        allow_null=True, help_text="For who oversees the area, and of one's own post; else null."
    )
    handed_over = serializers.BooleanField()


class SeatRow(serializers.Serializer):
    """An office that does a function in an area. No person is named."""

    id = serializers.IntegerField()
    function = serializers.ChoiceField(choices=TeamSeat.Function.choices)
    department = DepartmentBrief()
    phone = serializers.CharField(allow_blank=True, help_text="Of the office.")
    area = AreaBrief(help_text="Where it was named: here or above.")


class HolderBody(Body):
    person = PersonField(max_length=60, help_text="The user name.")
    on = Day(required=False, help_text="First day; today if left out.")


class SeatBody(Body):
    function = serializers.ChoiceField(choices=TeamSeat.Function.choices)
    department = DepartmentField(help_text="Of the area or of one above it.")
    phone = Text(required=False, allow_blank=True, max_length=30, help_text="No mobile phone.")


def valid(body: Body) -> dict[str, Any]:
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def _area(code: str) -> Area:
    area = Area.objects.in_force().filter(code=code.replace("\x00", "")).order_by("pk").first()
    if area is None:
        raise Http404
    return area


def _refused(user: Any, area: Area) -> Exception:
    """404 for who does not oversee the area, 403 for who does."""
    return PermissionDenied() if user.has_perm("grids.oversee", area) else Http404()


# ── posts ─────────────────────────────────────────────────────────────────────────────────────


class PostViewSet(Resource):
    """The posts of an area in time, filling the vacant main one, and ending one."""

    serializer_class = StaffPostRow
    pagination_class = OnePage

    @extend_schema(
        summary="The posts of an area, present ones first",
        tags=["people"],
        operation_id="posts_list",
    )
    def list(self, request: Request, code: str) -> Response:
        area = _area(code)
        sees = request.user.has_perm("grids.oversee", area)
        return self.answer(
            staffing.history(area),
            lambda one: _post(one, sees=sees or one.user_id == request.user.pk),
        )

    @extend_schema(
        summary="Fill the vacant main post",
        tags=["people"],
        operation_id="posts_create",
        request=HolderBody,
        responses={
            201: StaffPostRow,
            409: OpenApiResponse(
                description="`own_post`, `post_in_the_past`, `user_inactive`, and the rules that "
                "a grid has one main worker and nobody a post twice."
            ),
        },
    )
    def create(self, request: Request, code: str) -> Response:
        area = _area(code)
        role = staffing.MAIN.get(Level(area.level), "")
        if not role or not request.user.has_perm("grids.hand_over", Post(role=role, area=area)):
            raise _refused(request.user, area)
        given = valid(HolderBody(data=request.data))
        post = actions.appoint(
            given["person"], role, by=request.user, area=area, since=given.get("on")
        )
        return Response(_post(post, sees=True), status.HTTP_201_CREATED)

    @extend_schema(
        summary="End a post today",
        tags=["people"],
        operation_id="posts_end",
        parameters=[ID],
        request=None,
        responses={200: StaffPostRow, 409: OpenApiResponse(description="`post_ended`.")},
    )
    def end(self, request: Request, id: int) -> Response:
        post = post_in_reach(request, id)
        return Response(_post(actions.end_post(post, by=request.user), sees=True))


def post_in_reach(request: Request, key: int) -> Post:
    posts = Post.objects.select_related("area", "user").exclude(area=None)
    post = posts.filter(pk=key, role__in=staffing.STAFF_ROLES).first()
    if post is None:
        raise Http404
    if not request.user.has_perm("grids.hand_over", post):
        raise _refused(request.user, post.area)  # type: ignore[arg-type]
    return post


def _post(one: Post, *, sees: bool) -> dict[str, Any]:
    period = one.period
    return {
        "id": one.pk,
        "role": one.role,
        "main": one.is_main,
        "since": period.lower and period.lower.isoformat(),
        "until": period.upper and period.upper.isoformat(),
        "holder": one.user.name if sees else None,
        "handed_over": hasattr(one, "handed_on"),
    }


# ── the team ──────────────────────────────────────────────────────────────────────────────────


class TeamViewSet(Resource):
    """Which office does what in an area: by function, with the office's telephone."""

    serializer_class = SeatRow
    pagination_class = OnePage

    @extend_schema(summary="The team of an area", tags=["people"], operation_id="team_list")
    def list(self, request: Request, code: str) -> Response:
        return self.answer(staffing.team(queries.line_of(_area(code))), _seat)

    @extend_schema(
        summary="Name an office for a function",
        tags=["people"],
        operation_id="team_create",
        request=SeatBody,
        responses={
            201: SeatRow,
            409: OpenApiResponse(
                description="`department_ended`, `teamseat_once_a_function`, "
                "`teamseat_office_phone_only`."
            ),
        },
    )
    def create(self, request: Request, code: str) -> Response:
        area = _area(code)
        if not request.user.has_perm("grids.keep_team", area):
            raise _refused(request.user, area)
        given = valid(SeatBody(data=request.data))
        if given["department"].area_id not in area.ancestor_ids:
            raise serializers.ValidationError({"department": _("Not of this area or above it.")})
        seat = actions.seat_office(
            area,
            given["function"],
            given["department"],
            by=request.user,
            phone=given.get("phone", ""),
        )
        return Response(_seat(seat), status.HTTP_201_CREATED)

    @extend_schema(
        summary="Take an office out of the team",
        tags=["people"],
        operation_id="team_remove",
        parameters=[ID],
        request=None,
        responses={204: None},
    )
    def remove(self, request: Request, id: int) -> Response:
        seat = TeamSeat.objects.select_related("area").filter(pk=id).first()
        if seat is None:
            raise Http404
        if not request.user.has_perm("grids.keep_team", seat.area):
            raise _refused(request.user, seat.area)
        actions.unseat_office(seat, by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _seat(one: TeamSeat) -> dict[str, Any]:
    return {
        "id": one.pk,
        "function": one.function,
        "department": department_brief(one.department),
        "phone": one.number,
        "area": area_brief(one.area),
    }
