"""Routing: what waits is given to whom the rules name, with its helpers and its clocks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from govgrid.core import clock
from tickets import clocks, notices, queries, routing
from tickets.models import Assignment, Helper, Ticket, TicketEvent
from tickets.routing import Decision
from tickets.workflow import State


class Given(NamedTuple):
    """One routed ticket, who got it (the lead first), and why."""

    ticket: Ticket
    assignments: list[Assignment]
    why: Decision


@transaction.atomic
def route() -> int:
    """Give up to 500 filed tickets to whom the rules name, or to the street desk; how many.

    Locks what it takes and skips what another worker holds. Killed before the commit, it has done
    nothing and the rows wait as before. Emergency whistles come first.
    """
    decisions = routing.claim_and_decide()
    if not decisions:
        return 0
    at = clock.now()
    queries.mark_routed(decisions, at)
    given = _give(decisions, at)
    lines = clocks.start_all((one.ticket, one.assignments, _since(one, at)) for one in given)
    queries.mark_due({one.ticket.pk: one.ticket.due_at for one in given})
    TicketEvent.objects.bulk_create(
        TicketEvent(
            ticket=one.ticket,
            assignment=next(iter(one.assignments), None),
            verb="route",
            before=State.FILED,
            after=one.ticket.state,
            at=at,
            department_id=one.why.department_id,
            data=_story(one, lines.get(one.ticket.pk, [])),
        )
        for one in given
    )
    notices.routed([(one.ticket, one.assignments) for one in given])
    return len(decisions)


def _give(decisions: list[Decision], at: datetime) -> list[Given]:
    tickets = queries.just_routed(one.ticket_id for one in decisions)
    helpers = _helpers(one for one in tickets.values() if one.is_whistle)
    rows = {
        one.ticket_id: _assignments(one, helpers.get(one.ticket_id, []), at) for one in decisions
    }
    Assignment.objects.bulk_create(row for some in rows.values() for row in some)
    return [Given(tickets[one.ticket_id], rows[one.ticket_id], one) for one in decisions]


def _assignments(why: Decision, helpers: list[Helper], at: datetime) -> list[Assignment]:
    if why.department_id is None:
        return []
    lead, assist = Assignment.Role.LEAD, Assignment.Role.ASSIST
    who = [(why.department_id, lead)]
    who += [(one.department_id, assist) for one in helpers if one.department_id != who[0][0]]
    return [
        Assignment(ticket_id=why.ticket_id, department_id=department, role=role, offered_at=at)
        for department, role in who
    ]


def _helpers(whistles: Iterable[Ticket]) -> dict[int, list[Helper]]:
    """The confirmed helpers by ticket; no statement when no whistle is among them."""
    ids = [one.pk for one in whistles]
    found: dict[int, list[Helper]] = {}
    if ids:
        rows = Helper.objects.filter(whistle__ticket__in=ids, whistle__refused_at=None)
        for one in rows.select_related("whistle").order_by("pk"):
            found.setdefault(one.whistle.ticket_id, []).append(one)
    return found


def _since(one: Given, at: datetime) -> datetime:
    """Time counts from the server's receipt or from the approval, not from when a worker had
    time; a street desk's own limit from now."""
    return (one.ticket.out_at or one.ticket.filed_at) if one.assignments else at  # type: ignore[attr-defined]


def _story(one: Given, lines: list[clocks.Line]) -> dict[str, object]:
    story: dict[str, object] = dict(one.why.why)
    if len(one.assignments) > 1:
        story["helpers"] = [helper.department_id for helper in one.assignments[1:]]
    return story | ({"clocks": lines} if lines else {})
