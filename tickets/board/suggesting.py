"""Who is proposed to lead what waits at the desk: asked for the one ticket that is looked at."""

from __future__ import annotations

from typing import Any, NamedTuple

from grids.models import Department
from tickets import routing
from tickets.models import Ticket, TicketEvent
from tickets.queries import departments_for
from tickets.routing import Supposed
from tickets.workflow import State


class Suggestion(NamedTuple):
    """``department`` is None where nothing fits; ``why`` is what the rules say now."""

    department: Department | None
    why: dict[str, Any]
    returned_by: str = ""  # the suggestion is that of the department that sent it back


def suggest(ticket: Ticket) -> Suggestion | None:
    """For a ticket at the desk: whom the last return named, else whom the rules name today.

    Whoever sent it back is not proposed again.
    """
    if ticket.state != State.TRIAGE:
        return None
    why = routing.suppose(Supposed.of(ticket)).why
    returns = list(ticket.events.filter(verb="return").select_related("department").order_by("-pk"))
    refused = {one.department_id for one in returns}
    choices = [one for one in departments_for(ticket) if one.pk not in refused]
    named = _called(choices, _wanted(returns[0])) if returns else None
    if named is not None:
        returner = returns[0].department
        return Suggestion(named, why, returner.short_name if returner else "")
    return Suggestion(_called(choices, why.get("department") or ""), why)


def _wanted(event: TicketEvent) -> str:
    return str(event.data.get("suggested_owner") or "")


def _called(choices: list[Department], name: str) -> Department | None:
    """The one of this very name; two of a name are nobody's suggestion."""
    found = [one for one in choices if name.strip() in (one.short_name, one.name)]
    return found[0] if len(found) == 1 else None
