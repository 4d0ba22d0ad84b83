"""Steps of a plan: promised, reached, moved; and a department called in beside the others."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from govgrid.core.text import tidy
from govgrid.privacy import guard
from grids.models import Department
from tickets.models import Assignment, Milestone
from tickets.workflow import Facts
from tickets.workflow.milestones import chosen, owner_of, words_of


def write(facts: Facts, at: datetime) -> None:
    """The rows of what was promised; nothing where nothing was."""
    Milestone.objects.bulk_create(
        Milestone(
            ticket=facts.ticket,
            assignment_id=owner_of(one, facts) or 0,
            title=tidy(one.title),
            first_due_on=one.due_on,
            due_on=one.due_on,
            set_at=at,
            set_by=facts.by,
        )
        for one in facts.given.get("milestones") or ()
    )


def add(facts: Facts, at: datetime) -> None:
    write(facts, at)


def reach(facts: Facts, at: datetime) -> Assignment:
    one = _chosen(facts)
    one.reached_at, one.reached_by, one.words = at, facts.by, guard.mask(words_of(facts))[:500]
    one.save(update_fields=["reached_at", "reached_by", "words"])
    assert facts.assignment is not None  # noqa: S101
    return facts.assignment


def move(facts: Facts, at: datetime) -> Assignment:
    one = _chosen(facts)
    one.due_on = facts.given["due_on"]
    one.save(update_fields=["due_on"])
    return next(part for part in facts.assignments if part.pk == one.assignment_id)


def _chosen(facts: Facts) -> Milestone:
    one = chosen(facts)
    assert one is not None, "workflow.check lets none through"  # noqa: S101
    return one


def call_in(facts: Facts, at: datetime) -> Assignment:
    """Beside who has it already; an assistant with clocks of its own."""
    department = facts.given["department"]
    assert isinstance(department, Department)  # noqa: S101
    return Assignment.objects.create(
        ticket=facts.ticket,
        department=department,
        role=Assignment.Role.ASSIST,
        offered_at=at,
        offered_by=facts.by,
    )


def told(facts: Facts) -> dict[str, Any]:
    """What was promised, reached or moved, as the log keeps it; the first day is the row's."""
    given = facts.given
    data: dict[str, Any] = {}
    if given.get("milestones"):
        data["milestones"] = [
            {
                "title": tidy(one.title),
                "due": one.due_on.isoformat(),
                "department": one.department.short_name if one.department else "",
            }
            for one in given["milestones"]
        ]
    one = chosen(facts)
    if one is not None:
        data["milestone"] = one.title
    if given.get("due_on"):
        data["due_on"] = given["due_on"].isoformat()
    return data
