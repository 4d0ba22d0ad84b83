"""When a step is due, and what happens by itself next: from the platform's terms and the calendar."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from consultations.models import Platform, Topic
from consultations.workflow import FIRINGS, Firing, Rules, State, due_of
from govgrid.core import clock
from govgrid.worktime.arithmetic import Limit
from govgrid.worktime.queries import calendar
from grids.models import Area, Level

if TYPE_CHECKING:
    from govgrid.worktime.arithmetic import Calendar


def calendar_of(platform: Platform) -> Calendar:
    """The working calendar of the district that the platform lies in."""
    district = [platform.place_ids[Level.DISTRICT]] if Level.DISTRICT in platform.place_ids else []
    code = Area.objects.filter(pk__in=district).values_list("code", flat=True).first()
    return calendar(code or "")


def working_days_after(platform: Platform, start: datetime, days: int) -> datetime:
    """The close of the ``days``-th working day after ``start``."""
    due = calendar_of(platform).deadline(start, Limit.parse(f"WD{days}"))
    assert due is not None, "nothing is paused"  # noqa: S101
    return due


def moment_of(firing: Firing, topic: Topic, rules: Rules) -> datetime:
    """When it happens, counted from the beginning of the step."""
    days = rules.days[firing.days]
    if firing.is_working:
        return working_days_after(topic.platform, topic.step_since, days)
    day = clock.local(topic.step_since).date() + timedelta(days=days)
    return clock.midnight(day) + timedelta(hours=8)


def begin(topic: Topic, at: datetime, rules: Rules) -> None:
    """A step begins: what it is due by, and what happens first by itself. The caller saves."""
    state = State(topic.state)
    topic.step_since, topic.fired = at, 0
    due = due_of(state)
    topic.step_due_at = moment_of(due, topic, rules) if due else None
    topic.fires_at = next_of(topic, rules)


def next_of(topic: Topic, rules: Rules) -> datetime | None:
    """The moment of the firing that comes next in this step; None where none is left."""
    if topic.state == State.DEFERRED:
        day = topic.revisit_on
        return clock.midnight(day) + timedelta(hours=8) if day else None
    firings = FIRINGS.get(State(topic.state), ())
    if topic.fired >= len(firings):
        return None
    if topic.state == State.CLOSED and topic.reviews.count() > 1:
        return None  # the second round was the last
    return moment_of(firings[topic.fired], topic, rules)
