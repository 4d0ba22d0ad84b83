"""Every clock of a ticket, and how each deadline came about."""

from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import OnePage, Resource
from govgrid.core.fields import told
from govgrid.worktime.arithmetic import DayKind, Limit, Step, StepKind
from govgrid.worktime.queries import calendar
from grids.api import DepartmentBrief, department_brief
from tickets.api.parts import NULL_TIME
from tickets.api.tickets import in_reach
from tickets.models import Clock, Outcome
from tickets.workflow import ClockKind

PERCENT = 100


class StepRow(serializers.Serializer):
    """One line of the way from start to due. `used` counted here, `total` up to here."""

    kind = serializers.ChoiceField(
        choices=[*StepKind],
        help_text="`days` are calendar days, `elapsed` is time on the 24-hour clock.",
    )
    start = serializers.DateTimeField()
    end = serializers.DateTimeField(**NULL_TIME)
    day = serializers.ChoiceField(
        choices=[*DayKind], allow_null=True, help_text="What kind of day; null but for `days`."
    )
    name = serializers.CharField(help_text="Of a holiday, or of what a day makes up for.")
    days = serializers.IntegerField(help_text="How many days stand in this line.")
    used_seconds = serializers.IntegerField()
    total_seconds = serializers.IntegerField()
    is_provisional = serializers.BooleanField(help_text="The year is not published yet.")


class PauseRow(serializers.Serializer):
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(**NULL_TIME, help_text="Null: it still stands.")


class ClockRow(serializers.Serializer):
    """One deadline, with all that it was computed from."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=ClockKind.choices)
    label = serializers.CharField()
    department = DepartmentBrief(allow_null=True, help_text="Null: the ticket's own clock.")
    assignment = serializers.IntegerField(allow_null=True)
    milestone = serializers.IntegerField(
        allow_null=True, help_text="The id of the milestone that it runs for."
    )
    limit = serializers.CharField(
        help_text="UH and UM are hours and minutes day and night, WH and WM working ones, "
        "WD working days; ON261020 is the end of 20 October 2026."
    )
    share = serializers.IntegerField(help_text="Percent of the limit: 50 after a reopening.")
    basis = serializers.CharField(
        help_text="`standard`, `category`, `plan` (a day that was promised), or the code of a district's own limit, as in L-0007."
    )
    started_at = serializers.DateTimeField()
    near_at = serializers.DateTimeField(help_text="Three quarters of the time are used.")
    due_at = serializers.DateTimeField()
    is_provisional = serializers.BooleanField(
        help_text="A year in it is not published yet: the deadline may move."
    )
    edition = serializers.IntegerField(help_text="Of the working calendar.")
    paused_at = serializers.DateTimeField(**NULL_TIME)
    stopped_at = serializers.DateTimeField(**NULL_TIME, help_text="Null: it runs, or is paused.")
    outcome = serializers.ChoiceField(choices=Outcome.choices, allow_null=True)
    is_late = serializers.BooleanField(help_text="Met after its time.")
    pauses = PauseRow(many=True)
    steps = StepRow(many=True, help_text="The way from start to due, line by line.")


class ClockViewSet(Resource):
    """The deadlines, running and stopped, in the order in which they began."""

    serializer_class = ClockRow
    pagination_class = OnePage

    @extend_schema(
        summary="Every clock, and how its deadline was computed",
        tags=["tickets"],
        operation_id="tickets_clocks",
    )
    def list(self, request: Request, number: str) -> Response:
        ticket = in_reach(request.user, number)
        clocks = ticket.clocks.select_related("assignment__department").prefetch_related("pauses")
        district = ticket.district.code
        return self.answer(clocks.order_by("pk"), lambda one: _clock(one, district))


def _clock(one: Clock, district: str) -> dict[str, Any]:
    owner = one.assignment
    pauses = [(pause.started_at, pause.ended_at) for pause in one.pauses.all()]
    if one.paused_at is not None:
        pauses.append((one.paused_at, None))
    return {
        "id": one.pk,
        "kind": one.kind,
        "label": one.get_kind_display(),
        "department": department_brief(owner.department) if owner else None,
        "assignment": one.assignment_id,
        "milestone": one.milestone_id,
        "limit": one.limit,
        "share": one.share,
        "basis": one.basis,
        "started_at": told(one.started_at),
        "near_at": told(one.near_at),
        "due_at": told(one.due_at),
        "is_provisional": one.is_provisional,
        "edition": one.edition,
        "paused_at": told(one.paused_at),
        "stopped_at": told(one.stopped_at),
        "outcome": one.outcome or None,
        "is_late": one.is_late,
        "pauses": [{"started_at": told(a), "ended_at": told(b)} for a, b in pauses],
        "steps": _steps(one, district, pauses),
    }


def _steps(one: Clock, district: str, pauses: Iterable[Any]) -> list[dict[str, Any]]:
    """By the edition that computed it, so that the last line is its very deadline."""
    days = calendar(district, one.edition)
    part = Fraction(one.share, PERCENT)
    return [_step(step) for step in days.explain(
        one.started_at, Limit.parse(one.limit), pauses, part
    )]  # fmt: skip


def _step(step: Step) -> dict[str, Any]:
    return {
        "kind": step.kind,
        "start": told(step.start),
        "end": told(step.end),
        "day": step.day.kind if step.day else None,
        "name": step.day.name if step.day else "",
        "days": step.days,
        "used_seconds": _seconds(step.used),
        "total_seconds": _seconds(step.total),
        "is_provisional": step.is_provisional,
    }


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
