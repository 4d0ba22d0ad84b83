"""The whistle: blown, approved or refused, and the score at the end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from govgrid.core.errors import Refused
from govgrid.core.text import tidy
from govgrid.privacy import guard
from grids import scoping
from tickets.effects.work import withdraw_all
from tickets.models import Helper, Score, Ticket, Whistle
from tickets.workflow import TERMS, Facts, State, WhistleKind

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from grids.models import Department
    from tickets.models import Assignment


def blow(facts: Facts, at: datetime) -> None:
    """A report becomes a whistle; it goes out at once, or waits for who must approve."""
    ticket, given = facts.ticket, facts.given
    held = ticket.state
    write(
        ticket,
        WhistleKind(str(given["whistle_kind"])),
        tried=str(given.get("tried") or ""),
        missing_power=str(given.get("missing_power") or ""),
        helpers=given.get("helpers") or (),
        by=facts.by,
        at=at,
    )
    ticket.held_state = held
    if ticket.state == State.FILED:
        _go_out(facts)


def write(
    ticket: Ticket,
    kind: WhistleKind,
    *,
    tried: str,
    missing_power: str,
    helpers: Iterable[Department],
    by: User | None,
    at: datetime,
) -> Whistle:
    """The whistle's row, and the state in which its ticket waits. Saving the ticket is left."""
    terms = TERMS[kind]
    is_out = not terms.approve or (
        by is not None and scoping.covers(by, terms.approve, ticket.place)
    )
    whistle = Whistle.objects.create(
        ticket=ticket,
        kind=kind,
        tried=tidy(tried),
        missing_power=tidy(missing_power),
        blown_at=at,
        blown_by=by,
        out_at=at if is_out else None,
        approved_by=by if is_out and terms.approve else None,
    )
    Helper.objects.bulk_create(
        Helper(whistle=whistle, department=one, why=getattr(one, "why", {})) for one in helpers
    )
    ticket.kind, ticket.whistle_kind = Ticket.Kind.WHISTLE, kind
    ticket.state = State.FILED if is_out else State.AWAITING_APPROVAL
    return whistle


def approve(facts: Facts, at: datetime) -> None:
    """From this moment its clocks run."""
    whistle = current(facts.ticket)
    whistle.out_at, whistle.approved_by = at, facts.by
    whistle.save(update_fields=["out_at", "approved_by"])
    _go_out(facts)


def refuse(facts: Facts, at: datetime) -> None:
    """The matter does not vanish: it goes on as the report that it was."""
    whistle = current(facts.ticket)
    whistle.refused_at, whistle.refused_by = at, facts.by
    whistle.save(update_fields=["refused_at", "refused_by"])
    ticket = facts.ticket
    ticket.kind, ticket.whistle_kind = Ticket.Kind.REPORT, ""
    ticket.state = ticket.held_state or State.FILED
    ticket.held_state = ""


def current(ticket: Ticket) -> Whistle:
    """The one whistle of a ticket that was not refused."""
    return Whistle.objects.get(ticket=ticket, refused_at=None)


def _go_out(facts: Facts) -> None:
    """To be routed anew: whoever had it as a report is let off, and may be the lead again."""
    withdraw_all(facts)
    ticket = facts.ticket
    ticket.state, ticket.held_state = State.FILED, ""
    ticket.lead_department = None
    ticket.routed_at = None


def rate(facts: Facts, at: datetime) -> Assignment | None:
    ticket, given = facts.ticket, facts.given
    lead = next((one for one in facts.assignments if one.is_lead and one.is_live), None)
    if lead is None or facts.by is None:
        raise Refused("nobody_to_score", _("No department led this."))
    if Score.objects.filter(ticket=ticket, department=lead.department_id).exists():
        raise Refused("scored_already", _("This department has its score already."))
    Score.objects.create(
        ticket=ticket,
        department_id=lead.department_id,
        speed=given["speed"],
        quality=given["quality"],
        sentence=guard.mask(tidy(str(given.get("note") or "")))[:300],
        given_at=at,
        given_by=facts.by,
    )
    return lead
