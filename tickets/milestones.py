"""The steps of a ticket's plan as a page and a program read them: each with its clock."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from tickets.models import Clock, Milestone, Ticket
from tickets.workflow import LIVE, AssignmentState

if TYPE_CHECKING:
    from tickets.models import Assignment

LOOKS = {
    "reached": ("is-done", "s-done"),
    "late": ("is-over", "s-overdue"),
    "near": ("is-near", "clock"),
    "open": ("is-onsite", "clock"),
    "void": ("is-quiet", "s-declined"),
}


class Step(NamedTuple):
    """One milestone and how it stands: reached, open, near, late or void."""

    milestone: Milestone
    assignment: Assignment
    clock: Clock | None
    stand: str

    @property
    def css(self) -> str:
        return LOOKS[self.stand][0]

    @property
    def glyph(self) -> str:
        return LOOKS[self.stand][1]

    @property
    def is_late(self) -> bool:
        """Reached, or still to be reached, after its day."""
        return self.stand == "late" or bool(self.clock and self.clock.is_late)


def steps(ticket: Ticket, assignments: Iterable[Assignment], clocks: Iterable[Clock]) -> list[Step]:
    """In the order of their days. Reads what was promised only where a plan is owed."""
    if not ticket.owes_plan:
        return []
    parts = {one.pk: one for one in assignments}
    last = {one.milestone_id: one for one in clocks if one.milestone_id}
    return [
        Step(one, parts[one.assignment_id], last.get(one.pk), _stand(one, parts, last.get(one.pk)))
        for one in ticket.milestones.all()
    ]


def _stand(one: Milestone, parts: dict[int, Assignment], clock: Clock | None) -> str:
    part = parts[one.assignment_id]
    if one.reached_at is not None:
        return "reached"
    if part.state not in LIVE or part.state == AssignmentState.DONE:
        return "void"
    if clock is None or (clock.over_told_at is None and clock.near_told_at is None):
        return "open"
    return "late" if clock.over_told_at else "near"
