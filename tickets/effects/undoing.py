"""Taking back the last move within seconds: the log keeps both."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tickets.effects import merging
from tickets.models import Assignment
from tickets.workflow import AssignmentState, Facts


def snapshot(facts: Facts) -> dict[str, Any]:
    """What a move is about to change, so that it can be put back."""
    return {
        "state": facts.ticket.state,
        "lead": facts.ticket.lead_department_id,
        "assignments": {one.pk: [one.state, one.role] for one in facts.assignments},
    }


def undo(facts: Facts, at: datetime) -> Assignment | None:
    last = facts.last
    assert last is not None, "workflow.can_be_undone lets none through"  # noqa: S101
    if last.verb == "merge":
        merging.unmerge(facts, at)
        return None
    before = last.data["undo"]
    for one in facts.assignments:
        state, role = before["assignments"].get(str(one.pk), [AssignmentState.WITHDRAWN, one.role])
        if state != AssignmentState.DONE:
            one.done_at = one.done_by = None
        one.state, one.role = state, role
    # Those let go first: one lead lives at a time.
    for one in sorted(facts.assignments, key=lambda one: one.is_live):
        one.save()
    merging.back_to(facts.ticket, before["state"])
    facts.ticket.lead_department_id = before["lead"]
    return None
