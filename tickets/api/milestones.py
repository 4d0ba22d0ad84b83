"""What was promised on the way of a plan."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from govgrid.core.api import OnePage, Resource
from govgrid.core.fields import told
from grids.api import DepartmentBrief, department_brief
from tickets.api.tickets import in_reach
from tickets.milestones import LOOKS, Step, steps


class MilestoneStep(serializers.Serializer):
    """Set with `plan` or `add_milestone`, reached with `reach_milestone`, moved with
    `move_milestone`: see `actions/`."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    department = DepartmentBrief()
    assignment = serializers.IntegerField()
    first_due_on = serializers.DateField(help_text="As it was promised first; it never changes.")
    due_on = serializers.DateField()
    due_at = serializers.DateTimeField(
        allow_null=True, help_text="The end of its clock; null where none ever ran."
    )
    stand = serializers.ChoiceField(
        choices=[*LOOKS], help_text="`void`: the department no longer has the ticket."
    )
    is_late = serializers.BooleanField()
    reached_at = serializers.DateTimeField(allow_null=True)
    words = serializers.CharField(help_text="How it was reached.")


class MilestoneViewSet(Resource):
    """The steps of the plan in the order of their days."""

    serializer_class = MilestoneStep
    pagination_class = OnePage

    @extend_schema(summary="Its milestones", tags=["tickets"], operation_id="tickets_milestones")
    def list(self, request: Request, number: str) -> Response:
        ticket = in_reach(request.user, number)
        assignments = ticket.assignments.select_related("department")
        clocks = ticket.clocks.exclude(milestone=None).order_by("pk")
        return self.answer(steps(ticket, assignments, clocks), _step)


def _step(step: Step) -> dict[str, Any]:
    one = step.milestone
    return {
        "id": one.pk,
        "title": one.title,
        "department": department_brief(step.assignment.department),
        "assignment": one.assignment_id,
        "first_due_on": one.first_due_on,
        "due_on": one.due_on,
        "due_at": told(step.clock.due_at) if step.clock else None,
        "stand": step.stand,
        "is_late": step.is_late,
        "reached_at": told(one.reached_at),
        "words": one.words,
    }
