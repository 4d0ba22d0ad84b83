"""Moves of a department's work, and of who decides, verifies and closes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from govgrid.core.errors import Refused
from grids import scoping
from grids.models import Department
from tickets import workflow
from tickets.effects import levels
from tickets.effects.milestones import write as write_milestones
from tickets.models import Arrival, Assignment
from tickets.workflow import LIVE, MOVES, AssignmentState, Facts, State

if TYPE_CHECKING:
    from govgrid.accounts.models import User

# What a move on an assignment stamps on it.
STAMPS = {
    "sign": "signed",
    "report_in": "reported_in",
    "plan": "planned",
    "make_safe": "made_safe",
    "finish": "done",
    "return": "returned",
    "dispute": "returned",
}


def step(facts: Facts, at: datetime, name: str) -> Assignment:
    one = facts.assignment
    assert one is not None, "workflow.check lets none through"  # noqa: S101
    one.state = MOVES[name].assignment_target or one.state
    _stamp(one, STAMPS[name], facts.by, at)
    one.save()
    return one


def _stamp(one: Assignment, what: str, by: User | None, at: datetime | None) -> None:
    setattr(one, f"{what}_at", at)
    setattr(one, f"{what}_by", by)


def sign(facts: Facts, at: datetime) -> Assignment:
    facts.ticket.state = State.HANDLING
    return step(facts, at, "sign")


def report_in(facts: Facts, at: datetime) -> Assignment:
    one = facts.assignment
    assert one is not None and facts.by is not None  # noqa: S101, PT018
    one.reported_in_rank = str(facts.given.get("rank") or "")
    one = step(facts, at, "report_in")
    Arrival.objects.create(
        assignment=one,
        person=facts.by,
        rank=one.reported_in_rank,
        via=facts.given.get("via") or Arrival.Via.PAGE,
        at=at,
    )
    return one


def plan(facts: Facts, at: datetime) -> Assignment:
    write_milestones(facts, at)
    return step(facts, at, "plan")


def confirm_safe(facts: Facts, at: datetime) -> Assignment:
    """Somebody from the place looked. The department's own word is another stamp."""
    one = next(one for one in facts.assignments if one.is_lead and one.is_live)
    _stamp(one, "safe_seen", facts.by, at)
    one.save(update_fields=["safe_seen_at", "safe_seen_by"])
    return one


def make_safe(facts: Facts, at: datetime) -> Assignment:
    return step(facts, at, "make_safe")


def finish(facts: Facts, at: datetime) -> Assignment:
    one = step(facts, at, "finish")
    settle_state(facts)
    return one


def send_back(facts: Facts, at: datetime) -> Assignment:
    """A lead's return sends the ticket to the street desk; an assistant's touches only its own."""
    one = step(facts, at, "return")
    if one.is_lead:
        facts.ticket.state = State.TRIAGE
        facts.ticket.lead_department = None
        facts.ticket.return_count += 1
    else:
        settle_state(facts)
    return one


def settle_state(facts: Facts) -> None:
    if workflow.is_handled([one.state for one in facts.assignments]):
        facts.ticket.state = State.HANDLED


def assign(facts: Facts, at: datetime) -> Assignment:
    return give(facts, at, facts.given["department"])


def give(facts: Facts, at: datetime, department: Department) -> Assignment:
    """Name the lead. A department that assists already is put in the lead, and has work again if
    its help was finished; the one that sent it to the desk takes it up where it stood, with the
    time that was left."""
    assert isinstance(department, Department)  # noqa: S101
    one = _live_of(facts, department.pk) or _taken_up(facts, at, department)
    if one is not None and one.state == AssignmentState.DONE:
        _put_back_in_hand(one)
    if one is None:
        one = Assignment(
            ticket=facts.ticket, department=department, offered_at=at, offered_by=facts.by
        )
    one.role = Assignment.Role.LEAD
    one.save()
    facts.ticket.lead_department = department
    offer_helpers(facts, facts.given.get("helpers") or (), at)
    begun = one.state in workflow.IN_HAND
    facts.ticket.state = State.HANDLING if begun else State.DISPATCHED
    return one


def _taken_up(facts: Facts, at: datetime, department: Department) -> Assignment | None:
    """Its part again, offered anew as far as it may be returned anew."""
    one = workflow.sent_back_by(facts.assignments)
    if one is None or one.department_id != department.pk:
        return None
    arrived = AssignmentState.REPORTED_IN if one.reported_in_at else AssignmentState.SIGNED
    one.state = arrived if one.signed_at else AssignmentState.OFFERED
    one.offered_at, one.offered_by = at, facts.by
    _stamp(one, "returned", None, None)
    return one


def offer_helpers(facts: Facts, departments: Iterable[Department], at: datetime) -> None:
    """Assistants that a person confirmed; who has the ticket already is left as he is."""
    lead = facts.ticket.lead_department_id
    have = {one.department_id for one in facts.assignments if one.state in LIVE} | {lead}
    Assignment.objects.bulk_create(
        Assignment(
            ticket=facts.ticket,
            department=one,
            role=Assignment.Role.ASSIST,
            offered_at=at,
            offered_by=facts.by,
        )
        for one in departments
        if one.pk not in have
    )


def _live_of(facts: Facts, department_id: int) -> Assignment | None:
    same = (one for one in facts.assignments if one.department_id == department_id)
    return next((one for one in same if one.state in LIVE), None)


def settle(facts: Facts, at: datetime) -> Assignment:
    """An assignment to the office that settles it, done at once; offers to others are withdrawn."""
    office = _own_office(facts)
    withdraw_all(facts)
    one = Assignment(
        ticket=facts.ticket,
        department=office,
        role=Assignment.Role.LEAD,
        state=AssignmentState.DONE,
        offered_at=at,
        offered_by=facts.by,
    )
    _stamp(one, "signed", facts.by, at)
    _stamp(one, "done", facts.by, at)
    one.save()
    facts.ticket.routed_at = facts.ticket.routed_at or at
    facts.ticket.lead_department = office
    levels.settled(facts.ticket, facts.by)
    facts.ticket.state = State.HANDLED
    return one


def _own_office(facts: Facts) -> Department:
    """The street's office for who holds a post of the street, else the community's."""
    ticket = facts.ticket
    streets = (
        {ticket.street_id} & {p.area_id for p in scoping.held(facts.by)} if facts.by else set()
    )
    area = ticket.street_id if streets else ticket.community_id
    offices = Department.objects.active().filter(kind=Department.Kind.OFFICE, area=area)
    office = offices.first()
    if office is None:
        raise Refused("no_office", _("There is no office here that could settle it."))
    return office


def withdraw_all(facts: Facts) -> None:
    for one in facts.assignments:
        # What is done stays done, whoever leads.
        if one.state in LIVE and one.state != AssignmentState.DONE:
            one.state = AssignmentState.WITHDRAWN
            one.save(update_fields=["state"])


def decline(facts: Facts, at: datetime) -> None:
    withdraw_all(facts)
    facts.ticket.lead_department = None
    facts.ticket.state = State.DECLINED


def verify(facts: Facts, at: datetime) -> None:
    facts.ticket.state = State.VERIFIED


def close(facts: Facts, at: datetime) -> None:
    facts.ticket.state = State.CLOSED


def back_to_work(facts: Facts, at: datetime) -> Assignment | None:
    """Rejected or reopened: the lead has it in hand again, from where it stood before finishing."""
    facts.ticket.state = State.HANDLING
    levels.not_settled(facts.ticket)
    done = [one for one in facts.assignments if one.state == AssignmentState.DONE]
    lead = next((one for one in done if one.is_lead), None)
    if lead is not None:
        _put_back_in_hand(lead)
        lead.save()
    return lead


def _put_back_in_hand(one: Assignment) -> None:
    """From where it stood before finishing."""
    arrived = one.reported_in_at is not None
    one.state = AssignmentState.REPORTED_IN if arrived else AssignmentState.SIGNED
    _stamp(one, "done", None, None)
