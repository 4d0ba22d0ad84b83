"""Opinions over REST: said, supported, answered, moderated; nobody is named and nothing hidden told."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consultations import actions, opinions, queries
from consultations.actions import Saying
from consultations.api import opinion_shapes as shapes
from consultations.api.topics import REFUSED, TAGS, one_of
from consultations.models import Opinion, Session, Topic
from govgrid.core.api import IdCursorPagination, OldestFirstPagination, Resource

JUDGING = (
    "fate", "verdict", "verdict_code", "verdict_reason", "revisit_on", "must_change",
    "watched_by", "legal_basis", "alternative",
)  # fmt: skip
ACTS = {
    "judge": lambda topic, serial, by, given: actions.judge(
        topic, serial, by=by, **{name: given[name] for name in JUDGING if name in given}
    ),
    "reword": lambda topic, serial, by, given: actions.reword_suggestion(
        topic, serial, by=by, body=given.get("body", "")
    ),
    "take": lambda topic, serial, by, given: actions.take_amendment(topic, serial, by=by),
    "flag": lambda topic, serial, by, given: actions.flag(
        topic, serial, by=by, reason=_flag(given), note=given.get("note", "")
    ),
    "stand": lambda topic, serial, by, given: actions.let_stand(topic, serial, by=by),
    "hide": lambda topic, serial, by, given: actions.hide(
        topic, serial, by=by, reason=given.get("reason", "")
    ),
    "appeal": lambda topic, serial, by, given: actions.appeal_hiding(
        topic, serial, by=by, words=given.get("words", "")
    ),
    "decide": lambda topic, serial, by, given: actions.decide_appeal(
        topic, serial, by=by, answer=given.get("answer", ""), is_shown=_decision(given)
    ),
}


def _flag(given: dict[str, Any]) -> str:
    if "flag" not in given:
        raise serializers.ValidationError({"flag": [_("Say what is wrong with it.")]}, "required")
    return str(given["flag"])


def _decision(given: dict[str, Any]) -> bool:
    if "is_shown" not in given:
        raise serializers.ValidationError(
            {"is_shown": [_("Say whether it is shown again.")]}, "required"
        )
    return bool(given["is_shown"])


class OpinionViewSet(Resource):
    """What people say on a topic. Hidden words are told to who said them and to moderators alone."""

    serializer_class = shapes.OpinionRow
    pagination_class = IdCursorPagination
    queries = {"list": shapes.OpinionQuery}

    @extend_schema(
        summary="Opinions, the newest first", tags=TAGS, operation_id="topics_opinions",
        responses=shapes.OpinionRow(many=True),
    )  # fmt: skip
    def list(self, request: Request, number: str) -> Response:
        """Without earlier wordings; answers and comments stand with what they are on."""
        topic = one_of(request, number)
        rows = opinions.listed(request.user, topic, **self.asked)
        page = self.paginate_queryset(rows.select_related("parent", "amends"))
        said = opinions.shown(request.user, topic, page)
        return self.get_paginated_response([shapes.row(one) for one in said])

    @extend_schema(
        summary="Say something", tags=TAGS, operation_id="topics_say", request=shapes.OpinionBody,
        responses={
            201: shapes.OpinionRow,
            200: OpenApiResponse(shapes.OpinionRow, description="Sent before: as it is now."),
            409: OpenApiResponse(
                description="`wrong_state`, `no_such_opinion`, `worded_anew`, `nothing_changed`, "
                "`not_answered_so`, `other_session`, `too_many`, `client_id_reused`."
            ),
        },
    )  # fmt: skip
    def create(self, request: Request, number: str) -> Response:
        """A suggestion, a comment, a question or an amendment; the table answers questions too."""
        topic = one_of(request, number)
        given = shapes.OpinionBody.read(request)
        if "session" in given:
            given["session"] = _session(topic, given["session"])
        said, is_new = actions.say(topic, Saying(**given), by=request.user)
        return self._told(request, topic, said.serial, status=201 if is_new else 200)

    @extend_schema(summary="One opinion", tags=TAGS, operation_id="topics_opinion")
    def retrieve(self, request: Request, number: str, serial: int) -> Response:
        return self._told(request, one_of(request, number), serial)

    @extend_schema(
        summary="Be for it or against it", tags=TAGS, operation_id="topics_opinion_stance",
        request=shapes.StanceBody, responses={200: shapes.OpinionRow, 409: REFUSED},
    )  # fmt: skip
    def stance(self, request: Request, number: str, serial: int) -> Response:
        """On a suggestion; one stance a person, changed as often as one likes."""
        topic = self._seen(request, number, serial)
        value = shapes.StanceBody.read(request)["value"]
        actions.take_stance(topic, value, by=request.user, serial=serial)
        return self._told(request, topic, serial)

    @extend_schema(
        summary="Do something with it", tags=TAGS, operation_id="topics_opinion_act",
        request=shapes.OpinionActBody, responses={200: shapes.OpinionRow, 409: REFUSED},
    )  # fmt: skip
    def act(self, request: Request, number: str, serial: int, name: str) -> Response:
        """`judge` (convenor: `fate`, `verdict`, `verdict_code` …), `reword` (its author: `body`),
        `take` (an amendment), `flag` (`flag`, `note`), and for moderators `stand`, `hide`
        (`reason`), `decide` (`answer`, `is_shown`); `appeal` (its author: `words`)."""
        topic = self._seen(request, number, serial)
        if name not in ACTS:
            raise Http404
        given = shapes.OpinionActBody.read(request)
        done = ACTS[name](topic, serial, request.user, given)
        topic = one_of(request, number)
        at = done.serial if isinstance(done, Opinion) else serial
        return self._told(request, topic, at)

    def _seen(self, request: Request, number: str, serial: int) -> Topic:
        """What this caller may not read is not there."""
        topic = one_of(request, number)
        if serial > shapes.MOST or opinions.one_of(request.user, topic, serial) is None:
            raise Http404
        return topic

    def _told(self, request: Request, topic: Topic, serial: int, *, status: int = 200) -> Response:
        one = opinions.one_of(request.user, topic, serial) if serial <= shapes.MOST else None
        if one is None:
            raise Http404
        return Response(shapes.row(opinions.shown(request.user, topic, [one])[0]), status=status)


class TopicStanceViewSet(Resource):
    """For or against the topic itself, in its present wording."""

    serializer_class = shapes.TopicStanceRow
    pagination_class = None

    @extend_schema(summary="Who is for it", tags=TAGS, operation_id="topics_stance")
    def retrieve(self, request: Request, number: str) -> Response:
        return self._told(request, one_of(request, number))

    @extend_schema(
        summary="Be for it or against it", tags=TAGS, operation_id="topics_take_stance",
        request=shapes.TopicStanceBody, responses={200: shapes.TopicStanceRow, 409: REFUSED},
    )  # fmt: skip
    def create(self, request: Request, number: str) -> Response:
        """Once a person; `version` makes sure that it is about the words that were read."""
        topic = one_of(request, number)
        given = shapes.TopicStanceBody.read(request)
        actions.take_stance(topic, given["value"], by=request.user, seen=given.get("version"))
        return self._told(request, topic)

    def _told(self, request: Request, topic: Topic) -> Response:
        return Response(
            {
                "version": topic.version,
                "tally": shapes.tally(opinions.tally_of(topic)),
                "mine": opinions.stance_of(request.user, topic),
            }
        )


class OpinionMapViewSet(Resource):
    """What unites and what divides: groups of ten and more, and nobody in them."""

    serializer_class = shapes.OpinionMapWhole
    pagination_class = None

    @extend_schema(summary="The opinion map", tags=TAGS, operation_id="topics_map")
    def retrieve(self, request: Request, number: str) -> Response:
        """404 while too few have said what they think."""
        topic = one_of(request, number)
        drawn = opinions.map_of(topic)
        if drawn is None or topic.opinion_map is None:
            raise Http404
        statements = [
            {
                "serial": one.one.serial,
                "people": one.people,
                "agree": one.agree,
                "disagree": one.disagree,
                "by_group": one.by_group,
                "unites": one.unites,
                "divides": one.divides,
            }
            for one in drawn.statements
        ]
        groups = topic.opinion_map["groups"]
        return Response({"people": drawn.people, "groups": groups, "statements": statements})


class ModerationViewSet(Resource):
    """What readers flagged, and what is appealed against: for who moderates."""

    serializer_class = shapes.ToModerateRow
    pagination_class = OldestFirstPagination

    @extend_schema(summary="To moderate", tags=TAGS, operation_id="consultations_moderation")
    def list(self, request: Request) -> Response:
        if not opinions.moderates(request.user):
            raise PermissionDenied
        page = self.paginate_queryset(queries.to_moderate(request.user).select_related("parent"))
        flags = opinions.flags_of(page)
        return self.get_paginated_response(
            [
                {
                    **shapes.brief(one),
                    "topic": one.topic.number,
                    "appeal": one.appeal,
                    "flags": [shapes.flagged(flag) for flag in flags.get(one.pk, [])],
                }
                for one in page
            ]
        )


def _session(topic: Topic, pk: int) -> Session:
    found = topic.sessions.filter(pk=pk).first()
    if found is None:
        raise serializers.ValidationError({"session": [_("This session is not about the topic.")]})
    return found
