"""What follows from a start, a limit, its share, the pauses and the calendar. Reads no row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from govgrid.worktime.arithmetic import Limit
from tickets.models import Clock, ClockPause
from tickets.promises import WHOLE
from tickets.workflow import ClockKind

if TYPE_CHECKING:
    from govgrid.worktime.arithmetic import Calendar
    from tickets.workflow import Colours

NEAR = Fraction(3, 4)


class Reckoned(NamedTuple):
    """What follows from a start, a limit, a share, the pauses and the calendar."""

    near_at: datetime
    due_at: datetime
    is_provisional: bool
    edition: int


def reckon(
    days: Calendar,
    started_at: datetime,
    limit: str,
    *,
    share: int = WHOLE,
    pauses: Iterable[tuple[datetime, datetime]] = (),
    near: Fraction = NEAR,
) -> Reckoned:
    """The deadline and its three quarters, or what stands for them, by this calendar."""
    terms, part, spans = Limit.parse(limit), Fraction(share, WHOLE), list(pauses)
    due = days.deadline(started_at, terms, spans, part)
    soon = days.fraction(started_at, terms, near, spans, part)
    assert due is not None and soon is not None, "only closed pauses come in"  # noqa: S101, PT018
    return Reckoned(min(soon, due), due, days.is_provisional(started_at, due), days.edition)


def red_from(
    one: Clock, days: Calendar, colours: Colours, pauses: Iterable[tuple[datetime, datetime]] = ()
) -> datetime:
    """When a clock that is over is so for long: half the limit over again, or two working days.

    Both count working time where the limit does, and no pause after the deadline.
    """
    spans = list(pauses)
    part = Fraction(one.share, WHOLE) * (1 + Fraction(colours.over_percent, WHOLE))
    by_share = days.deadline(one.started_at, Limit.parse(one.limit), spans, part)
    by_days = days.deadline(one.due_at, Limit.parse(colours.over_limit), spans)
    return min(at for at in (by_share, by_days) if at is not None)


def near_of(colours: Colours) -> Fraction:
    return Fraction(colours.near_percent, WHOLE)


def upcoming(one: Clock) -> datetime | None:
    """When the clock has something to say next: at three quarters, at the end, or never.

    A department's that is over is looked at once more, whatever made it run on: the sweep knows
    when it turns red, and whether its card has to be raised again.
    """
    if not one.is_running or one.paused_at is not None:
        return None
    if one.over_told_at is not None:
        return one.due_at if one.assignment_id else None
    # Closing happens by itself: there is nobody to remind.
    if one.near_told_at is None and one.kind != ClockKind.CLOSE:
        return one.near_at
    return one.due_at


def reckon_anew(
    one: Clock, days: Calendar, pauses: Iterable[ClockPause], near: Fraction = NEAR
) -> None:
    """Compute a running clock again by the latest calendar; what lies ahead again fires again."""
    told = reckon(
        days, one.started_at, one.limit, share=one.share, pauses=spans_of(pauses), near=near
    )
    later = told.due_at > one.due_at
    one.near_at, one.due_at, one.is_provisional, one.edition = told
    if later:
        one.over_told_at = one.red_told_at = None
    one.next_fire_at = upcoming(one)


def spans_of(pauses: Iterable[ClockPause]) -> list[tuple[datetime, datetime]]:
    return [(pause.started_at, pause.ended_at) for pause in pauses]


def second(at: datetime) -> datetime:
    """Limits are counted in whole seconds: what is shown and what is computed agree."""
    return at.replace(microsecond=0)
