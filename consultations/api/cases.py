"""Model cases and courses over REST. Nobody is named: who wrote or reviewed is the table's own."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consultations import actions, library
from consultations.api.topics import PlatformField, TopicField
from consultations.models import Course, CourseDate, ModelCase
from consultations.workflow import PlatformKind
from consultations.workflow.cases import CaseState
from govgrid.core.api import Body, IdCursorPagination, Query, Resource
from govgrid.core.fields import Moment, Text, Whole, told
from grids.api import AreaField, Coded, coded

TAGS = ["consultations"]
REFUSED = OpenApiResponse(
    description="`wrong_state`, or what is missing: `parts_needed`, `note_needed`, `title_needed`."
)


class CaseQuery(Query):
    platform = PlatformField(required=False)
    area = AreaField(required=False, help_text="Means everything beneath it.")
    kind = serializers.ChoiceField(choices=PlatformKind.choices, required=False)
    state = serializers.ChoiceField(choices=CaseState.choices, required=False)


class CaseRow(serializers.Serializer):
    id = serializers.IntegerField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=CaseState.choices)
    topic = serializers.CharField(help_text="A number.")
    platform = Coded()
    area = Coded()
    background = serializers.CharField()
    steps = serializers.CharField()
    outcome = serializers.CharField()
    lesson = serializers.CharField()
    published_at = serializers.DateTimeField(allow_null=True)


class CaseWords(Body):
    title = Text(max_length=80)
    background = Text(max_length=2000, required=False, allow_blank=True)
    steps = Text(max_length=4000, required=False, allow_blank=True)
    outcome = Text(max_length=2000, required=False, allow_blank=True)
    lesson = Text(max_length=2000, required=False, allow_blank=True)


class CaseBody(CaseWords):
    topic = TopicField(help_text="One that is closed.")


class CaseNoteBody(Body):
    note = Text(max_length=500, required=False, help_text="Needed to give it back or withdraw it.")


def _act(summary: str, name: str, body: type[Body] | None = CaseNoteBody) -> Any:
    return extend_schema(
        summary=summary, tags=TAGS, operation_id=f"consultations_case_{name}", request=body,
        responses={200: CaseRow, 409: REFUSED},
    )  # fmt: skip


class CaseViewSet(Resource):
    serializer_class = CaseRow
    pagination_class = IdCursorPagination
    queries = {"list": CaseQuery}

    @extend_schema(
        summary="Model cases, the newest first", tags=TAGS, operation_id="consultations_cases"
    )
    def list(self, request: Request) -> Response:
        """What was published, and beside it what one writes or reviews."""
        found, asked = library.visible(request.user), self.asked
        if "platform" in asked:
            found = found.filter(topic__platform=asked["platform"])
        if "area" in asked:
            found = found.filter(topic__area__path__startswith=asked["area"].path)
        if "kind" in asked:
            found = found.filter(topic__platform__kind=asked["kind"])
        if "state" in asked:
            found = found.filter(state=asked["state"])
        return self.answer(found, _case)

    @extend_schema(
        summary="Write one", tags=TAGS, operation_id="consultations_write_case",
        request=CaseBody,
        responses={
            201: CaseRow,
            409: OpenApiResponse(description="`not_closed`, `one_case`, `title_needed`."),
        },
    )  # fmt: skip
    def create(self, request: Request) -> Response:
        given = CaseBody.read(request)
        made = actions.write_case(given.pop("topic"), by=request.user, **given)
        return Response(_told(request, made.pk), status=201)

    @extend_schema(summary="One case", tags=TAGS, operation_id="consultations_case")
    def retrieve(self, request: Request, id: int) -> Response:
        return Response(_told(request, id))

    @_act("Word it anew", "reword", CaseWords)
    def reword(self, request: Request, id: int) -> Response:
        actions.reword_case(_seen(request, id), by=request.user, **CaseWords.read(request))
        return Response(_told(request, id))

    @_act("Hand it to the review", "submit", None)
    def submit(self, request: Request, id: int) -> Response:
        actions.submit_case(_seen(request, id), by=request.user)
        return Response(_told(request, id))

    @_act("Publish it", "publish")
    def publish(self, request: Request, id: int) -> Response:
        """For who watches from above and did not write it."""
        given = CaseNoteBody.read(request)
        actions.review_case(_seen(request, id), by=request.user, is_good=True, **given)
        return Response(_told(request, id))

    @_act("Give it back", "give_back")
    def give_back(self, request: Request, id: int) -> Response:
        given = CaseNoteBody.read(request)
        actions.review_case(_seen(request, id), by=request.user, is_good=False, **given)
        return Response(_told(request, id))

    @_act("Take it back", "withdraw")
    def withdraw(self, request: Request, id: int) -> Response:
        """It stays with its platform, out of the library."""
        note = CaseNoteBody.read(request).get("note", "")
        done = actions.withdraw_case(_seen(request, id), by=request.user, note=note)
        return Response(_case(done))


def _seen(request: Request, id: int) -> ModelCase:
    found = library.visible(request.user).filter(pk=id).first()
    if found is None:
        raise Http404
    return found


def _told(request: Request, id: int) -> dict[str, Any]:
    return _case(_seen(request, id))


def _case(one: ModelCase) -> dict[str, Any]:
    parts = ("title", "state", "background", "steps", "outcome", "lesson")
    is_out = one.state == CaseState.PUBLISHED
    return {
        "id": one.pk,
        **{name: getattr(one, name) for name in parts},
        "topic": one.topic.number,
        "platform": coded(one.topic.platform),
        "area": coded(one.topic.area),
        "published_at": told(one.reviewed_at) if is_out else None,
    }


# ── courses ───────────────────────────────────────────────────────────────────────────────────


class CourseQuery(Query):
    area = AreaField(required=False, help_text="Means everything beneath it.")


class CourseDateRow(serializers.Serializer):
    id = serializers.IntegerField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    venue = serializers.CharField()
    places = serializers.IntegerField()
    came = serializers.IntegerField(allow_null=True, help_text="A count; who came is not kept.")


class CourseRow(serializers.Serializer):
    id = serializers.IntegerField()
    title = serializers.CharField()
    about = serializers.CharField()
    area = Coded()
    ended_at = serializers.DateTimeField(allow_null=True)
    dates = CourseDateRow(many=True)


class CourseBody(Body):
    title = Text(max_length=80)
    about = Text(max_length=2000)
    area = AreaField()


class CourseDateBody(Body):
    starts_at = Moment(help_text="Still to come.")
    ends_at = Moment()
    venue = Text(max_length=120)
    places = Whole(min_value=1, max_value=5000)


class CourseCountBody(Body):
    came = Whole(min_value=0, max_value=5000)


class CourseViewSet(Resource):
    serializer_class = CourseRow
    pagination_class = IdCursorPagination
    queries = {"list": CourseQuery}

    @extend_schema(summary="Courses", tags=TAGS, operation_id="consultations_courses")
    def list(self, request: Request) -> Response:
        area = self.asked.get("area")
        return self.answer(library.courses(area.path if area else ""), _course)

    @extend_schema(
        summary="Make a course", tags=TAGS, operation_id="consultations_make_course",
        request=CourseBody, responses={201: CourseRow},
    )  # fmt: skip
    def create(self, request: Request) -> Response:
        """For who watches over platforms in the area."""
        made = actions.make_course(by=request.user, **CourseBody.read(request))
        return Response(_course(made), status=201)

    @extend_schema(
        summary="Add a date", tags=TAGS, operation_id="consultations_add_course_date",
        request=CourseDateBody,
        responses={
            200: CourseRow,
            409: OpenApiResponse(description="`date_past`, `ends_before_start`, `one_date`, …"),
        },
    )  # fmt: skip
    def add_date(self, request: Request, id: int) -> Response:
        one = Course.objects.filter(pk=id).first()
        if one is None:
            raise Http404
        date = actions.add_date(one, by=request.user, **CourseDateBody.read(request))
        return Response(_course(date.course))

    @extend_schema(
        summary="How many came", tags=TAGS, operation_id="consultations_count_course",
        request=CourseCountBody,
        responses={200: CourseRow, 409: OpenApiResponse(description="`not_over`.")},
    )  # fmt: skip
    def count(self, request: Request, id: int, row: int) -> Response:
        date = CourseDate.objects.filter(pk=row, course=id).first()
        if date is None:
            raise Http404
        done = actions.count_course(date, by=request.user, **CourseCountBody.read(request))
        return Response(_course(done.course))


def _course(one: Course) -> dict[str, Any]:
    return {
        "id": one.pk,
        "title": one.title,
        "about": one.about,
        "area": coded(one.area),
        "ended_at": told(one.ended_at),
        "dates": [
            {
                "id": each.pk,
                "starts_at": told(each.starts_at),
                "ends_at": told(each.ends_at),
                "venue": each.venue,
                "places": each.places,
                "came": each.came,
            }
            for each in one.dates.all()
        ],
    }
