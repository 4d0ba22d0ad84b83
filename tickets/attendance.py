"""Who came to the place, at what rank, and at which rank the rule of the colours asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

from govgrid.core import clock as business
from govgrid.worktime.arithmetic import Limit, Unit
from govgrid.worktime.queries import calendar
from tickets.models import Arrival, Assignment, Clock, Ticket
from tickets.workflow import Rank

if TYPE_CHECKING:
    from django.utils.functional import Promise

# Red: half the limit over it, or two working days, whichever comes first.
RED_SHARE = Fraction(3, 2)
RED_DAYS = Limit(Unit.WD, 2)
# No colour, blue (three quarters used), yellow (late), red (late by half), as they grow.
COLOURS: tuple[tuple[str, Rank, str | Promise], ...] = (
    ("none", Rank.LIAISON, _("Nothing is near its limit: a liaison may come.")),
    ("blue", Rank.SECTION_HEAD, _("A limit is near: a section head should come.")),
    ("yellow", Rank.DEPUTY_HEAD, _("It is late: a deputy head should come.")),
    ("red", Rank.HEAD, _("It is late by half of its limit: the head should come.")),
)
NONE, BLUE, YELLOW, RED = range(4)
_HEIGHT = {rank: height for height, (_colour, rank, _why) in enumerate(COLOURS)}


class Asked(NamedTuple):
    """The rank that is asked for at one moment, and why."""

    colour: str
    rank: Rank
    why: str | Promise


class Came(NamedTuple):
    """Somebody who came, and whether the rank was high enough; None: no rank was said."""

    arrival: Arrival
    asked: Asked
    is_met: bool | None


class Attendance(NamedTuple):
    """One department: what is asked of it now, and who came."""

    assignment: Assignment
    asked: Asked
    came: list[Came]


def attendance(
    ticket: Ticket, assignments: Iterable[Assignment], clocks: Sequence[Clock]
) -> list[Attendance]:
    """Every live department of a ticket. ``assignments`` bring ``arrivals`` and their persons."""
    now = business.now()
    found = []
    for one in assignments:
        mine = [clock for clock in clocks if clock.assignment_id == one.pk]
        came = [_came(ticket, arrival, mine) for arrival in one.arrivals.all()]
        if one.is_live or came:
            found.append(Attendance(one, asked(ticket, mine, now), came))
    return found


def _came(ticket: Ticket, arrival: Arrival, clocks: Sequence[Clock]) -> Came:
    wanted = asked(ticket, clocks, arrival.at)
    height = _HEIGHT.get(arrival.rank)  # type: ignore[call-overload]
    is_met = None if height is None else height >= _HEIGHT[wanted.rank]
    return Came(arrival, wanted, is_met)


def asked(ticket: Ticket, clocks: Iterable[Clock], at: datetime) -> Asked:
    """By the worst of the clocks that ran at this moment: a colour lapses when it is cured."""
    worst = max((_height(ticket, one, at) for one in clocks if _ran(one, at)), default=NONE)
    return Asked(*COLOURS[worst])


def _ran(clock: Clock, at: datetime) -> bool:
    # What an arrival stops has run until then.
    return clock.started_at <= at and (clock.stopped_at is None or at <= clock.stopped_at)


def _height(ticket: Ticket, clock: Clock, at: datetime) -> int:
    at = min(at, clock.paused_at or at)
    if at < clock.near_at:
        return NONE
    if at < clock.due_at:
        return BLUE
    return RED if at >= _red_at(ticket, clock) else YELLOW


def _red_at(ticket: Ticket, clock: Clock) -> datetime:
    days = calendar(ticket.district.code, clock.edition)
    pauses = [(one.started_at, one.ended_at) for one in clock.pauses.all()]
    limit, share = Limit.parse(clock.limit), RED_SHARE * Fraction(clock.share, 100)
    half_over = days.deadline(clock.started_at, limit, pauses, share)
    two_days = days.deadline(clock.due_at, RED_DAYS)
    return min(one for one in (half_over, two_days) if one is not None)
