"""What was promised, as far as clocks follow it: days of milestones, and the last of a hard case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from govgrid.worktime.arithmetic import Limit, Unit
from tickets.limits import Allowed
from tickets.models import Milestone
from tickets.workflow import LIVE, ClockKind, WhistleKind

if TYPE_CHECKING:
    from datetime import datetime

    from tickets.models import Assignment, Clock, Ticket

# As ``workflow.wanted`` has them: a milestone is the third part of its clock's key.
Key = tuple[int | None, str] | tuple[int | None, str, int]
WHOLE = 100


def key_of(one: Clock) -> Key:
    """What the clock is, among those of its ticket."""
    if one.milestone_id is None:
        return one.assignment_id, one.kind
    return one.assignment_id, one.kind, one.milestone_id


def milestones_of(ticket: Ticket) -> dict[int, Milestone]:
    """As they are after the move; only who owes a plan has any."""
    if not ticket.owes_plan:
        return {}
    return {one.pk: one for one in Milestone.objects.filter(ticket=ticket.pk)}


def dated(one: Milestone) -> Allowed:
    return Allowed(str(Limit.on(one.due_on)), "plan")


def last_of(
    ticket: Ticket, assignments: Iterable[Assignment], milestones: Iterable[Milestone]
) -> Milestone | None:
    """The last day that somebody who has the ticket promised in a hard case."""
    if ticket.whistle_kind != WhistleKind.HARD:
        return None
    live = {one.pk for one in assignments if one.state in LIVE}
    kept = [one for one in milestones if one.assignment_id in live]
    return max(kept, key=lambda one: one.due_on, default=None)


def is_dated(kind: str, share: int) -> bool:
    """Whether the last milestone says when this is due: a reopened ticket has half its limit."""
    return kind == ClockKind.RESOLVE and share == WHOLE


def in_place_of(
    one: Clock, last: Milestone, usual: Allowed | None, due: Callable[[str], datetime]
) -> Allowed | None:
    """The limit of a hard case that runs: its last milestone, where that is later; None: its own."""
    asked = dated(last)
    if Limit.parse(one.limit).unit is not Unit.ON:
        return asked if due(asked.limit) > one.due_at else None
    return usual if usual and due(usual.limit) > due(asked.limit) else asked
