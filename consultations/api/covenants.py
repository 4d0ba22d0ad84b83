"""Covenants: drafted, commented, checked, put to the vote, in force, filed."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consultations import actions, covenants
from consultations.actions import Asking, Drafting
from consultations.api import ballot_shapes as shapes
from consultations.api.ballots import BallotRulesBody, rules_of, topic_of
from consultations.api.sessions import PlatformField
from consultations.models import Covenant
from consultations.workflow.ballots import CovenantKind, CovenantState
from govgrid.core.api import Body, IdCursorPagination, Query, Resource
from govgrid.core.fields import Day, Text, Whole

TAGS = ["consultations"]
REFUSED = OpenApiResponse(
    description="The `code` says which rule stood against it, as in `no_ballot`, `not_passed`, "
    "`not_checked`, `wrong_formula`, `put_to_the_vote`, `in_the_making`, `ballot_goes_on`."
)


class CovenantQuery(Query):
    platform = PlatformField(required=False, help_text="The code of a platform.")
    kind = serializers.ChoiceField(choices=CovenantKind.choices, required=False)
    state = serializers.ChoiceField(choices=CovenantState.choices, required=False)


class _Clauses(serializers.ListField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=Text(max_length=2000), max_length=60, **kwargs)


class CovenantDraftBody(Body):
    platform = PlatformField(help_text="The code of the platform.")
    kind = serializers.ChoiceField(choices=CovenantKind.choices)
    title = Text(max_length=80)
    clauses = _Clauses()
    rationale = Text(max_length=4000, required=False, allow_blank=True)
    topic = Text(max_length=20, required=False, help_text="Its number.")


class CovenantWordsBody(Body):
    title = Text(max_length=80)
    clauses = _Clauses()
    rationale = Text(max_length=4000, required=False, allow_blank=True)


class ClauseCommentBody(Body):
    position = Whole(min_value=1, max_value=60)
    body = Text(max_length=500)


class CommentHidingBody(Body):
    reason = Text(max_length=300)


class LegalCheckBody(Body):
    legal_check = Text(max_length=4000)


class CovenantEnactBody(Body):
    on = Day(required=False, help_text="Without: today.")


class CovenantFilingBody(Body):
    note = Text(max_length=120, required=False, allow_blank=True)


def seen(id: int) -> Covenant:
    found = covenants.visible().filter(pk=id).first()
    if found is None:
        raise Http404
    return found


def _changes(summary: str, body: type[Body] | None, name: str) -> Any:
    return extend_schema(
        summary=summary,
        tags=TAGS,
        operation_id=f"consultations_covenant_{name}",
        request=body,
        responses={200: shapes.CovenantWhole, 409: REFUSED},
    )


class CovenantViewSet(Resource):
    serializer_class = shapes.CovenantWhole
    pagination_class = IdCursorPagination
    queries = {"list": CovenantQuery}

    @extend_schema(
        summary="Covenants, the last first", tags=TAGS, operation_id="consultations_covenants",
        responses=shapes.CovenantBrief(many=True),
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        """Drafts too: they are to be commented on."""
        found = covenants.visible()
        for name in ("platform", "kind", "state"):
            if name in self.asked:
                found = found.filter(**{name: self.asked[name]})
        return self.answer(found, shapes.covenant_brief)

    @extend_schema(
        summary="Draft a covenant", tags=TAGS, operation_id="consultations_draft_covenant",
        request=CovenantDraftBody, responses={201: shapes.CovenantWhole, 409: REFUSED},
    )  # fmt: skip
    def create(self, request: Request) -> Response:
        """The next version of this place and kind; for who convenes at the platform."""
        given = CovenantDraftBody.read(request)
        platform, topic = given.pop("platform"), topic_of(request, given.pop("topic", ""))
        made = actions.draft_covenant(platform, Drafting(topic=topic, **given), by=request.user)
        return self._told(made.pk, status=201)

    @extend_schema(summary="One covenant", tags=TAGS, operation_id="consultations_covenant")
    def retrieve(self, request: Request, id: int) -> Response:
        return self._told(id)

    def _told(self, id: int, *, status: int = 200) -> Response:
        return Response(shapes.covenant_whole(seen(id)), status=status)

    @_changes("Word it anew", CovenantWordsBody, "reword")
    def reword(self, request: Request, id: int) -> Response:
        """While it is a draft; a legal check of other words is void."""
        actions.reword_covenant(seen(id), by=request.user, **CovenantWordsBody.read(request))
        return self._told(id)

    @_changes("Comment a clause", ClauseCommentBody, "comment")
    def comment(self, request: Request, id: int) -> Response:
        """While it is a draft. Who said it is not shown."""
        given = ClauseCommentBody.read(request)
        actions.comment_clause(seen(id), given["position"], by=request.user, body=given["body"])
        return self._told(id)

    @_changes("Hide a comment", CommentHidingBody, "hide_comment")
    def hide(self, request: Request, id: int, row: int) -> Response:
        """For who moderates at the platform; whoever said it reads the reason."""
        rows = seen(id).comments.filter(pk=row, hidden_at=None)
        if (found := rows.first()) is None:
            raise Http404
        actions.hide_comment(found, by=request.user, **CommentHidingBody.read(request))
        return self._told(id)

    @_changes("Write the legal check down", LegalCheckBody, "check")
    def check(self, request: Request, id: int) -> Response:
        """For the street; not by whoever drafted it."""
        actions.check_covenant(seen(id), by=request.user, **LegalCheckBody.read(request))
        return self._told(id)

    @extend_schema(
        summary="Put it to the vote", tags=TAGS, operation_id="consultations_covenant_ballot",
        request=BallotRulesBody, responses={201: shapes.BallotRow, 409: REFUSED},
    )  # fmt: skip
    def ballot(self, request: Request, id: int) -> Response:
        """Drafts its ballot; it is announced as every other."""
        found, given = seen(id), BallotRulesBody.read(request)
        question = _("Shall “%(title)s”, version %(number)s, come into force?")
        asking = Asking(
            question=question % {"title": found.title, "number": found.number},
            options=(_("In favour"), _("Against"), _("Abstain")),
            **rules_of(given),
        )
        made = actions.vote_on_covenant(found, asking, by=request.user)
        return Response(shapes.ballot(made), status=201)

    @_changes("Back to the draft", None, "unvote")
    def unvote(self, request: Request, id: int) -> Response:
        """Where its ballot was called off, or never announced."""
        actions.unvote_covenant(seen(id), by=request.user)
        return self._told(id)

    @extend_schema(
        summary="Drop a draft", tags=TAGS, operation_id="consultations_covenant_drop",
        request=None, responses={204: None, 409: REFUSED},
    )  # fmt: skip
    def drop(self, request: Request, id: int) -> Response:
        """A draft that nobody pursues, or one whose ballot has not passed."""
        actions.drop_covenant(seen(id), by=request.user)
        return Response(status=204)

    @_changes("Bring it into force", CovenantEnactBody, "enact")
    def enact(self, request: Request, id: int) -> Response:
        """By a ballot that has passed; the version before it ends."""
        actions.enact_covenant(seen(id), by=request.user, **CovenantEnactBody.read(request))
        return self._told(id)

    @_changes("Take it on file", CovenantFilingBody, "file")
    def file(self, request: Request, id: int) -> Response:
        """For the street."""
        actions.file_covenant(seen(id), by=request.user, **CovenantFilingBody.read(request))
        return self._told(id)
