"""Ballots and residencies: asked, listed, announced, voted in, counted."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consultations import actions, queries, rows, voters
from consultations.actions import Asking, Urn
from consultations.api import ballot_shapes as shapes
from consultations.api.sessions import PlatformField
from consultations.models import Ballot, Residency, Topic
from consultations.workflow.ballots import (
    BallotKind,
    BallotState,
    Basis,
    Channel,
    CountBy,
    Share,
)
from govgrid.accounts.models import User
from govgrid.core.api import Body, IdCursorPagination, Query, Resource
from govgrid.core.fields import Flag, Id, Moment, Number, Text, Whole
from grids.models import Area, Compound

TAGS = ["consultations"]
MOST_CHOICES = 11
REFUSED = OpenApiResponse(
    description="The `code` says which rule stood against it, as in `not_open`, `not_entitled`, "
    "`voted_already`, `household_voted`, `too_many_choices`, `announced_already`, `not_closed`, "
    "`own_question`, `wrong_key`."
)


class BallotQuery(Query):
    platform = PlatformField(required=False, help_text="The code of a platform.")
    topic = Text(max_length=20, required=False, help_text="The number of a topic.")
    state = serializers.ChoiceField(choices=BallotState.choices, required=False)


class BallotRulesBody(Body):
    """What a ballot of a covenant is asked with."""

    about = Text(max_length=4000, required=False, allow_blank=True)
    basis = serializers.ChoiceField(choices=Basis.choices, default=Basis.RESIDENTS)
    count_by = serializers.ChoiceField(choices=CountBy.choices, default=CountBy.HEAD)
    entitled = Whole(min_value=0, max_value=10_000_000, required=False)
    quorum = serializers.ChoiceField(choices=Share.choices, default=Share.OVER_HALF)
    pass_share = serializers.ChoiceField(choices=Share.choices, default=Share.OVER_HALF)
    is_secret = Flag(required=False)
    by_scrutineers = Flag(required=False, help_text="Only of a secret one.")
    opens_at = Moment()
    closes_at = Moment(help_text="Still to come.")


class BallotAskBody(BallotRulesBody):
    platform = PlatformField(help_text="The code of the platform.")
    topic = Text(max_length=20, required=False, help_text="Its number.")
    question = Text(max_length=200)
    options = serializers.ListField(child=Text(max_length=80), min_length=2, max_length=12)
    kind = serializers.ChoiceField(choices=BallotKind.choices, default=BallotKind.PROPOSAL)
    max_choices = Whole(min_value=1, max_value=MOST_CHOICES, default=1)


class ElectorLine(serializers.Serializer):
    household = Text(max_length=40)
    floor_area = Number(required=False, min_value=0, help_text="Square metres.")
    code = Text(max_length=40, required=False, help_text="Without: one is made.")


class ElectorListBody(Body):
    lines = serializers.ListField(child=ElectorLine(), max_length=10_000)


class BallotKeyBody(Body):
    public = Text(max_length=60, help_text="Base64 of the 32 bytes of an X25519 public key.")


class BallotVoteBody(Body):
    choices = serializers.ListField(
        child=Whole(min_value=1, max_value=12),
        max_length=12,
        help_text="Numbers of options from 1.",
    )
    code = Text(max_length=60, required=False, help_text="Where there is a list.")


class BallotEntryBody(Body):
    household = Text(max_length=40)
    residency = Id(required=False, help_text="Of several of a household.")
    channel = serializers.ChoiceField(choices=[Channel.COUNTER.value, Channel.PAPER.value])
    choices = serializers.ListField(
        child=Whole(min_value=1, max_value=12),
        max_length=12,
        required=False,
        help_text="Empty for a paper slip of a secret ballot.",
    )


class BallotCountBody(Body):
    keys = serializers.ListField(
        child=Text(max_length=60), max_length=2, required=False,
        help_text="The private halves of the scrutineers.",
    )  # fmt: skip
    urn = serializers.ListField(
        child=Whole(min_value=0, max_value=10_000_000), max_length=12, required=False,
        help_text="Of a secret ballot: how many paper slips chose each option.",
    )  # fmt: skip
    spoilt = Whole(min_value=0, max_value=10_000_000, required=False, help_text="Paper slips.")


class BallotVoidBody(Body):
    reason = Text(max_length=300)


class VouchBody(Body):
    area = Text(max_length=20, help_text="The code of a community or grid.")
    household = Text(max_length=40)
    username = Text(max_length=60, required=False, help_text="Without: no login.")
    compound = Text(max_length=40, required=False, help_text="Its code.")


def seen(request: Request, id: int) -> Ballot:
    """The ballot, or 404 for whoever may not read of it."""
    found = voters.visible(request.user).filter(pk=id).first()
    if found is None:
        raise Http404
    return found


def topic_of(request: Request, number: str) -> Topic | None:
    """The topic of a number, of those that one may read."""
    if not number:
        return None
    topic = queries.visible(request.user).filter(number=number).first()
    if topic is None:
        raise serializers.ValidationError({"topic": [_("There is no topic of this number.")]})
    return topic


def rules_of(given: dict[str, Any]) -> dict[str, Any]:
    return {"entitled": 0} | given


def _changes(summary: str, body: type[Body] | None, name: str) -> Any:
    return extend_schema(
        summary=summary,
        tags=TAGS,
        operation_id=f"consultations_ballot_{name}",
        request=body,
        responses={200: shapes.BallotRow, 409: REFUSED},
    )


class BallotViewSet(Resource):
    serializer_class = shapes.BallotRow
    pagination_class = IdCursorPagination
    queries = {"list": BallotQuery}

    @extend_schema(
        summary="Ballots, the last first", tags=TAGS, operation_id="consultations_ballots",
        responses=shapes.BallotRow(many=True),
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        """Drafts are seen at their table alone."""
        found = voters.visible(request.user)
        for name, path in (
            ("platform", "platform"), ("state", "state"), ("topic", "topic__number")
        ):  # fmt: skip
            if name in self.asked:
                found = found.filter(**{path: self.asked[name]})
        return self.answer(found, shapes.ballot)

    @extend_schema(
        summary="Draft a ballot", tags=TAGS, operation_id="consultations_ask_ballot",
        request=BallotAskBody, responses={201: shapes.BallotRow, 409: REFUSED},
    )  # fmt: skip
    def create(self, request: Request) -> Response:
        """For who convenes at the platform. Of a yes or no the first option is the proposal."""
        given = BallotAskBody.read(request)
        platform, topic = given.pop("platform"), topic_of(request, given.pop("topic", ""))
        made = actions.ask_ballot(platform, Asking(topic=topic, **rules_of(given)), by=request.user)
        return self._told(request, made.pk, status=201)

    @extend_schema(summary="One ballot", tags=TAGS, operation_id="consultations_ballot")
    def retrieve(self, request: Request, id: int) -> Response:
        """Who voted is told to nobody, nor how; result and turnout come together."""
        return self._told(request, id)

    def _told(self, request: Request, id: int, *, status: int = 200) -> Response:
        return Response(shapes.ballot(seen(request, id)), status=status)

    @extend_schema(
        summary="Bring its list", tags=TAGS, operation_id="consultations_ballot_electors",
        request=ElectorListBody, responses={200: shapes.LetterRow(many=True), 409: REFUSED},
    )  # fmt: skip
    def electors(self, request: Request, id: int) -> Response:
        """The whole list anew; the codes for the letters are told once."""
        lines = [
            {"household": one["household"], "code": one.get("code", "")}
            | {"floor_area": str(one["floor_area"]) if "floor_area" in one else ""}
            for one in ElectorListBody.read(request)["lines"]
        ]
        found = seen(request, id)
        letters = actions.bring_electors(found, rows.check(lines), by=request.user)
        return Response([{"household": one.label, "code": one.code} for one in letters])

    @_changes("Hand in a scrutineer's key", BallotKeyBody, "key")
    def key(self, request: Request, id: int) -> Response:
        """The public half; the other one stays with the scrutineer."""
        actions.hand_key(seen(request, id), by=request.user, **BallotKeyBody.read(request))
        return self._told(request, id)

    @_changes("Announce it", None, "announce")
    def announce(self, request: Request, id: int) -> Response:
        """From then on its rules are frozen; the clock opens and closes it."""
        actions.announce_ballot(seen(request, id), by=request.user)
        return self._told(request, id)

    @extend_schema(
        summary="Vote", tags=TAGS, operation_id="consultations_ballot_vote",
        request=BallotVoteBody, responses={201: shapes.BallotCastRow, 409: REFUSED},
    )  # fmt: skip
    def vote(self, request: Request, id: int) -> Response:
        """Once cast it stands."""
        given = BallotVoteBody.read(request)
        cast = actions.vote(
            seen(request, id), given["choices"], by=request.user, code=given.get("code", "")
        )
        return Response({"receipt": cast.receipt}, status=201)

    @extend_schema(
        summary="Enter a vote", tags=TAGS, operation_id="consultations_ballot_enter",
        request=BallotEntryBody, responses={201: shapes.BallotCastRow, 409: REFUSED},
    )  # fmt: skip
    def enter(self, request: Request, id: int) -> Response:
        """For the recorder: what came on paper or at the counter, marked as such."""
        found, given = seen(request, id), BallotEntryBody.read(request)
        self._may_enter(request, found)
        people = [
            one
            for one in voters.by_household(found, given["household"])
            if "residency" not in given
            or (one.residency is not None and one.residency.pk == given["residency"])
        ]
        if not people:
            words = _("Nobody of this household may vote here.")
            raise serializers.ValidationError({"household": [words]})
        if len(people) > 1 and found.count_by == CountBy.HEAD:
            raise serializers.ValidationError({"residency": [_("Say who of this household.")]})
        cast = actions.enter_vote(
            found, people[0], given.get("choices", []), by=request.user, channel=given["channel"]
        )
        return Response({"receipt": cast.receipt}, status=201)

    def _may_enter(self, request: Request, found: Ballot) -> None:
        """Before a household is looked up: whether it lives there is nobody else's business."""
        if not request.user.has_perm("consultations.enter", found):
            self.permission_denied(request)

    @_changes("Count it", BallotCountBody, "count")
    def count(self, request: Request, id: int) -> Response:
        """Publishes turnout and result at once, and wipes the slips."""
        given = BallotCountBody.read(request)
        urn = Urn(given.get("urn", ()), given.get("spoilt", 0))
        actions.count_ballot(
            seen(request, id), by=request.user, keys=given.get("keys", ()), urn=urn
        )
        return self._told(request, id)

    @_changes("Call it off", BallotVoidBody, "void")
    def void(self, request: Request, id: int) -> Response:
        """It stays, with the reason; nothing is counted."""
        actions.void_ballot(seen(request, id), by=request.user, **BallotVoidBody.read(request))
        return self._told(request, id)


class ResidencyViewSet(Resource):
    serializer_class = shapes.ResidencyRow

    @extend_schema(
        summary="Verify that somebody lives there", tags=TAGS,
        operation_id="consultations_vouch", request=VouchBody,
        responses={201: shapes.ResidencyRow, 409: REFUSED},
    )  # fmt: skip
    def create(self, request: Request) -> Response:
        """At the desk of the area or above. The household is sealed and serves for voting alone."""
        given = VouchBody.read(request)
        area = Area.objects.in_force().filter(code=given["area"]).first()
        if area is None:
            raise serializers.ValidationError({"area": [_("There is no area with this code.")]})
        if not request.user.has_perm("consultations.vouch", area):
            self.permission_denied(request)
        made = actions.vouch(
            area, given["household"], by=request.user, user=_user(given), compound=_compound(given)
        )
        return Response(shapes.residency(made), status=201)

    @extend_schema(
        summary="Somebody lives there no more", tags=TAGS,
        operation_id="consultations_end_residency", request=None,
        responses={200: shapes.ResidencyRow},
    )  # fmt: skip
    def end(self, request: Request, id: int) -> Response:
        """Twice is once."""
        row = Residency.objects.select_related("area", "user").filter(pk=id).first()
        # To a stranger it is not there.
        if row is None or not request.user.has_perm("consultations.vouch", row.area):
            raise Http404
        actions.end_residency(row, by=request.user)
        row.refresh_from_db()
        return Response(shapes.residency(row))


def _user(given: dict[str, Any]) -> User | None:
    name = given.get("username")
    if not name:
        return None
    found = User.objects.filter(username__iexact=name, is_active=True).first()
    if found is None:
        raise serializers.ValidationError({"username": [_("Nobody has this user name.")]})
    return found


def _compound(given: dict[str, Any]) -> Compound | None:
    code = given.get("compound")
    if not code:
        return None
    found = Compound.objects.filter(code=code).first()
    if found is None:
        raise serializers.ValidationError({"compound": [_("There is no compound with this code.")]})
    return found
