"""What a move is judged by that stands beside the ticket: read where a move asks for it."""

from __future__ import annotations

from typing import Any

from govgrid.core.parts import may_have
from tickets.models import Check, Milestone, Photo, Ticket
from tickets.workflow import MOVES, Proof, State
from tickets.workflow.milestones import MOVES as MILESTONE_MOVES


def on_the_spot(name: str, ticket: Ticket) -> dict[str, Any]:
    """What three moves are judged by that stands beside the ticket; read for these alone."""
    if ticket.state not in MOVES[name].sources:
        return {}
    if name in {"check", "ask_check"} and ticket.state == State.TRIAGE:
        return {"is_check_out": Check.objects.out().filter(ticket=ticket.pk).exists()}
    if name == "finish":
        return {"proof": proof_of(ticket)}
    if name == "verify":
        return {"closing": ticket.terms.closing if ticket.terms else ""}
    return {}


def proof_of(ticket: Ticket) -> Proof:
    """The nearest after-photo since the work was last sent back, where one is wanted."""
    if not ticket.wants_after_photo:
        return Proof()
    found = None
    if may_have(ticket, "photos"):
        found = Photo.objects.showing_work_of(ticket).first()
    metres = getattr(found, "metres", None)
    return Proof(
        is_wanted=True,
        is_there=found is not None,
        metres=metres.m if metres is not None else None,
        has_pin=ticket.point is not None,
    )


# The moves that are judged by what was promised; only a plan has promises.
_PROMISED = frozenset({"plan", "finish", *MILESTONE_MOVES})


def promised_on(name: str, ticket: Ticket) -> tuple[Milestone, ...]:
    """Read once by a page, which prefetches them, and by each move that asks."""
    return tuple(ticket.milestones.all()) if name in _PROMISED and ticket.owes_plan else ()
