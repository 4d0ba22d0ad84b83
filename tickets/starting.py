"""A clock that begins: by which limit, from when, and what follows from that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from tickets.limits import Allowed, Limits
from tickets.promises import WHOLE, Key
from tickets.reckoning import Reckoned, near_of, reckon, second
from tickets.workflow import ClockKind

if TYPE_CHECKING:
    from govgrid.worktime.arithmetic import Calendar
    from tickets.models import Ticket


class Start(NamedTuple):
    """A clock that begins: the row that it will be, without its id."""

    ticket_id: int
    assignment_id: int | None
    kind: str
    milestone_id: int | None
    limit: str
    share: int
    basis: str
    started_at: datetime
    near_at: datetime
    due_at: datetime
    is_provisional: bool
    edition: int

    @property
    def next_fire_at(self) -> datetime:
        return self.due_at if self.kind == ClockKind.CLOSE else self.near_at


class ReckonedOnce:
    """What was reckoned for one ticket stands for those that begin in the same second."""

    def __init__(self) -> None:
        self.known: dict[tuple[Any, ...], Reckoned] = {}

    def __call__(
        self, days: Calendar, since: datetime, limit: str, *, share: int, near: Fraction
    ) -> Reckoned:
        key = (id(days), since, limit, share, near)
        if key not in self.known:
            self.known[key] = reckon(days, since, limit, share=share, near=near)
        return self.known[key]


def begin(
    ticket: Ticket,
    key: Key,
    since: datetime,
    limits: Limits,
    days: Calendar,
    share: int = WHOLE,
    reckon_by: Callable[..., Reckoned] = reckon,
) -> Start | None:
    """None where there is no limit for it here."""
    allowed = limits.of(ClockKind(key[1]), ticket, is_again=share != WHOLE)
    if allowed is None:
        return None
    near = near_of(limits.colours(ticket))
    return start_of(ticket, key, since, allowed, days, near, share, reckon_by)


def start_of(
    ticket: Ticket,
    key: Key,
    since: datetime,
    allowed: Allowed,
    days: Calendar,
    near: Fraction,
    share: int = WHOLE,
    reckon_by: Callable[..., Reckoned] = reckon,
) -> Start:
    assignment_id, kind, *milestone = key
    since = second(since)
    near_at, due_at, is_provisional, edition = reckon_by(
        days, since, allowed.limit, share=share, near=near
    )
    return Start(
        ticket.pk, assignment_id, kind, next(iter(milestone), None), allowed.limit, share,
        allowed.basis, since, near_at, due_at, is_provisional, edition,
    )  # fmt: skip
