"""The task list, for programs: what the places are asked, and what they answered."""

from typing import Any

from django.db.models import Q
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from govgrid.core.api import Body, OldestFirstPagination, Query, Resource
from govgrid.core.fields import Day, Text, Uuid, Whole, told
from grids import actions, scoping, tasklist
from grids.api import (
    AreaBrief,
    AreaField,
    Coded,
    DepartmentBrief,
    DepartmentField,
    area_brief,
    coded,
    department_brief,
)
from grids.gate import STEPS, Answer, Rhythm, Stage
from grids.models import LEVEL_OF_SLUG, SLUG_OF_LEVEL, Area, Duty, DutyDone, Level
from grids.models.duty import MOST_ITEMS

ID = OpenApiParameter("id", int, OpenApiParameter.PATH, description="The duty's id.")


class DutyRow(serializers.Serializer):
    """A duty of the list: it runs and ends by its days."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    what = serializers.CharField()
    items = serializers.ListField(
        child=serializers.CharField(), help_text="Places to look at, answered one by one."
    )
    department = DepartmentBrief(help_text="The owner.")
    area = AreaBrief(help_text="Asked of the places beneath it.")
    level = serializers.ChoiceField(choices=[*LEVEL_OF_SLUG], help_text="Of those places.")
    kind = serializers.ChoiceField(
        choices=Area.Kind.choices, help_text="Only of this kind; empty: of any."
    )
    rhythm = serializers.ChoiceField(choices=Rhythm.choices)
    minutes = serializers.IntegerField(allow_null=True, help_text="Each time.")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    stage = serializers.ChoiceField(choices=Stage.choices, help_text="Today.")
    reason = serializers.CharField(help_text="Why it was refused or taken off.")


class AnswerRow(serializers.Serializer):
    """What a place said for one period. By place: no person is named."""

    id = serializers.IntegerField()
    area = Coded()
    first_day = serializers.DateField(help_text="Of the period.")
    outcome = serializers.ChoiceField(choices=DutyDone.Outcome.choices)
    answers = serializers.ListField(child=serializers.ChoiceField(choices=Answer.choices))
    note = serializers.CharField()
    at = serializers.DateTimeField()


class DutyQuery(Query):
    stage = serializers.ChoiceField(choices=Stage.choices, required=False)
    area = AreaField(required=False, help_text="What is asked of this place or beneath it.")


class AnswerBody(Body):
    client_id = Uuid(help_text="Made by you, once for each answer.")
    area = AreaField(help_text="The code of the place that answers: one of yours.")
    outcome = serializers.ChoiceField(choices=DutyDone.Outcome.choices)
    answers = serializers.ListField(
        child=serializers.ChoiceField(choices=Answer.choices),
        required=False,
        max_length=MOST_ITEMS,
        help_text="One for each of `items`, in their order; left out where it was not done.",
    )
    note = Text(
        required=False, allow_blank=True, max_length=200, help_text="Needed where it was not done."
    )


class DutyBody(Body):
    client_id = Uuid(help_text="Made by you, once for each proposal.")
    name = Text(max_length=60)
    what = Text(max_length=400, help_text="What is to be done, of places and never of people.")
    items = serializers.ListField(
        child=Text(max_length=80), required=False, max_length=MOST_ITEMS, help_text="Places."
    )
    department = DepartmentField(help_text="The owner.")
    area = AreaField(help_text="Asked of the places beneath it.")
    for_communities = serializers.BooleanField(
        default=False, help_text="Asked of the communities themselves, not of their grids."
    )
    kind = serializers.ChoiceField(
        choices=[one for one in Area.Kind.values if one], required=False, help_text="Left out: any."
    )
    rhythm = serializers.ChoiceField(choices=Rhythm.choices)
    minutes = Whole(required=False, min_value=1, max_value=1440, help_text="Each time.")
    starts_on = Day()
    ends_on = Day(help_text="Within two years of the first day.")

    def given(self) -> dict[str, Any]:
        """In the words of the model, with what was left out."""
        said = {"items": [], "kind": "", "minutes": None, **self.validated_data}
        level = Level.COMMUNITY if said.pop("for_communities") else Level.GRID
        return {**said, "level": level}


class DecisionBody(Body):
    step = serializers.ChoiceField(choices=[*STEPS])
    reason = Text(
        required=False, allow_blank=True, max_length=200, help_text="Needed for a no and an end."
    )


def _duty(duty: Duty) -> dict[str, Any]:
    return {
        "id": duty.pk,
        "name": duty.name,
        "what": duty.what,
        "items": duty.items,
        "department": department_brief(duty.department),
        "area": area_brief(duty.area),
        "level": SLUG_OF_LEVEL[Level(duty.level)],
        "kind": duty.kind,
        "rhythm": duty.rhythm,
        "minutes": duty.minutes,
        "starts_on": duty.starts_on.isoformat(),
        "ends_on": duty.ends_on.isoformat(),
        "stage": duty.stage_today.value,
        "reason": duty.reason,
    }


def _answer(one: DutyDone) -> dict[str, Any]:
    return {
        "id": one.pk,
        "area": coded(one.area),
        "first_day": one.first_day.isoformat(),
        "outcome": one.outcome,
        "answers": one.answers,
        "note": one.note,
        "at": told(one.at),
    }


def _visible(request: Request) -> Any:
    return tasklist.visible_to(request.user).select_related("department", "area")


def _visible_one(request: Request, key: int) -> Duty:
    duty = _visible(request).filter(pk=key).first()
    if duty is None:
        raise Http404
    return duty


class DutyViewSet(Resource):
    """Duties within your reach: asked of your places, or owned by your department."""

    serializer_class = DutyRow
    pagination_class = OldestFirstPagination
    queries = {"list": DutyQuery}

    @extend_schema(summary="The task list", tags=["duties"], operation_id="duties_list")
    def list(self, request: Request) -> Response:
        duties = _visible(request)
        if stage := self.asked.get("stage"):
            duties = tasklist.in_stage(duties, Stage(stage))
        if area := self.asked.get("area"):
            duties = duties.touching([area.path], [])
        return self.answer(duties, _duty)

    @extend_schema(
        summary="Propose a duty",
        tags=["duties"],
        operation_id="duties_create",
        request=DutyBody,
        responses={
            201: OpenApiResponse(DutyRow, description="Proposed: somebody else decides on it."),
            200: OpenApiResponse(DutyRow, description="Sent before: the duty as it is now."),
            409: OpenApiResponse(
                description="`about_persons`, `duty_ends_within_two_years`, `duty_over`, "
                "`client_id_reused`."
            ),
        },
        examples=[
            OpenApiExample(
                "Hydrants",
                value={
                    "client_id": "6d2f4f0e-1d0a-4c53-8c79-0e8a52a9a004",
                    "name": "Hydrants",
                    "what": "Look whether they can be reached.",
                    "items": ["Hydrant", "Fire lane"],
                    "department": "fire",
                    "area": "420506001",
                    "rhythm": "monthly",
                    "starts_on": "2026-12-01",
                    "ends_on": "2027-06-30",
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Request) -> Response:
        body = DutyBody(data=request.data)
        body.is_valid(raise_exception=True)
        made = actions.propose_duty_once(by=request.user, **body.given())
        how = status.HTTP_201_CREATED if made.created else status.HTTP_200_OK
        url = reverse("api:duty", args=[made.duty.pk], request=request)
        return Response(_duty(made.duty), how, headers={"Location": url})

    @extend_schema(
        summary="Decide on a duty",
        tags=["duties"],
        operation_id="duties_decide",
        parameters=[ID],
        request=DecisionBody,
        responses={
            200: OpenApiResponse(DutyRow, description="Decided."),
            409: OpenApiResponse(description="`wrong_state`, `own_proposal`, `reason_needed`."),
        },
    )
    def decide(self, request: Request, id: int) -> Response:
        duty = _visible_one(request, id)
        body = DecisionBody(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        decided = actions.decide_duty(
            duty, given["step"], by=request.user, reason=given.get("reason", "")
        )
        return Response(_duty(decided))

    @extend_schema(
        summary="One duty", tags=["duties"], operation_id="duties_retrieve", parameters=[ID]
    )
    def retrieve(self, request: Request, id: int) -> Response:
        return Response(_duty(_visible_one(request, id)))


class DutyAnswerViewSet(Resource):
    """What your places answered, and answering for one of them."""

    serializer_class = AnswerRow
    pagination_class = OldestFirstPagination

    @extend_schema(
        summary="What the places answered",
        tags=["duties"],
        operation_id="duties_answers",
        parameters=[ID],
    )
    def list(self, request: Request, id: int) -> Response:
        duty = _visible_one(request, id)
        answers = duty.answers.select_related("area")
        owns = scoping.works_in(request.user, "grids.oversee", [duty.department_id])
        if not owns:
            answers = answers.filter(_in_reach(request.user))
        return self.answer(answers, _answer)

    @extend_schema(
        summary="Answer for a place",
        tags=["duties"],
        operation_id="duties_answer",
        parameters=[ID],
        request=AnswerBody,
        responses={
            201: OpenApiResponse(AnswerRow, description="Noted for the present period."),
            200: OpenApiResponse(AnswerRow, description="Sent before."),
            409: OpenApiResponse(
                description="`duty_done` for this period, `not_asked` of this place now, "
                "`checklist_open`, `reason_needed`, `client_id_reused`."
            ),
        },
        examples=[
            OpenApiExample(
                "Done",
                value={
                    "client_id": "6d2f4f0e-1d0a-4c53-8c79-0e8a52a9a003",
                    "area": "420506001006005",
                    "outcome": "done",
                    "answers": ["good", "fault"],
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Request, id: int) -> Response:
        duty = _visible_one(request, id)
        body = AnswerBody(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        is_done = given.pop("outcome") == DutyDone.Outcome.DONE
        made = actions.answer_duty(
            duty, given.pop("area"), by=request.user, is_done=is_done, **given
        )
        how = status.HTTP_201_CREATED if made.created else status.HTTP_200_OK
        return Response(_answer(made.answer), how)


def _in_reach(user: Any) -> Q:
    """Answers of the places that ``user`` oversees or answers for."""
    wanted = Q(pk__in=[])
    for permission in ("grids.oversee", "grids.do_duty"):
        for prefix in scoping.prefixes(user, permission):
            wanted |= Q(area__path__startswith=prefix)
    return wanted
