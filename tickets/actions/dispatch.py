"""Routing: what waits is given to whom the rules name, with its helpers and its clocks."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from govgrid.core import clock
from govgrid.core.copying import copy_in, reserve
from tickets import clocks, firstlook, notices, routing
from tickets.models import Assignment, Check, Helper, Ticket, TicketEvent
from tickets.posts import near_to
from tickets.routing import Decision
from tickets.workflow import State

ASSIGNMENT = [
    "id", "ticket_id", "department_id", "role", "state", "offered_at", "reported_in_rank",
]  # fmt: skip
EVENT = [
    "ticket_id", "assignment_id", "verb", "before", "after", "at", "department_id", "note", "data",
]  # fmt: skip
CHECK = ["ticket_id", "asks", "asked_at", "question", "finding", "words"]


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
    waiting = firstlook.needed([one.ticket_id for one in decisions])
    given = _give([_to_nobody(one) if one.ticket_id in waiting else one for one in decisions], at)
    looks = near_to([one.ticket for one in given if one.ticket.pk in waiting])
    lines = clocks.start_all(
        ((one.ticket, one.assignments, _since(one, at)) for one in given), looked_at=looks
    )
    routing.mark_routed((one.ticket for one in given), at)
    copy_in(Check, CHECK, ([pk, one.asks, at, "", "", ""] for pk, one in looks.items()))
    copy_in(
        TicketEvent, EVENT, (_event(one, looks, lines.get(one.ticket.pk, []), at) for one in given)
    )
    notices.routed(((one.ticket, one.assignments) for one in given), looks)
    return len(decisions)


def _to_nobody(decision: Decision) -> Decision:
    """What somebody looks at first is given to nobody yet, whatever the rules would say."""
    return replace(decision, department_id=None, why={})


def _give(decisions: list[Decision], at: datetime) -> list[Given]:
    tickets = routing.being_routed(decisions)
    helpers = _helpers(one for one in tickets if one.is_whistle)
    parts = [_parts(one, helpers.get(one.ticket_id, [])) for one in decisions]
    ids = iter(reserve(Assignment, sum(map(len, parts))))
    given = [
        Given(ticket, [Assignment(id=next(ids), offered_at=at, **part) for part in mine], why)
        for ticket, mine, why in zip(tickets, parts, decisions, strict=True)
    ]
    rows = (vars(row) for one in given for row in one.assignments)
    copy_in(Assignment, ASSIGNMENT, ([row[name] for name in ASSIGNMENT] for row in rows))
    return given


def _parts(why: Decision, helpers: list[Helper]) -> list[dict[str, Any]]:
    """Who gets a part in it, the lead first."""
    if why.department_id is None:
        return []
    lead, assist = Assignment.Role.LEAD, Assignment.Role.ASSIST
    who = [(why.department_id, lead)]
    who += [(one.department_id, assist) for one in helpers if one.department_id != who[0][0]]
    return [
        {"ticket_id": why.ticket_id, "department_id": department, "role": role}
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


def _event(one: Given, looks: Container[int], lines: list[clocks.Line], at: datetime) -> list[Any]:
    verb = "ask_check" if one.ticket.pk in looks else "route"
    lead = one.assignments[0].pk if one.assignments else None
    story: dict[str, object] = dict(one.why.why)
    if len(one.assignments) > 1:
        story["helpers"] = [helper.department_id for helper in one.assignments[1:]]
    if lines:
        story["clocks"] = lines
    to = one.why.department_id
    return [one.ticket.pk, lead, verb, State.FILED, one.ticket.state, at, to, "", story]
