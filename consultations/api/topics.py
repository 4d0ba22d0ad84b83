"""Topics over REST: what was taken up for everybody, the rest for whom it concerns."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consultations import actions, attendance, offers, queries
from consultations.actions import Raising
from consultations.models import Platform, Step, Topic
from consultations.workflow import (
    MOVES,
    DeclineReason,
    Destination,
    State,
    Tier,
    Verdict,
    VerdictReason,
)
from govgrid.core.api import (
    Body,
    IdCursorPagination,
    OldestFirstPagination,
    OnePage,
    Query,
    Resource,
)
from govgrid.core.fields import Day, Flag, Id, Number, Slugs, Text, Uuid, told
from grids.api import AreaField, Coded, DepartmentField, coded
from tickets.models import Ticket

REFUSED = OpenApiResponse(
    description="`wrong_state`, `changed_since`, or what is missing, as `actions/` names it."
)
TAGS = ["consultations"]


class PlatformField(Text):
    """The code of a platform; gives the platform."""

    default_error_messages = {"unknown_platform": _("There is no platform with this code.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        code = super().run_validation(data)
        if not isinstance(code, str):
            return code
        found = Platform.objects.select_related("area").filter(code=code).first()
        return found or self.fail("unknown_platform")


class TopicField(Text):
    """The number of a topic that everybody may read; gives the topic."""

    default_error_messages = {"unknown_topic": _("There is no topic with this number.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=12, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        number = super().run_validation(data)
        if not isinstance(number, str):
            return number
        return Topic.objects.public().filter(number=number).first() or self.fail("unknown_topic")


class TopicRow(serializers.Serializer):
    number = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=State.choices)
    platform = Coded()
    area = Coded()
    place = serializers.CharField()
    verdict = serializers.ChoiceField(choices=Verdict.choices, allow_null=True)
    raised_at = serializers.DateTimeField()
    step_due_at = serializers.DateTimeField(allow_null=True)
    url = serializers.CharField()


class TopicWhole(TopicRow):
    """The proposer is never named here; whether the page names him is his choice."""

    body = serializers.CharField()
    tier = serializers.ChoiceField(choices=Tier.choices, help_text="Who has to move it now.")
    round = serializers.IntegerField()
    version = serializers.IntegerField(help_text="Which wording it is, from 1 on.")
    affected = serializers.CharField()
    study_plan = serializers.CharField()
    study_report = serializers.CharField()
    verdict_code = serializers.ChoiceField(choices=VerdictReason.choices, allow_null=True)
    verdict_reason = serializers.CharField()
    revisit_on = serializers.DateField(allow_null=True)
    must_change = serializers.CharField()
    legal_basis = serializers.CharField()
    alternative = serializers.CharField()
    consensus = serializers.CharField()
    result = serializers.CharField()
    reported_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    merged_into = serializers.CharField(allow_null=True, help_text="A number.")


class TopicStepRow(serializers.Serializer):
    verb = serializers.CharField(help_text="A move, or what happened beside one.")
    before = serializers.ChoiceField(choices=State.choices, allow_null=True)
    after = serializers.ChoiceField(choices=State.choices)
    note = serializers.CharField()
    at = serializers.DateTimeField()


class LackRow(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()


class OfferRow(serializers.Serializer):
    name = serializers.ChoiceField(choices=[*MOVES])
    label = serializers.CharField()
    fields_asked = serializers.ListField(child=serializers.CharField())
    missing = LackRow(many=True, help_text="What must come first, whatever is sent.")


class TopicQuery(Query):
    state = Slugs(child=serializers.ChoiceField(choices=State.choices), required=False)
    verdict = serializers.ChoiceField(choices=Verdict.choices, required=False)
    platform = PlatformField(required=False)
    area = AreaField(required=False, help_text="Means everything beneath it.")
    q = Text(max_length=60, required=False, help_text="A number or words, in either script.")


class TopicBody(Body):
    client_id = Uuid(help_text="Unique per caller; the same content again gives what it made.")
    platform = PlatformField()
    title = Text(max_length=60)
    body = Text(max_length=2000)
    area = AreaField(required=False, help_text="A part of the platform's.")
    place = Text(max_length=120, required=False, allow_blank=True)
    lon = Number(required=False, min_value=-180, max_value=180)
    lat = Number(required=False, min_value=-90, max_value=90)
    is_named = Flag(required=False)
    ticket = Text(
        max_length=30, required=False, help_text="The number of the ticket that it is made of."
    )
    on_behalf = Flag(required=False, help_text="For recorders: of somebody without a login.")


class TopicMoveBody(Body):
    """What the move's ``fields_asked`` name."""

    seen = Id(required=False, help_text="The id of the last step that was seen.")
    note = Text(max_length=2000, required=False)
    study_plan = Text(max_length=2000, required=False)
    affected = Text(max_length=300, required=False)
    reason = serializers.ChoiceField(choices=DeclineReason.choices, required=False)
    destination = serializers.ChoiceField(choices=Destination.choices, required=False)
    into = TopicField(required=False)
    study_report = Text(max_length=8000, required=False)
    study_waiver = Text(max_length=300, required=False)
    verdict = serializers.ChoiceField(choices=Verdict.choices, required=False)
    verdict_code = serializers.ChoiceField(choices=VerdictReason.choices, required=False)
    verdict_reason = Text(max_length=1000, required=False)
    revisit_on = Day(required=False)
    must_change = Text(max_length=300, required=False)
    watched_by = DepartmentField(required=False)
    legal_basis = Text(max_length=300, required=False)
    alternative = Text(max_length=300, required=False)
    consensus = Text(max_length=4000, required=False)
    result = Text(max_length=4000, required=False)
    summary = Text(max_length=4000, required=False)
    commitments = serializers.ListField(
        child=Id(), max_length=50, required=False, help_text="Serials, for `reopen`."
    )


class TopicViewSet(Resource):
    """What was taken up, and what one may see beside it."""

    serializer_class = TopicWhole
    pagination_class = IdCursorPagination
    queries = {"list": TopicQuery}

    @extend_schema(
        summary="Topics, the newest first", tags=TAGS, operation_id="topics_list",
        responses=TopicRow(many=True),
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        found, asked = queries.visible(request.user), self.asked
        if "q" in asked:
            found = found.about(asked["q"])
        if "state" in asked:
            found = found.filter(state__in=asked["state"])
        if "verdict" in asked:
            found = found.filter(verdict=asked["verdict"])
        if "platform" in asked:
            found = found.filter(platform=asked["platform"])
        if "area" in asked:
            found = found.filter(area__path__startswith=asked["area"].path)
        return self.answer(found.for_lists(), _row)

    @extend_schema(
        summary="Raise a topic", tags=TAGS, operation_id="topics_create", request=TopicBody,
        responses={
            201: TopicWhole,
            200: OpenApiResponse(TopicWhole, description="Sent before: the topic as it is now."),
            409: OpenApiResponse(description="`client_id_reused`, `platform_ended`, `outside`."),
        },
    )  # fmt: skip
    def create(self, request: Request) -> Response:
        """Whoever decides whether it is taken up is told, and answers within the platform's days."""
        given = TopicBody.read(request)
        raising = Raising(**given | {"ticket": _source(request, given)})
        topic, is_new = actions.raise_topic(raising, by=request.user)
        return Response(_whole(topic), status=201 if is_new else 200)

    @extend_schema(summary="One topic", tags=TAGS, operation_id="topics_one")
    def retrieve(self, request: Request, number: str) -> Response:
        return Response(_whole(one_of(request, number)))


class TopicStepViewSet(Resource):
    """The story of a topic; nobody is named in it."""

    serializer_class = TopicStepRow
    pagination_class = OldestFirstPagination

    @extend_schema(summary="Its story, oldest first", tags=TAGS, operation_id="topics_steps")
    def list(self, request: Request, number: str) -> Response:
        topic = one_of(request, number)
        is_inside = request.user.has_perm("consultations.view", topic)
        return self.answer(topic.steps.all() if is_inside else topic.steps.in_public(), _step)


class TopicMoveViewSet(Resource):
    """What the caller may do now, and doing it."""

    serializer_class = OfferRow
    pagination_class = OnePage

    @extend_schema(summary="What may be done now", tags=TAGS, operation_id="topics_actions")
    def list(self, request: Request, number: str) -> Response:
        return self.answer(offers.offers(one_of(request, number), request.user), _offer)

    @extend_schema(
        summary="Take a move", tags=TAGS, operation_id="topics_act", request=TopicMoveBody,
        responses={200: TopicWhole, 409: REFUSED},
    )  # fmt: skip
    def act(self, request: Request, number: str, name: str) -> Response:
        """A move of the table, or ``extend_study`` with its reason as ``note``."""
        topic = one_of(request, number)
        if name != "extend_study" and (name not in MOVES or name == "raise"):
            raise Http404
        given = TopicMoveBody.read(request)
        if name == "extend_study":
            note = given.get("note", "")
            return Response(_whole(actions.extend_study(topic, by=request.user, reason=note)))
        serials = given.pop("commitments", [])
        if name == "reopen" and serials:
            chosen = list(topic.commitments.kept().filter(serial__in=serials))
            if len(chosen) != len(set(serials)):
                raise Http404
            moved = actions.do_again(topic, chosen, by=request.user, note=given.get("note", ""))
        else:
            moved = actions.move(topic, name, by=request.user, **given)
        return Response(_whole(moved))


def _source(request: Request, given: dict[str, Any]) -> Ticket | None:
    """A ticket that he may not make a topic of is as good as none."""
    number = given.get("ticket")
    if not number:
        return None
    ticket = attendance.ticket_of(number)
    if ticket is None or not request.user.has_perm("consultations.take_in", ticket):
        raise serializers.ValidationError({"ticket": [_("There is no ticket of this number.")]})
    return ticket


def one_of(request: Request, number: str) -> Topic:
    seen = queries.visible(request.user).select_related("platform__area", "area", "merged_into")
    found = seen.numbered(number).first()
    if found is None:
        raise Http404
    return found


def _row(one: Topic) -> dict[str, Any]:
    return {
        "number": one.number,
        "title": one.title,
        "state": one.state,
        "platform": coded(one.platform),
        "area": coded(one.area),
        "place": one.place,
        "verdict": one.verdict or None,
        "raised_at": told(one.raised_at),
        "step_due_at": told(one.step_due_at),
        "url": one.get_absolute_url(),
    }


def _whole(one: Topic) -> dict[str, Any]:
    plain = (
        "body", "tier", "round", "version", "affected", "study_plan", "study_report", "verdict_reason",
        "revisit_on", "must_change", "legal_basis", "alternative", "consensus", "result",
    )  # fmt: skip
    return {
        **_row(one),
        **{name: getattr(one, name) for name in plain},
        "verdict_code": one.verdict_code or None,
        "reported_at": told(one.reported_at),
        "closed_at": told(one.closed_at),
        "merged_into": one.merged_into.number if one.merged_into else None,
    }


def _step(one: Step) -> dict[str, Any]:
    return {
        "verb": one.verb,
        "before": one.before or None,
        "after": one.after,
        "note": one.note,
        "at": told(one.at),
    }


def _offer(one: offers.Offer) -> dict[str, Any]:
    return {
        "name": one.name,
        "label": str(one.move.label),
        "fields_asked": list(one.move.fields),
        "missing": [{"code": lack.code, "detail": lack.message} for lack in one.missing],
    }
