"""What a move is: one arrow of the life of a ticket. The tables of them stand in other modules."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from django.utils.functional import Promise

from tickets.workflow.guards import Guard
from tickets.workflow.states import AssignmentState, State


class On(StrEnum):
    """What a move is taken on."""

    TICKET = "ticket"
    ASSIGNMENT = "assignment"


class Move(NamedTuple):
    """One arrow. ``sources`` are states of the ticket and, on an assignment, of that too."""

    label: str | Promise
    permission: str
    sources: frozenset[State]
    target: State | None  # None: follows from the assignments
    guards: tuple[Guard, ...] = ()
    on: On = On.TICKET
    assignment_sources: frozenset[AssignmentState] = frozenset()
    assignment_target: AssignmentState | None = None
    fields: tuple[str, ...] = ()
    icon: str = "check"
    key: str = ""
    stops: bool = False  # cannot be undone: outlined, never the default
    is_aside: bool = False  # among the buttons, but never the one that is meant first
    is_quiet: bool = False  # no button of its own: a toast or another page offers it
