"""Two tickets about one matter: one leads on, the other stands still and can be parted again."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.utils.translation import gettext as _

from govgrid.core.errors import Refused
from tickets.models import Ticket
from tickets.workflow import Facts


def merge(facts: Facts, at: datetime) -> None:
    ticket, into = facts.ticket, cast(Ticket, facts.given["into"])
    if ticket.merged.exists():
        raise Refused(
            "has_merged",
            _("Others were merged into this one. Merge the other way round."),
        )
    ticket.held_state, ticket.state = ticket.state, "merged"
    ticket.merged_into = into


def unmerge(facts: Facts, at: datetime) -> None:
    """Back to where it stood; its clocks go on with the time that was left."""
    ticket = facts.ticket
    ticket.state, ticket.held_state = ticket.held_state, ""
    ticket.merged_into = None
