"""Platforms over REST: found, run, who sits there, the plan of a year."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consultations import actions, queries, tables, yearplans
from consultations.actions import Founding, NewTerms
from consultations.actions.planning import MOST_LINES, Line
from consultations.api.topics import TAGS
from consultations.models import Plan, Platform, Seat
from consultations.roles import SeatRole
from consultations.workflow import DAYS, Phase, PlatformKind, SessionKind
from consultations.workflow.terms import FEWEST, MAX_LABEL, MOST
from govgrid.accounts.models import User
from govgrid.core.api import Body, OldestFirstPagination, OnePage, Query, Resource
from govgrid.core.fields import Day, Flag, Text, Whole, told
from grids.api import AreaField, Coded, coded
from grids.models import Compound

REFUSED = OpenApiResponse(
    description="The `code` says which rule stood against it, as in `has_council`, `two_keys`, "
    "`has_seat`, `term_past`, `platform_ended`, `published_already`."
)


class PlatformRow(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=PlatformKind.choices)
    area = Coded()
    place = serializers.CharField()


class TermsShape(serializers.Serializer):
    days = serializers.DictField(
        child=serializers.IntegerField(), help_text=f"Of each: {', '.join(DAYS)}."
    )
    labels = serializers.DictField(
        child=serializers.CharField(),
        help_text="What it calls a step, where it has a name of its own.",
    )
    quorum = serializers.IntegerField()
    resident_share = serializers.IntegerField(help_text="Per cent of those who are there.")
    endorsers = serializers.IntegerField()
    is_open = serializers.BooleanField()


class PlatformWhole(PlatformRow):
    about = serializers.CharField()
    compound = Coded(allow_null=True)
    founded_on = serializers.DateField()
    ended_on = serializers.DateField(allow_null=True)
    terms = TermsShape()
    empty = serializers.ListField(
        child=serializers.ChoiceField(choices=SeatRole.choices),
        help_text="Seats that it needs and nobody holds.",
    )


class PlatformSeatRow(serializers.Serializer):
    id = serializers.IntegerField()
    person = serializers.CharField(help_text="The name, as the platform's page says it.")
    role = serializers.ChoiceField(choices=SeatRole.choices)
    starts_on = serializers.DateField()
    ends_before = serializers.DateField(allow_null=True)
    drawn_by_lot = serializers.BooleanField()


class PlanLineRow(serializers.Serializer):
    key = serializers.IntegerField(help_text="The same in every version of the year.")
    month = serializers.IntegerField()
    subject = serializers.CharField()
    kind = serializers.ChoiceField(choices=SessionKind.choices)
    lead = serializers.CharField()
    progress = serializers.ChoiceField(choices=["held", "under_way", "to_come", "missed"])
    topics = serializers.ListField(child=serializers.CharField(), help_text="Numbers.")
    sessions = serializers.ListField(child=serializers.IntegerField())


class PlanWhole(serializers.Serializer):
    year = serializers.IntegerField()
    version = serializers.IntegerField()
    published_at = serializers.DateTimeField(allow_null=True, help_text="null: a draft.")
    note = serializers.CharField()
    held = serializers.IntegerField(help_text="Lines of which a session took place.")
    missed = serializers.IntegerField()
    beside = serializers.IntegerField(help_text="Sessions of the year that no line meant.")
    lines = PlanLineRow(many=True)


class PlatformQuery(Query):
    kind = serializers.ChoiceField(choices=PlatformKind.choices, required=False)
    area = AreaField(required=False, help_text="Means everything beneath it.")
    q = Text(max_length=60, required=False, help_text="A part of the name, or the code.")


class FoundBody(Body):
    name = Text(max_length=60)
    kind = serializers.ChoiceField(choices=PlatformKind.choices)
    area = AreaField()
    compound = Text(max_length=40, required=False, help_text="Its code.")
    place = Text(max_length=120, required=False, allow_blank=True)
    about = Text(max_length=300, required=False, allow_blank=True)


class PlatformDays(Body):
    """The days that are not as usual."""

    def get_fields(self) -> dict[str, Any]:
        return {name: Whole(min_value=FEWEST, max_value=MOST, required=False) for name in DAYS}


class PlatformLabels(Body):
    """The steps that are called otherwise."""

    def get_fields(self) -> dict[str, Any]:
        return {
            str(one): Text(max_length=MAX_LABEL, required=False, allow_blank=True) for one in Phase
        }


class PlatformTermsBody(Body):
    """Instead of the terms before; what is not given is as by default."""

    days = PlatformDays(required=False)
    labels = PlatformLabels(required=False)
    quorum = Whole(min_value=1, max_value=500, required=False)
    resident_share = Whole(min_value=0, max_value=100, required=False)
    endorsers = Whole(min_value=1, max_value=500, required=False)
    is_open = Flag(required=False)


class PlatformSeatBody(Body):
    person = Text(max_length=150, help_text="The login name.")
    role = serializers.ChoiceField(choices=SeatRole.choices)
    starts_on = Day()
    ends_on = Day(required=False, allow_null=True, help_text="Still counts; none: until told.")


class PlatformSeatEndBody(Body):
    reason = Text(max_length=300)
    on = Day(required=False, help_text="Today, where none is given.")


class PlanLineBody(Body):
    key = Whole(min_value=1, max_value=32767, required=False, help_text="Of a line there is.")
    month = Whole(min_value=1, max_value=12)
    subject = Text(max_length=120)
    kind = serializers.ChoiceField(choices=SessionKind.choices)
    lead = Text(max_length=60, required=False, allow_blank=True)


class PlanBody(Body):
    lines = PlanLineBody(many=True, help_text=f"{MOST_LINES} at most.")


class PlanPublishBody(Body):
    note = Text(max_length=300, required=False, help_text="What changed; from version 2 on.")


def platform_of(code: str) -> Platform:
    # What is no code at all asks nothing of the database.
    rows = Platform.objects.select_related("area", "compound")
    found = None if "\x00" in code else rows.filter(code=code).first()
    if found is None:
        raise Http404
    return found


class PlatformViewSet(Resource):
    """The tables at which people are heard."""

    serializer_class = PlatformWhole
    pagination_class = OldestFirstPagination
    queries = {"list": PlatformQuery}

    @extend_schema(
        summary="Platforms", tags=TAGS, operation_id="platforms_list",
        responses=PlatformRow(many=True),
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        found, asked = Platform.objects.in_force(), self.asked
        if "kind" in asked:
            found = found.filter(kind=asked["kind"])
        if "area" in asked:
            found = found.under([asked["area"].path])
        if "q" in asked:
            found = found.named(asked["q"])
        return self.answer(found.select_related("area"), row)

    @extend_schema(
        summary="Found a platform", tags=TAGS, operation_id="platforms_found", request=FoundBody,
        responses={201: PlatformWhole, 409: REFUSED},
    )  # fmt: skip
    def create(self, request: Request) -> Response:
        """For who keeps platforms over the area."""
        given = FoundBody.read(request)
        if code := given.pop("compound", ""):
            given["compound"] = Compound.objects.filter(code=code).first()
            if given["compound"] is None:
                words = [_("There is no compound with this code.")]
                raise serializers.ValidationError({"compound": words})
        made = actions.found_platform(Founding(**given), by=request.user)
        return Response(_whole(platform_of(made.code)), status=201)

    @extend_schema(summary="One platform", tags=TAGS, operation_id="platforms_one")
    def retrieve(self, request: Request, code: str) -> Response:
        return Response(_whole(platform_of(code)))

    @extend_schema(
        summary="Set its terms", tags=TAGS, operation_id="platforms_terms",
        request=PlatformTermsBody, responses={200: PlatformWhole, 409: REFUSED},
    )  # fmt: skip
    def terms(self, request: Request, code: str) -> Response:
        """For its convenor and who keeps platforms above. Steps that run keep their days."""
        platform = platform_of(code)
        actions.set_terms(platform, NewTerms(**PlatformTermsBody.read(request)), by=request.user)
        return Response(_whole(platform))


class PlatformSeatViewSet(Resource):
    """Who sits at a platform today."""

    serializer_class = PlatformSeatRow
    pagination_class = OldestFirstPagination

    @extend_schema(summary="Who sits there", tags=TAGS, operation_id="platforms_seats")
    def list(self, request: Request, code: str) -> Response:
        rows = Seat.objects.held_on().filter(platform=platform_of(code), user__is_active=True)
        return self.answer(rows.select_related("user"), _seat)

    @extend_schema(
        summary="Fill a seat", tags=TAGS, operation_id="platforms_appoint", request=PlatformSeatBody,
        responses={201: PlatformSeatRow, 409: REFUSED},
    )  # fmt: skip
    def create(self, request: Request, code: str) -> Response:
        """Convenor and screener are chosen from above, and nobody is both."""
        platform = platform_of(code)
        given = {"ends_on": None, **PlatformSeatBody.read(request)}
        if not request.user.has_perm("consultations.run", platform):
            # Whether a login exists is told to nobody who may not fill a seat.
            self.permission_denied(request)
        name = given.pop("person")
        person = User.objects.filter(username__iexact=name, is_active=True).first()
        if person is None:
            raise serializers.ValidationError({"person": [_("Nobody has this login name.")]})
        seat = actions.appoint(platform, person, by=request.user, **given)
        return Response(_seat(seat), status=201)

    @extend_schema(
        summary="End a seat", tags=TAGS, operation_id="platforms_end_seat", request=PlatformSeatEndBody,
        responses={200: PlatformSeatRow, 409: REFUSED},
    )  # fmt: skip
    def end(self, request: Request, code: str, id: int) -> Response:
        rows = Seat.objects.select_related("platform__area", "user")
        seat = rows.filter(platform=platform_of(code), pk=id).first()
        if seat is None:
            raise Http404
        return Response(
            _seat(actions.end_seat(seat, by=request.user, **PlatformSeatEndBody.read(request)))
        )


class PlanViewSet(Resource):
    """The plan of a year, and what was done of each line."""

    serializer_class = PlanWhole
    pagination_class = OnePage

    @extend_schema(summary="The plan of a year", tags=TAGS, operation_id="platforms_plan")
    def retrieve(self, request: Request, code: str, year: int) -> Response:
        """As published last."""
        return Response(_plan(self._in_force(platform_of(code), year)))

    def _in_force(self, platform: Platform, year: int) -> Plan:
        found = Plan.objects.in_force(platform, year) if 2000 <= year <= 2099 else None
        if found is None:
            raise Http404
        found.platform = platform
        return found

    @extend_schema(
        summary="Write a draft", tags=TAGS, operation_id="platforms_plan_draft", request=PlanBody,
        responses={200: PlanWhole, 409: REFUSED},
    )  # fmt: skip
    def create(self, request: Request, code: str, year: int) -> Response:
        """Instead of the draft before. A line with the `key` of an earlier version is that line."""
        platform = platform_of(code)
        lines = [Line(**one) for one in PlanBody.read(request)["lines"]]
        draft = actions.begin_plan(platform, year, by=request.user)
        return Response(_plan(actions.set_lines(draft, lines, by=request.user)))

    @extend_schema(
        summary="Publish the draft", tags=TAGS, operation_id="platforms_plan_publish",
        request=PlanPublishBody, responses={200: PlanWhole, 409: REFUSED},
    )  # fmt: skip
    def publish(self, request: Request, code: str, year: int) -> Response:
        """From then on it stays as it is."""
        platform = platform_of(code)
        given = PlanPublishBody.read(request)
        if not request.user.has_perm("consultations.plan", platform):
            self.permission_denied(request)
        draft = Plan.objects.filter(platform=platform, year=min(year, 32767), published_at=None)
        found = draft.select_related("platform__area").first()
        if found is None:
            raise Http404
        return Response(_plan(actions.publish_plan(found, by=request.user, **given)))


def row(one: Platform) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.name,
        "kind": one.kind,
        "area": coded(one.area),
        "place": one.place,
    }


def _whole(one: Platform) -> dict[str, Any]:
    rules = queries.rules_of(one)
    return row(one) | {
        "about": one.about,
        "compound": coded(one.compound) if one.compound else None,
        "founded_on": one.founded_on,
        "ended_on": one.ended_on,
        "terms": {
            "days": dict(rules.days),
            "labels": dict(rules.labels),
            "quorum": rules.quorum,
            "resident_share": rules.resident_share,
            "endorsers": rules.endorsers,
            "is_open": rules.is_open,
        },
        "empty": [str(some.role) for some in tables.sittings(one) if not some.seats],
    }


def _seat(one: Seat) -> dict[str, Any]:
    return {
        "id": one.pk,
        "person": one.user.name,
        "role": one.role,
        "starts_on": one.period.lower or one.period.upper,
        "ends_before": one.period.upper,
        "drawn_by_lot": one.drawn_by_lot,
    }


def _plan(plan: Plan) -> dict[str, Any]:
    rows = yearplans.planned(plan)
    held = tables.held_in(plan.year).filter(platform=plan.platform).count()
    sums = yearplans.summed(plan, rows, held)
    return {
        "year": plan.year,
        "version": plan.number,
        "published_at": told(plan.published_at),
        "note": plan.note,
        "held": sums.held,
        "missed": sums.missed,
        "beside": sums.beside,
        "lines": [
            {
                "key": one.line.key,
                "month": one.line.month,
                "subject": one.line.subject,
                "kind": one.line.kind,
                "lead": one.line.lead,
                "progress": one.state,
                "topics": [link.topic.number for link in one.links if link.topic],
                "sessions": [link.session.pk for link in one.links if link.session],
            }
            for one in rows
        ],
    }
