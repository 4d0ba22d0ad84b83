"""Disputes, rulings, and who is taken off."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from govgrid.core.errors import Refused
from govgrid.core.text import tidy
from govgrid.privacy import guard
from grids.models import Area
from tickets import routing, rulebook
from tickets.effects import work
from tickets.models import COLUMN_OF_LEVEL, Assignment, RoutingRule, Ruling
from tickets.routing import Supposed
from tickets.rules import LEVEL_OF
from tickets.workflow import AssignmentState, Facts, Reach, State, taken_off


def dispute(facts: Facts, at: datetime) -> Assignment:
    """As a return, but the third: only a ruling takes it from the desk."""
    one = facts.assignment
    assert one is not None  # noqa: S101
    one.disputed_at, one.disputed_by = at, facts.by
    one = work.step(facts, at, "dispute")
    facts.ticket.state, facts.ticket.lead_department = State.TRIAGE, None
    return one


def rule(facts: Facts, at: datetime) -> Assignment:
    """It binds the department, and is a rule from this minute on."""
    ticket, given, by = facts.ticket, facts.given, facts.by
    assert by is not None  # noqa: S101
    department, reach = given["department"], Reach(given["reach"])
    one = work.give(facts, at, department)
    one.ruled_at, one.ruled_by = at, by
    one.save(update_fields=["ruled_at", "ruled_by"])
    area = Area.objects.get(pk=getattr(ticket, COLUMN_OF_LEVEL[LEVEL_OF[reach]]))
    reason = guard.mask(tidy(str(given.get("note") or "")))
    follows = rulebook.set_by_ruling(
        by=by,
        category=ticket.category,
        area=area,
        department=department,
        source=ticket.number,
        reason=reason,
    )
    Ruling.objects.create(
        ticket=ticket,
        assignment=one,
        department=department,
        reason=reason,
        reach=reach,
        area=area,
        rule=follows,
        at=at,
        by=by,
    )
    _must_hold_here(facts, follows)
    ticket.routing = _why(facts, follows)
    return one


def _must_hold_here(facts: Facts, follows: RoutingRule) -> None:
    """A ruling that a narrower rule overrules at its own place would be asked for again.

    A drawn piece beats every area: there the ruling binds, and the piece is for the map to mend.
    """
    why = routing.suppose(Supposed.of(facts.ticket)).why
    if why.get("rule") == follows.code or why.get("drawn"):
        return
    said = _("Rule %(rule)s is narrower and would still decide here: choose a nearer reach.")
    raise Refused("narrower_rule", said % {"rule": why.get("rule", "")})


def _why(facts: Facts, follows: RoutingRule) -> dict[str, Any]:
    """Why this department, from now on: by the ruling, also on a border."""
    return {
        "outcome": "dispatched",
        "category": facts.ticket.category.code,
        "rule": follows.code,
        "area": {"code": follows.area.code, "name": follows.area.name},
        "drawn": False,
        "any_category": False,
        "function": "",
        "department": facts.given["department"].short_name,
        "ruling": facts.ticket.number,
    }


def withdraw(facts: Facts, at: datetime) -> Assignment:
    """An assistant goes; without the lead, who had not signed, the desk decides anew."""
    one = taken_off(facts)
    assert one is not None, "names_who_goes lets none through"  # noqa: S101
    one.state = AssignmentState.WITHDRAWN
    one.save(update_fields=["state"])
    if one.is_lead:
        facts.ticket.state, facts.ticket.lead_department = State.TRIAGE, None
    else:
        work.settle_state(facts)
    return one
