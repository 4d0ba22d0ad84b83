"""Up one level: a desk above answers for the matter too. Nobody is let off by it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from govgrid.core.text import tidy
from grids import scoping
from tickets.models import Escalation, Ticket
from tickets.workflow import STEP_UP, Cause, Facts, Tier

if TYPE_CHECKING:
    from govgrid.accounts.models import User


def escalate(facts: Facts, at: datetime) -> None:
    ticket, given = facts.ticket, facts.given
    to = STEP_UP[Tier(ticket.level)]
    Escalation.objects.create(
        ticket=ticket,
        from_level=Tier.STREET if to == Tier.DISTRICT else Tier.COMMUNITY,
        to_level=to,
        tried=tidy(str(given.get("tried") or "")),
        missing_power=tidy(str(given.get("missing_power") or "")),
        cause=given.get("cause") or Cause.HAND,
        by=facts.by,
        at=at,
    )
    ticket.level = to


def settled(ticket: Ticket, by: User | None) -> None:
    """Settled on the spot: by the hand of whoever works in the very grid, and nobody above had it."""
    if by is None or ticket.level != Tier.COMMUNITY:
        return
    if any(post.area_id == ticket.grid_id for post in scoping.held(by)):
        ticket.level = Tier.GRID


def not_settled(ticket: Ticket) -> None:
    """It came back: what was not solved on the spot is the community's to solve."""
    if ticket.level == Tier.GRID:
        ticket.level = Tier.COMMUNITY
