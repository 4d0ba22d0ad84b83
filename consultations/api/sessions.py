"""Sessions: called, moved, attended; their agenda, papers and minutes."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consultations import actions, codes, meetings, queries
from consultations.actions import Call
from consultations.api import session_shapes as shapes
from consultations.models import Attendance, Platform, Session
from consultations.workflow import Capacity, SessionKind
from govgrid.core import clock
from govgrid.core.api import Body, IdCursorPagination, Query, Resource
from govgrid.core.fields import Flag, Moment, Text, Uuid, Whole

TAGS = ["consultations"]
REFUSED = OpenApiResponse(
    description="The `code` says which rule stood against it, as in `ends_before_start`, "
    "`session_past`, `full`, `too_early`, `minutes_published`, `session_cancelled`."
)


class PlatformField(Text):
    """The code of a platform; gives the platform."""

    default_error_messages = {"unknown_platform": _("There is no platform with this code.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        code = super().run_validation(data)
        if not isinstance(code, str):
            return code
        rows = Platform.objects.select_related("area")
        return rows.filter(code=code).first() or self.fail("unknown_platform")


class SessionQuery(Query):
    platform = PlatformField(required=False, help_text="The code of a platform.")
    kind = serializers.ChoiceField(choices=SessionKind.choices, required=False)
    when = serializers.ChoiceField(choices=["coming", "past"], required=False)


class CallBody(Body):
    client_id = Uuid(help_text="Made by you; sent again it changes nothing.")
    platform = PlatformField(help_text="The code of the platform.")
    topic = Text(max_length=20, required=False, help_text="Its number; a `joint` one needs none.")
    kind = serializers.ChoiceField(choices=SessionKind.choices)
    title = Text(max_length=80)
    starts_at = Moment(help_text="Still to come.")
    ends_at = Moment()
    venue = Text(max_length=120, required=False, allow_blank=True)
    capacity = Whole(min_value=1, max_value=5000, required=False)
    agenda = serializers.ListField(child=Text(max_length=200), max_length=20, required=False)


class MovedBody(Body):
    starts_at = Moment(help_text="Still to come.")
    ends_at = Moment()
    venue = Text(max_length=120, required=False)


class SessionCancelBody(Body):
    reason = Text(max_length=300)


class SignUpBody(Body):
    capacity = serializers.ChoiceField(choices=Capacity.choices)
    is_named = Flag(required=False, help_text="Your name may be read among those who came.")


class DoorBody(Body):
    code = Text(max_length=200, help_text="The end of the address in the code at the door.")


class GuestBody(Body):
    guest = Text(max_length=40)
    capacity = serializers.ChoiceField(choices=Capacity.choices)
    is_here = Flag(required=False)


class AgendaBody(Body):
    agenda = serializers.ListField(child=Text(max_length=200), max_length=20)


class AgendaMinutesBody(Body):
    position = Whole(min_value=1, max_value=20)
    minutes = Text(max_length=4000, allow_blank=True)


class SessionMinutesBody(Body):
    minutes = Text(max_length=20000, required=False, help_text="Without: as drafted.")


class PaperBody(Body):
    title = Text(max_length=80)
    text = Text(max_length=8000, help_text="A PDF is added on the page.")


def seen(request: Request, id: int) -> Session:
    """The session, or 404 for whoever may not read of it."""
    found = meetings.visible(request.user).filter(pk=id).first()
    if found is None:
        raise Http404
    return found


def _changes(summary: str, body: type[Body] | None, name: str, **more: Any) -> Any:
    return extend_schema(
        summary=summary,
        tags=TAGS,
        operation_id=f"consultations_session_{name}",
        request=body,
        responses={200: shapes.SessionWhole, 409: REFUSED} | more,
    )


class SessionViewSet(Resource):
    serializer_class = shapes.SessionWhole
    pagination_class = IdCursorPagination
    queries = {"list": SessionQuery}

    @extend_schema(
        summary="Sessions, the one called last first", tags=TAGS,
        operation_id="consultations_sessions", responses=shapes.SessionBrief(many=True),
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        """About what was taken up, or about no topic."""
        rows, now = meetings.visible(request.user), clock.now()
        for name in ("platform", "kind"):
            if name in self.asked:
                rows = rows.filter(**{name: self.asked[name]})
        if when := self.asked.get("when"):
            rows = rows.filter(**{"ends_at__gte" if when == "coming" else "ends_at__lt": now})
        return self.answer(rows, shapes.brief)

    @extend_schema(
        summary="Call a session", tags=TAGS, operation_id="consultations_call_session",
        request=CallBody,
        responses={200: shapes.SessionWhole, 201: shapes.SessionWhole, 409: REFUSED},
    )  # fmt: skip
    def create(self, request: Request) -> Response:
        """For who convenes or records at the platform. Sent again with the same `client_id`: 200."""
        given = CallBody.read(request)
        platform, number = given.pop("platform"), given.pop("topic", "")
        topic = queries.visible(request.user).filter(number=number).first() if number else None
        if number and topic is None:
            raise serializers.ValidationError({"topic": [_("There is no topic of this number.")]})
        call = Call(topic=topic, **given)
        session, is_new = actions.call_session(platform, call, by=request.user)
        return self._told(request, session.pk, status=201 if is_new else 200)

    @extend_schema(summary="One session", tags=TAGS, operation_id="consultations_session")
    def retrieve(self, request: Request, id: int) -> Response:
        """Who came is told by capacity, never by name."""
        return self._told(request, id)

    def _told(self, request: Request, id: int, *, status: int = 200) -> Response:
        return Response(shapes.whole(seen(request, id), request.user), status=status)

    @_changes("Move it", MovedBody, "move")
    def move(self, request: Request, id: int) -> Response:
        actions.move_session(seen(request, id), by=request.user, **MovedBody.read(request))
        return self._told(request, id)

    @_changes("Cancel it", SessionCancelBody, "cancel")
    def cancel(self, request: Request, id: int) -> Response:
        """It stays, with the reason."""
        actions.cancel_session(
            seen(request, id), by=request.user, **SessionCancelBody.read(request)
        )
        return self._told(request, id)

    @_changes("Take a place, or wait for one", SignUpBody, "sign_up")
    def sign_up(self, request: Request, id: int) -> Response:
        """Twice is once."""
        actions.sign_up(seen(request, id), by=request.user, **SignUpBody.read(request))
        return self._told(request, id)

    @_changes("Give your place back", None, "sign_off")
    def sign_off(self, request: Request, id: int) -> Response:
        """The first of the waiting list has it, and is told."""
        actions.sign_off(seen(request, id), by=request.user)
        return self._told(request, id)

    @_changes("Sign in at the door", DoorBody, "check_in")
    def check_in(self, request: Request, id: int) -> Response:
        """With the code that is shown there; it lives for a minute."""
        session = seen(request, id)
        if not codes.is_fresh(session, DoorBody.read(request)["code"]):
            raise PermissionDenied(_("This is not a code of this session, or it has expired."))
        actions.check_in(session, by=request.user)
        return self._told(request, id)

    @extend_schema(
        summary="Write a guest down", tags=TAGS, operation_id="consultations_session_guest",
        request=GuestBody, responses={201: shapes.AttendanceRow, 409: REFUSED},
    )  # fmt: skip
    def guest(self, request: Request, id: int) -> Response:
        """For the recorder: somebody without a phone, to come or here now."""
        row = actions.enter(seen(request, id), by=request.user, **GuestBody.read(request))
        return Response(shapes.place(row), status=201)

    @extend_schema(
        summary="Tick somebody off", tags=TAGS, operation_id="consultations_session_here",
        request=None, responses={200: shapes.AttendanceRow, 409: REFUSED},
    )  # fmt: skip
    def here(self, request: Request, id: int, row: int) -> Response:
        """For the recorder."""
        rows = Attendance.objects.select_related("session__platform__area")
        found = rows.filter(session=seen(request, id), pk=row).first()
        if found is None:
            raise Http404
        return Response(shapes.place(actions.mark_here(found, by=request.user)))

    @_changes("Lay the agenda down", AgendaBody, "agenda")
    def agenda(self, request: Request, id: int) -> Response:
        """Instead of the one before, until it begins."""
        actions.set_agenda(seen(request, id), AgendaBody.read(request)["agenda"], by=request.user)
        return self._told(request, id)

    @_changes("What was said on an item", AgendaMinutesBody, "item")
    def item(self, request: Request, id: int) -> Response:
        """The minutes are drafted from these."""
        given = AgendaMinutesBody.read(request)
        actions.write_item(
            seen(request, id), given["position"], by=request.user, minutes=given["minutes"]
        )
        return self._told(request, id)

    @_changes("Add a paper", PaperBody, "paper")
    def paper(self, request: Request, id: int) -> Response:
        actions.add_paper(seen(request, id), by=request.user, **PaperBody.read(request))
        return self._told(request, id)

    @_changes("Send the papers", None, "send_papers")
    def send_papers(self, request: Request, id: int) -> Response:
        """To who sits at the table and who has signed up."""
        actions.send_papers(seen(request, id), by=request.user)
        return self._told(request, id)

    @_changes("Publish the minutes", SessionMinutesBody, "publish")
    def publish(self, request: Request, id: int) -> Response:
        """From then on nothing in it changes."""
        given = SessionMinutesBody.read(request)
        actions.publish_minutes(seen(request, id), by=request.user, **given)
        return self._told(request, id)
