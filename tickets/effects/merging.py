"""Two tickets about one matter: one leads on, the other stands still and can be parted again."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.utils.translation import gettext as _

from govgrid.core.errors import Refused
from tickets.models import Ticket
from tickets.workflow import Facts, State


def merge(facts: Facts, at: datetime) -> None:
    ticket, into = facts.ticket, cast(Ticket, facts.given["into"])
    if ticket.merged.exists():
        raise Refused(
            "has_merged",
            _("Others were merged into this one. Merge the other way round."),
        )
    ticket.held_state, ticket.state = ticket.state, State.MERGED
    ticket.merged_into = into
    # Only what is filed waits for routing.
    ticket.routed_at = ticket.routed_at or at


def unmerge(facts: Facts, at: datetime) -> None:
    """Back to where it stood; its clocks go on with the time that was left."""
    ticket = facts.ticket
    # Whoever reported that one hears of it.
    facts.given["parted_from"] = ticket.merged_into
    back_to(ticket, ticket.held_state)
    ticket.held_state, ticket.merged_into = "", None


def back_to(ticket: Ticket, state: str) -> None:
    """What was still filed waits for routing once more."""
    ticket.state = state
    if state == State.FILED:
        ticket.routed_at = None
