"""Needs and claims over REST: what everybody may read, and one's own. No name, no contact."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import Body, IdCursorPagination, OnePage, Query, Resource
from govgrid.core.fields import (
    Day,
    Flag,
    FlagInQuery,
    Number,
    NumberInQuery,
    Text,
    Uuid,
    Whole,
    told,
)
from grids.api import AreaField, Coded, coded
from members import actions, needs
from members.actions import Asking
from members.models import Claim, Need, Specialty
from members.workflow.needs import MOST_DAYS, MOST_MINUTES, ClaimState, NeedState

TAGS = ["members"]
CLAIMED = OpenApiResponse(
    description="`wrong_state`, or what stands against it: `own_need`, `claimed_already`, `paused`, "
    "`another_accepted`, `not_accepted`, `wrong_claim`, `reason_needed`, `note_needed`."
)


class SpecialtyField(Text):
    """By code; an unknown one is 400."""

    def to_internal_value(self, data: Any) -> Any:
        found = Specialty.objects.filter(code=super().to_internal_value(data)).first()
        if found is None:
            raise serializers.ValidationError(["There is no specialty with this code."])
        return found


class NeedQuery(Query):
    specialty = SpecialtyField(required=False, help_text="A branch means all beneath it.")
    area = AreaField(required=False, help_text="Means everything beneath it.")
    mine = FlagInQuery(required=False, help_text="What you asked for, in any state.")
    lon = NumberInQuery(
        required=False, min_value=-180, max_value=180, help_text="WGS-84; rounded and not kept."
    )
    lat = NumberInQuery(required=False, min_value=-90, max_value=90)


class NeedRow(serializers.Serializer):
    number = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=NeedState.choices)
    specialty = Coded(allow_null=True)
    area = Coded()
    asked_at = serializers.DateTimeField()
    wanted_on = serializers.DateField(allow_null=True)
    expires_on = serializers.DateField()


class NeedClaimRow(serializers.Serializer):
    id = serializers.IntegerField()
    need = serializers.CharField(help_text="A number.")
    state = serializers.ChoiceField(choices=ClaimState.choices)
    shown_as = serializers.CharField()
    plan = serializers.CharField()
    offered_at = serializers.DateTimeField()
    minutes = serializers.IntegerField(allow_null=True)


class NeedWhole(NeedRow):
    body = serializers.CharField(
        allow_null=True, help_text="For members, who serves needs there, and who asked."
    )
    is_mine = serializers.BooleanField()
    claims = NeedClaimRow(many=True, help_text="To who asked: all. To a member: the own one.")
    ticket = serializers.CharField(allow_null=True, help_text="What it became.")
    topic = serializers.CharField(allow_null=True)


class NeedBody(Body):
    client_id = Uuid(help_text="The same again gives what it made.")
    title = Text(max_length=60)
    body = Text(max_length=1000)
    area = AreaField()
    specialty = SpecialtyField(required=False)
    place = Text(max_length=120, required=False)
    lon = Number(required=False, min_value=-180, max_value=180, help_text="Kept to about 100 m.")
    lat = Number(required=False, min_value=-90, max_value=90)
    wanted_on = Day(required=False)
    days = Whole(required=False, min_value=1, max_value=MOST_DAYS, help_text="30 unless given.")
    is_by_guardian = Flag(required=False)


class NeedClaimBody(Body):
    plan = Text(max_length=300, required=False)


class NeedNoteBody(Body):
    note = Text(max_length=300, required=False)


class NeedServedBody(Body):
    minutes = Whole(min_value=1, max_value=MOST_MINUTES)
    result = Text(max_length=300, required=False)


class NeedConfirmBody(Body):
    score = Whole(required=False, min_value=1, max_value=5)
    thanks = Text(max_length=300, required=False)


def _act(summary: str, name: str, body: type[Body] | None) -> Any:
    return extend_schema(
        summary=summary, tags=TAGS, operation_id=f"members_need_{name}", request=body,
        responses={200: NeedWhole, 409: CLAIMED},
    )  # fmt: skip


class NeedViewSet(Resource):
    serializer_class = NeedRow
    pagination_class = IdCursorPagination
    queries = {"list": NeedQuery}

    @extend_schema(
        summary="What is looked for, the newest first", tags=TAGS, operation_id="members_needs"
    )
    def list(self, request: Request) -> Response:
        """Open needs, or with `mine` one's own."""
        asked = self.asked
        is_mine = asked.get("mine", False)
        found = Need.objects.of(request.user) if is_mine else Need.objects.seeking()
        if "specialty" in asked:
            fields = needs.Tree().with_beneath([asked["specialty"].pk])
            found = found.filter(specialty__in=fields)
        if "area" in asked:
            found = found.filter(area__path__startswith=asked["area"].path)
        if "lon" in asked and "lat" in asked:
            found = needs.near(found, asked["lon"], asked["lat"])
        return self.answer(found.for_lists(), need_row)

    @extend_schema(
        summary="Ask for help", tags=TAGS, operation_id="members_ask", request=NeedBody,
        responses={
            201: NeedWhole,
            409: OpenApiResponse(
                description="`number_in_text`, `wanted_past`, `no_words`, `client_id_reused`."
            ),
        },
    )  # fmt: skip
    def create(self, request: Request) -> Response:
        """For oneself; a contact is left on the page, where what is told of it stands."""
        made, _is_new = actions.ask(Asking(**NeedBody.read(request)), by=request.user)
        return Response(_told(request, made.number), status=201)

    @extend_schema(summary="One need", tags=TAGS, operation_id="members_need", responses=NeedWhole)
    def retrieve(self, request: Request, number: str) -> Response:
        return Response(_told(request, number))

    @_act("Offer help", "claim", NeedClaimBody)
    def claim(self, request: Request, number: str) -> Response:
        actions.claim_need(_seen(request, number), by=request.user, **NeedClaimBody.read(request))
        return Response(_told(request, number))

    @_act("Confirm that it was done", "confirm", NeedConfirmBody)
    def confirm(self, request: Request, number: str) -> Response:
        actions.confirm_need(
            _seen(request, number), by=request.user, **NeedConfirmBody.read(request)
        )
        return Response(_told(request, number))

    @_act("Say that it was not done", "not_done", NeedNoteBody)
    def not_done(self, request: Request, number: str) -> Response:
        note = NeedNoteBody.read(request).get("note", "")
        actions.dispute_need(_seen(request, number), by=request.user, note=note)
        return Response(_told(request, number))

    @_act("Not needed any more", "withdraw", NeedNoteBody)
    def withdraw(self, request: Request, number: str) -> Response:
        actions.withdraw_need(_seen(request, number), by=request.user, **NeedNoteBody.read(request))
        return Response(_told(request, number))


class ClaimViewSet(Resource):
    serializer_class = NeedClaimRow
    pagination_class = OnePage

    @extend_schema(summary="What you offered", tags=TAGS, operation_id="members_claims")
    def list(self, request: Request) -> Response:
        """The latest fifty."""
        return self.answer(needs.of_claimant(request.user)[:50], claim_row)

    @_act("Accept this offer", "accept", None)
    def accept(self, request: Request, number: str, id: int) -> Response:
        actions.accept_claim(_claim(request, number, id), by=request.user)
        return Response(_told(request, number))

    @_act("Decline this offer", "decline", NeedNoteBody)
    def decline(self, request: Request, number: str, id: int) -> Response:
        reason = NeedNoteBody.read(request).get("note", "")
        actions.decline_claim(_claim(request, number, id), by=request.user, reason=reason)
        return Response(_told(request, number))

    @extend_schema(
        summary="Take your offer back", tags=TAGS, operation_id="members_need_step_back",
        request=NeedNoteBody, responses={200: NeedClaimRow, 409: CLAIMED},
    )  # fmt: skip
    def step_back(self, request: Request, number: str, id: int) -> Response:
        reason = NeedNoteBody.read(request).get("note", "")
        claim = actions.step_back(_claim(request, number, id), by=request.user, reason=reason)
        return Response(claim_row(claim))

    @_act("It is done", "done", NeedServedBody)
    def done(self, request: Request, number: str, id: int) -> Response:
        given = NeedServedBody.read(request)
        actions.report_service(_claim(request, number, id), by=request.user, **given)
        return Response(_told(request, number))


def _seen(request: Request, number: str) -> Need:
    rows = needs.visible(request.user).select_related("area", "specialty", "ticket", "topic")
    found = rows.numbered(number).first()
    if found is None:
        raise Http404
    return found


def _claim(request: Request, number: str, id: int) -> Claim:
    need = _seen(request, number)
    found = Claim.objects.whole().filter(pk=id, need=need).first()
    may = found is not None and (
        request.user.has_perm("members.own_claim", found)
        or request.user.has_perm("members.see_need", need)
    )
    if found is None or not may:
        raise Http404
    return found


def _told(request: Request, number: str) -> dict[str, Any]:
    need, user = _seen(request, number), request.user
    is_mine = user.has_perm("members.answer_need", need)
    claims = need.claims.select_related("member", "need")
    shown = claims if is_mine else claims.filter(member__user=user.pk)
    may_read = user.has_perm("members.read_need", need)
    return need_row(need) | {
        "body": need.body if may_read else None,
        "is_mine": is_mine,
        "claims": [claim_row(one) for one in shown],
        "ticket": need.ticket.number if need.ticket else None,
        "topic": need.topic.number if need.topic else None,
    }


def need_row(one: Need) -> dict[str, Any]:
    return {
        "number": one.number,
        "title": one.title,
        "state": one.state,
        "specialty": {"code": one.specialty.code, "name": one.specialty.name}
        if one.specialty
        else None,
        "area": coded(one.area),
        "asked_at": told(one.asked_at),
        "wanted_on": one.wanted_on,
        "expires_on": one.expires_on,
    }


def claim_row(one: Claim) -> dict[str, Any]:
    return {
        "id": one.pk,
        "need": one.need.number,
        "state": one.state,
        "shown_as": one.member.display_name if one.member else "",
        "plan": one.plan,
        "offered_at": told(one.offered_at),
        "minutes": one.minutes,
    }
