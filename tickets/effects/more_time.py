"""Extensions, the one suspension, and exemptions: what each move writes beside the ticket."""

from __future__ import annotations

from datetime import datetime

from govgrid.core.text import tidy
from govgrid.privacy import guard
from govgrid.worktime.arithmetic import Limit
from grids import scoping
from tickets.beside import Beside
from tickets.effects.merging import back_to
from tickets.models import Appeal, Assignment, Clock, Extension, Suspension
from tickets.workflow import Facts, State, next_appeal, next_request

SIGNATURES = ("first", "second")


def said(facts: Facts) -> str:
    return guard.mask(tidy(str(facts.given.get("note") or "")))


def _beside(facts: Facts) -> Beside:
    assert facts.beside is not None, "an action gathers it"  # noqa: S101
    return facts.beside


# ── extensions ────────────────────────────────────────────────────────────────────────────────


def extend(facts: Facts, at: datetime) -> Assignment:
    """Asked by the head, the department has agreed already."""
    one, beside = facts.assignment, _beside(facts)
    assert one is not None and facts.by is not None  # noqa: S101, PT018
    # What was asked for on a clock that has ended is in nobody's way.
    stale = Extension.objects.filter(assignment=one, outcome="")
    stale.update(outcome=Extension.Outcome.LAPSED, decided_at=at)
    running = Clock.objects.select_for_update().get(pk=_running(facts, one).pk)
    amount = Limit(Limit.parse(running.limit).unit, facts.given["amount"])
    facts.given["limit"] = str(amount)  # as the log tells it
    is_head = scoping.works_in(facts.by, "tickets.endorse", [one.department_id])
    Extension.objects.create(
        ticket=facts.ticket,
        assignment=one,
        clock=running,
        serial=beside.granted(one.pk) + 1,
        amount=str(amount),
        reason=said(facts),
        asked_at=at,
        asked_by=facts.by,
        endorsed_at=at if is_head else None,
        endorsed_by=facts.by if is_head else None,
        due_before=running.due_at,
    )
    return one


def _running(facts: Facts, one: Assignment) -> Clock:
    running = _beside(facts).resolve_clock(one.pk)
    assert running is not None, "leads_on_a_clock lets none through"  # noqa: S101
    return running


def endorse(facts: Facts, at: datetime) -> Assignment:
    found = next_request(facts)
    found.endorsed_at, found.endorsed_by = at, facts.by
    found.save(update_fields=["endorsed_at", "endorsed_by"])
    return found.assignment


def grant(facts: Facts, at: datetime) -> Assignment:
    """Written when its clock has moved."""
    found = _decided(facts, at, Extension.Outcome.GRANTED)
    _beside(facts).granting = found
    return found.assignment


def deny(facts: Facts, at: datetime) -> Assignment:
    found = _decided(facts, at, Extension.Outcome.DENIED)
    found.save()
    return found.assignment


def _decided(facts: Facts, at: datetime, outcome: Extension.Outcome) -> Extension:
    found = next_request(facts)
    found.outcome, found.decided_at, found.decided_by = outcome, at, facts.by
    found.answer = said(facts)
    return found


# ── suspension ────────────────────────────────────────────────────────────────────────────────


def suspend(facts: Facts, at: datetime) -> None:
    ticket, by = facts.ticket, facts.by
    assert by is not None  # noqa: S101
    Suspension.objects.create(
        ticket=ticket, reason=said(facts), until=facts.given["until"], at=at, by=by
    )
    ticket.held_state, ticket.state = ticket.state, State.SUSPENDED


def resume(facts: Facts, at: datetime) -> None:
    """By hand, or because the day has come; every clock goes on with the time it had left."""
    ticket = facts.ticket
    Suspension.objects.filter(ticket=ticket, ended_at=None).update(ended_at=at, ended_by=facts.by)
    back_to(ticket, ticket.held_state)
    ticket.held_state = ""


# ── exemption ─────────────────────────────────────────────────────────────────────────────────


def appeal(facts: Facts, at: datetime) -> Assignment:
    one, by = facts.assignment, facts.by
    assert one is not None and by is not None  # noqa: S101, PT018
    asked, late = facts.given.get("clock"), _beside(facts).late(one.pk)
    which = next((clock for clock in late if clock.pk == asked), late[0])
    facts.given["kind"] = which.kind
    Appeal.objects.create(
        ticket=facts.ticket,
        assignment=one,
        clock=which,
        reason=said(facts),
        asked_at=at,
        asked_by=by,
    )
    return one


def exempt(facts: Facts, at: datetime) -> Assignment:
    """The first signature, or the second, with which it is exempt."""
    found = next_appeal(facts)
    which = "first" if found.first_at is None else "second"
    facts.given.update(kind=found.clock.kind, signature=SIGNATURES.index(which) + 1)
    setattr(found, f"{which}_at", at)
    setattr(found, f"{which}_by", facts.by)
    found.save(update_fields=[f"{which}_at", f"{which}_by"])
    return found.assignment


def uphold(facts: Facts, at: datetime) -> Assignment:
    """The lateness goes on to count."""
    found = next_appeal(facts)
    facts.given["kind"] = found.clock.kind
    found.refused_at, found.refused_by, found.answer = at, facts.by, said(facts)
    found.save(update_fields=["refused_at", "refused_by", "answer"])
    return found.assignment
