"""Surveys and the questions of the hall."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consultations import actions, meetings
from consultations.actions import Asked
from consultations.api import session_shapes as shapes
from consultations.api.sessions import REFUSED, TAGS, seen
from consultations.workflow import QuestionKind
from govgrid.core.api import Body, OnePage, Resource
from govgrid.core.fields import Flag, Text, Uuid, Whole, told


class QuestionBody(serializers.Serializer):
    kind = serializers.ChoiceField(choices=QuestionKind.choices)
    text = Text(max_length=200)
    options = serializers.ListField(child=Text(max_length=80), max_length=12, required=False)
    most = Whole(min_value=1, max_value=12, required=False)
    is_needed = Flag(required=False)


class QuestionsBody(Body):
    questions = QuestionBody(many=True)


class SurveyAnswerBody(serializers.Serializer):
    """Exactly one of ``chosen``, ``score`` and ``text``, as the question's kind has it."""

    position = Whole(min_value=1, max_value=20)
    chosen = serializers.ListField(
        child=Whole(min_value=1, max_value=12), max_length=12, required=False,
        help_text="Numbers of options, from 1.",
    )  # fmt: skip
    score = Whole(min_value=1, max_value=5, required=False)
    text = Text(max_length=500, required=False)


class SheetBody(Body):
    answers = SurveyAnswerBody(many=True)
    from_paper = Flag(required=False, help_text="For the recorder: typed for somebody else.")


class AskBody(Body):
    client_id = Uuid(help_text="Made by you; sent again it changes nothing.")
    body = Text(max_length=300)


class HallReplyBody(Body):
    body = Text(max_length=2000)
    put_aside = Flag(required=False)


class SurveyViewSet(Resource):
    """The questions of a survey, its sheets, and what it found."""

    serializer_class = shapes.QuestionRow
    pagination_class = OnePage

    @extend_schema(
        summary="What a survey asks", tags=TAGS, operation_id="consultations_survey_questions",
        responses=shapes.QuestionRow(many=True),
    )  # fmt: skip
    def list(self, request: Request, id: int) -> Response:
        return self.answer(seen(request, id).questions.all(), shapes.question)

    @extend_schema(
        summary="Set the questions", tags=TAGS, operation_id="consultations_survey_ask",
        request=QuestionsBody, responses={200: shapes.QuestionRow(many=True), 409: REFUSED},
    )  # fmt: skip
    def create(self, request: Request, id: int) -> Response:
        """Instead of those before, until somebody has answered."""
        asked = [Asked(**one) for one in QuestionsBody.read(request)["questions"]]
        actions.set_questions(seen(request, id), asked, by=request.user)
        return self.list(request, id)

    @extend_schema(
        summary="Answer a survey", tags=TAGS, operation_id="consultations_survey_answer",
        request=SheetBody, responses={201: shapes.SheetRow, 409: REFUSED},
    )  # fmt: skip
    def sheet(self, request: Request, id: int) -> Response:
        """Once an account; nobody reads it as yours."""
        given = SheetBody.read(request)
        said: dict[int, Any] = {}
        for one in given["answers"]:
            values = [one[name] for name in ("chosen", "score", "text") if name in one]
            if len(values) != 1 or one["position"] in said:
                raise serializers.ValidationError(
                    {"answers": "Give one of chosen, score and text for each question."}
                )
            said[one["position"]] = values[0]
        sheet = actions.answer(
            seen(request, id), said, by=request.user, is_entered=given.get("from_paper", False)
        )
        return Response({"at": told(sheet.at)}, status=201)

    @extend_schema(
        summary="What a survey found", tags=TAGS, operation_id="consultations_survey_results",
        responses=shapes.FoundRow,
    )  # fmt: skip
    def results(self, request: Request, id: int) -> Response:
        """Counts; one to four are kept back."""
        return Response(shapes.found(seen(request, id)))


class HallViewSet(Resource):
    """Questions asked in the hall, those that most want to know first."""

    serializer_class = shapes.HallRow
    pagination_class = OnePage

    @extend_schema(
        summary="Questions of the hall", tags=TAGS, operation_id="consultations_hall",
        responses=shapes.HallRow(many=True),
    )  # fmt: skip
    def list(self, request: Request, id: int) -> Response:
        return Response(
            {
                "results": [
                    shapes.hall(one)
                    for one in meetings.asked(seen(request, id), request.user)
                ],
                "next": None,
                "previous": None,
            }
        )  # fmt: skip

    @extend_schema(
        summary="Ask a question", tags=TAGS, operation_id="consultations_hall_ask",
        request=AskBody, responses={201: shapes.HallRow, 409: REFUSED},
    )  # fmt: skip
    def create(self, request: Request, id: int) -> Response:
        """Shown without your name."""
        session = seen(request, id)
        question, _is_new = actions.ask(session, by=request.user, **AskBody.read(request))
        return self._one(request, session, question.serial, status=201)

    def _one(self, request: Request, session: Any, serial: int, *, status: int = 200) -> Response:
        rows = meetings.asked(session, request.user)
        found = next(one for one in rows if one.question.serial == serial)
        return Response(shapes.hall(found), status=status)

    @extend_schema(
        summary="Want to know it too", tags=TAGS, operation_id="consultations_hall_support",
        request=None, responses={200: shapes.HallRow, 409: REFUSED},
    )  # fmt: skip
    def support(self, request: Request, id: int, serial: int) -> Response:
        """Twice is once."""
        session = seen(request, id)
        actions.support(session, serial, by=request.user)
        return self._one(request, session, serial)

    @extend_schema(
        summary="Answer a question, or put it aside", tags=TAGS,
        operation_id="consultations_hall_reply", request=HallReplyBody,
        responses={200: shapes.HallRow, 409: REFUSED},
    )  # fmt: skip
    def reply(self, request: Request, id: int, serial: int) -> Response:
        """For the recorder."""
        session, given = seen(request, id), HallReplyBody.read(request)
        actions.reply(
            session, serial, by=request.user, body=given["body"],
            is_aside=given.get("put_aside", False),
        )  # fmt: skip
        return self._one(request, session, serial)
