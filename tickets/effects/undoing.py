"""Taking back the last move within seconds: the log keeps both."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tickets.effects import checking, merging
from tickets.models import Assignment
from tickets.workflow import AssignmentState, Facts


def snapshot(facts: Facts) -> dict[str, Any]:
    """What a move is about to change, so that it can be put back."""
    return {
        "state": facts.ticket.state,
        "lead": facts.ticket.lead_department_id,
        "level": facts.ticket.level,
        "assignments": {one.pk: [one.state, one.role] for one in facts.assignments},
        "returned": {
            one.pk: [
                _iso(one.returned_at), one.returned_by_id, _iso(one.offered_at), one.offered_by_id,
            ]
            for one in facts.assignments
            if one.state == AssignmentState.RETURNED
        },
        "done": {
            one.pk: [_iso(one.done_at), one.done_by_id]
            for one in facts.assignments
            if one.state == AssignmentState.DONE
        },
    }  # fmt: skip


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def undo(facts: Facts, at: datetime) -> Assignment | None:
    last = facts.last
    assert last is not None, "workflow.can_be_undone lets none through"  # noqa: S101
    if last.verb == "merge":
        merging.unmerge(facts, at)
        return None
    before = last.data["undo"]
    for one in facts.assignments:
        _as_before(one, before)
    # Those let go first: one lead lives at a time.
    for one in sorted(facts.assignments, key=lambda one: one.is_live):
        one.save()
    merging.back_to(facts.ticket, before["state"])
    checking.ask_again(facts.ticket, last.at)
    facts.ticket.lead_department_id = before["lead"]
    facts.ticket.level = before.get("level", facts.ticket.level)
    return None


def _as_before(one: Assignment, before: dict[str, Any]) -> None:
    key = str(one.pk)
    if key not in before["assignments"]:
        _unmake(one)
        return
    one.state, one.role = before["assignments"][key]
    at, by = before.get("done", {}).get(key, (None, None))
    if one.state != AssignmentState.DONE:
        one.done_at = one.done_by = None
    elif at is not None:
        one.done_at, one.done_by_id = datetime.fromisoformat(at), by
    _put_back(one, before.get("returned", {}).get(key))


def _unmake(one: Assignment) -> None:
    """Made by the move that is taken back: nobody has had it, nor worked on it."""
    one.state = AssignmentState.WITHDRAWN
    one.signed_at = one.signed_by = one.done_at = one.done_by = None


def _put_back(one: Assignment, returned: list[Any] | None) -> None:
    """What the desk gave to the same department again is at the desk once more."""
    if returned is None or one.returned_at is not None:
        return
    at, by, offered, *giver = returned
    one.returned_at, one.returned_by_id = datetime.fromisoformat(at), by
    one.offered_at = datetime.fromisoformat(offered)
    if giver:
        one.offered_by_id = giver[0]
