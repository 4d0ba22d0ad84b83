"""What may happen to a ticket next, and making it happen."""

from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.api import Body, OnePage, Resource
from govgrid.core.fields import Day, Flag, Id, Moment, Text, Uuid, Whole
from grids import scoping
from grids.api import DepartmentField
from tickets import actions, queries, staff
from tickets.api.filing import AHEAD, MOST_HELPERS
from tickets.api.lookups import Lookups, with_reasons
from tickets.api.shapes import Rows, TicketWhole
from tickets.api.tickets import CategoryField, in_reach
from tickets.forms.moves import MAX_AMOUNT
from tickets.models import Milestone, Ticket
from tickets.offers import FIELD_OF, Offer, permitted
from tickets.workflow import (
    MOST_PARTS,
    MOVES,
    WITHIN,
    AssignmentState,
    Finding,
    Part,
    Rank,
    Reach,
    ReturnReason,
    Tier,
    WhistleKind,
)
from tickets.workflow.milestones import MOST, Dated

# Whatever a move takes besides, these may go with it.
ALWAYS = frozenset({"note", "assignment", "seen"})
FIELDS = list(dict.fromkeys(name for move in MOVES.values() for name in move.fields))


class Missing(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()


class MoveField(serializers.Serializer):
    name = serializers.ChoiceField(choices=FIELDS)
    required = serializers.BooleanField()


class MoveRow(serializers.Serializer):
    """A move that you have the permission for."""

    name = serializers.ChoiceField(choices=[*MOVES])
    label = serializers.CharField()
    allowed = serializers.BooleanField(help_text="Nothing is missing but what you send with it.")
    missing = Missing(many=True)
    fields = MoveField(many=True, help_text="What the body may or must hold.")
    assignment = serializers.IntegerField(
        allow_null=True, help_text="The department's part it would be taken on."
    )


class PartBody(Body):
    """One matter that becomes a ticket of its own."""

    client_id = Uuid(help_text="Made by you. The same split sent again makes nothing new.")
    category = CategoryField(help_text="A code of `categories/`.")
    description = Text(max_length=2000)


class MilestoneBody(Body):
    """A step of a plan."""

    title = Text(max_length=80)
    due_on = Day(help_text="A day after today, within a year.")
    department = DepartmentField(
        required=False, help_text="One that has the ticket in hand; left out, the lead."
    )

    def to_internal_value(self, data: Any) -> Any:
        return Dated(**super().to_internal_value(data))


class MoveBody(Body):
    """What goes with a move. `actions/` says which of these each move takes."""

    note = Text(max_length=2000, allow_blank=True, required=False)
    department = DepartmentField(
        required=False,
        help_text="For `assign` and `rule`: who shall lead. For `supervise`: the addressee, else "
        "the lead. For `withdraw`: who is taken off.",
    )
    helpers = serializers.ListField(
        child=Text(max_length=40),
        max_length=MOST_HELPERS,
        required=False,
        help_text="For `assign` and `blow`: codes of the departments that shall assist.",
    )
    suggested_owner = Text(
        max_length=100, allow_blank=True, required=False, help_text="For `return` and `dispute`."
    )
    rank = serializers.ChoiceField(
        choices=Rank.choices, required=False, help_text="For `report_in`: at what rank you came."
    )
    accepted_at = Moment(required=False, help_text="For `finish`: when it was accepted.")
    spoke_with = Text(
        max_length=200,
        allow_blank=True,
        required=False,
        help_text="For `finish`: with whom it was talked over; who they are to it, no names.",
    )
    until = Day(
        required=False,
        help_text="For `finish`: until when it holds. For `suspend`: the day on which it goes on.",
    )
    return_reason = serializers.ChoiceField(
        choices=ReturnReason.choices, required=False, help_text="For `return` and `dispute`."
    )
    reach = serializers.ChoiceField(
        choices=Reach.choices,
        required=False,
        help_text="For `rule`: how far it holds, for this category.",
    )
    amount = Whole(
        min_value=1,
        max_value=MAX_AMOUNT,
        required=False,
        help_text="For `extend`: by how much, in the unit of the limit: 3 is WD3 where that is WD5.",
    )
    clock = Id(
        required=False,
        help_text="For `appeal`: which late clock shall not count, where several were late.",
    )
    whistle_kind = serializers.ChoiceField(
        choices=WhistleKind.choices, required=False, help_text="For `blow`."
    )
    tried = Text(
        max_length=1000, allow_blank=True, required=False, help_text="For `blow` and `escalate`."
    )
    missing_power = Text(
        max_length=500, allow_blank=True, required=False, help_text="For `blow` and `escalate`."
    )
    from_level = serializers.ChoiceField(
        choices=Tier.choices,
        required=False,
        help_text="For `escalate`: the level that you know; refused when it went up since.",
    )
    into = Text(
        max_length=24, required=False, help_text="For `merge`: the number of the other ticket."
    )
    within = serializers.ChoiceField(
        choices=WITHIN,
        required=False,
        help_text="For `supervise`: within what working time the order is to be answered.",
    )
    speed = Whole(min_value=1, max_value=5, required=False, help_text="For `rate`.")
    quality = Whole(min_value=1, max_value=5, required=False, help_text="For `rate`.")
    parts = PartBody(
        many=True,
        required=False,
        min_length=1,
        max_length=MOST_PARTS,
        help_text="For `split`: the other matters, each with what it is about.",
    )
    handler = Text(
        max_length=150,
        required=False,
        help_text="For `hand_to`: the user name of a colleague in the department.",
    )
    milestones = serializers.ListField(
        child=MilestoneBody(),
        max_length=MOST,
        required=False,
        help_text="For `plan` and `add_milestone`: what will be reached, by whom, on which day.",
    )
    milestone = Id(required=False, help_text="For `reach_milestone` and `move_milestone`: its id.")
    due_on = Day(required=False, help_text="For `move_milestone`: the new day.")
    finding = serializers.ChoiceField(
        choices=Finding.choices, required=False, help_text="For `check`: what is there."
    )
    no_photo = Text(
        max_length=200,
        allow_blank=True,
        required=False,
        help_text="For `finish`: why there is no after-photo from within 50 m, where one is wanted.",
    )
    meets = Flag(
        required=False, help_text="For `verify`: the closing condition was looked at and is met."
    )
    assignment = Id(
        required=False, help_text="Where it concerns one department; yours is taken otherwise."
    )
    seen = Id(
        required=False,
        help_text="The id of the last event you know: when somebody was faster since, the refusal "
        "`changed_since` says who.",
    )

    default_error_messages = {
        "unknown_assignment": _("This ticket has no assignment with this id."),
        "unknown_department": _("There is no department with this code."),
        "unknown_colleague": _("No colleague of yours in this has that user name."),
        "closed_category": _("This category is closed."),
        "unknown_ticket": _("There is no ticket with this number within your reach."),
        "unknown_milestone": _("This ticket has no milestone with this id."),
        "in_the_future": _("This time lies in the future."),
        "before_the_report": _("It was not reported before this."),
        "not_taken": _("This move does not take it."),
    }

    def validate_assignment(self, key: int) -> int:
        if not self.context["ticket"].assignments.filter(pk=key).exists():
            self.fail("unknown_assignment")
        return key

    def validate_milestone(self, key: int) -> Milestone:
        found = self.context["ticket"].milestones.filter(pk=key).first()
        return found or self.fail("unknown_milestone")

    def validate_accepted_at(self, moment: datetime) -> datetime:
        if moment > clock.now() + AHEAD:
            self.fail("in_the_future")
        # For many at once there is no single report that it could lie before.
        ticket = self.context.get("ticket")
        if ticket and moment < ticket.filed_at.replace(second=0, microsecond=0):
            self.fail("before_the_report")
        return moment

    def validate_helpers(self, codes: list[str]) -> list[Any]:
        wanted = list(dict.fromkeys(codes))
        known = Lookups(self.context["user"]).departments(wanted)
        found = [known.get(code) for code in wanted]
        if not all(one and one.is_active for one in found):
            self.fail("unknown_department")
        return found

    def validate_parts(self, parts: list[dict[str, Any]]) -> list[Part]:
        if not all(one["category"].is_active for one in parts):
            self.fail("closed_category")
        return [Part(one["client_id"], one["category"], one["description"]) for one in parts]

    def validate_handler(self, username: str) -> User | None:
        """Who is no colleague is answered as who does not exist; who may not hand it on is told
        nothing of either."""
        acting = scoping.reach(self.context["user"], "tickets.work").departments
        if ticket := self.context.get("ticket"):
            live = ticket.assignments.live().values_list("department", flat=True)
            acting = acting & frozenset(live)
        if not acting:
            return None
        found = staff.of(acting).filter(username=username).first()
        return found or self.fail("unknown_colleague")

    def validate_into(self, number: str) -> Ticket:
        return Lookups(self.context["user"]).ticket(number) or self.fail("unknown_ticket")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """A word that nobody asked for would be written into the log."""
        strange = given.keys() - ALWAYS - set(MOVES[self.context["name"]].fields)
        if strange:
            detail = serializers.ErrorDetail(self.error_messages["not_taken"], "not_taken")
            raise serializers.ValidationError({name: [detail] for name in sorted(strange)})
        return given


class MoveViewSet(Resource):
    """The arrows of the workflow table, as far as they are yours."""

    serializer_class = MoveRow
    pagination_class = OnePage

    @extend_schema(
        summary="What you may do now, and what is missing for the rest",
        tags=["tickets"],
        operation_id="tickets_actions",
    )
    def list(self, request: Request, number: str) -> Response:
        ticket = in_reach(request.user, number)
        assignments = ticket.assignments.select_related("department")
        found = permitted(ticket, by=request.user, assignments=assignments)
        # Everybody may take back what he just did, and every department answer: named while there
        # is something to take back, or to answer.
        shown = [one for one in found if one.name not in {"undo", "answer"} or one.is_open]
        return self.answer(shown, _move)

    @extend_schema(
        summary="Take a move",
        tags=["tickets"],
        operation_id="tickets_act",
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH, enum=[*MOVES])],
        request=MoveBody,
        responses={
            200: OpenApiResponse(TicketWhole, description="The ticket after it."),
            409: OpenApiResponse(
                description="The state or a condition says no: `wrong_state`, `changed_since`, or "
                "what is missing, such as `note_needed`, `report_in_first`, `returns_used_up`, "
                "`return_too_late`, `needs_ruling`, `own_work`, `top_level`. `actions/` says it "
                "beforehand."
            ),
        },
        examples=[
            OpenApiExample(
                "Finish a whistle",
                value={
                    "accepted_at": "2026-09-24T09:12:00+08:00",
                    "spoke_with": "报告的网格员",
                    "note": "新井盖已安装",
                    "until": "2026-09-25",
                },
                request_only=True,
            ),
            OpenApiExample(
                "Return",
                value={
                    "return_reason": "not_ours",
                    "note": "不是市政井盖",
                    "suggested_owner": "供电公司",
                },
                request_only=True,
            ),
            OpenApiExample(
                "Rule",
                value={"department": "zjj", "reach": "street", "note": "小区内的井盖归住建局"},
                request_only=True,
            ),
            OpenApiExample(
                "Ask for more time",
                value={"amount": 5, "note": "配件未到"},
                request_only=True,
            ),
        ],
    )
    def act(self, request: Request, number: str, name: str) -> Response:
        """`report_in` of a second person of the department is noted among its arrivals."""
        ticket = in_reach(request.user, number)
        if name not in MOVES:
            raise Http404
        context = {"ticket": ticket, "name": name, "user": request.user}
        body = MoveBody(data=request.data, context=context)
        body.is_valid(raise_exception=True)
        ticket = _take(ticket, name, request.user, dict(body.validated_data))
        return Response(Rows(request).whole(ticket))


def _take(ticket: Ticket, name: str, user: Any, given: dict[str, Any]) -> Ticket:
    if name == "blow" and given.get("whistle_kind"):
        helpers = given.get("helpers", ())
        given["helpers"] = with_reasons(helpers, ticket, given["whistle_kind"], user)
    if name == "split":
        parts = given.pop("parts", [])
        return actions.split(ticket, parts, by=user, **_only(given, "note", "seen"))
    if name != "report_in":
        return actions.move(ticket, name, by=user, **given)
    if not _is_there_already(ticket, user, given):
        return actions.move(ticket, name, by=user, via="api", **given)
    actions.arrive(ticket, by=user, rank=given.get("rank", ""), via="api")
    return ticket


def _only(given: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}


def _is_there_already(ticket: Ticket, user: Any, given: dict[str, Any]) -> bool:
    """The asker's department has reported in, so that he is a further arrival of it."""
    mine = queries.assignment_of(ticket, user)
    if mine is None or mine.state != AssignmentState.REPORTED_IN:
        return False
    # Of two departments of one person the one that is named, or that is still to come, is meant.
    waiting = ticket.assignments.filter(
        department__in=scoping.reach(user, "tickets.work").departments,
        state=AssignmentState.SIGNED,
    )
    return given.get("assignment") in {None, mine.pk} and not waiting.exists()


def _move(offer: Offer) -> dict[str, Any]:
    return {
        "name": offer.name,
        "label": str(offer.move.label),
        "allowed": offer.is_open,
        "missing": [
            {"code": lack.code, "detail": lack.message}
            for lack in offer.lacks
            if lack.code not in FIELD_OF
        ],
        "fields": [
            {"name": field, "required": field in offer.wanted} for field in offer.move.fields
        ],
        "assignment": offer.assignment.pk if offer.assignment else None,
    }
