"""When an instruction is to be answered, in the working time of its district."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from govgrid.worktime.arithmetic import Limit
from govgrid.worktime.queries import calendar
from grids.models import Area, Level

if TYPE_CHECKING:
    from govgrid.worktime.arithmetic import Calendar

# Of the working time from the instruction to its day.
REMIND = Fraction(3, 4)


def calendar_of(area: Area) -> Calendar:
    ids = area.ancestor_ids
    district = ids[Level.DISTRICT - 1 : Level.DISTRICT]
    code = Area.objects.filter(pk__in=district).values_list("code", flat=True).first()
    return calendar(code or "")


def due_at(area: Area, start: datetime, on: date) -> datetime:
    """The close of that day; of the next working day where it is none."""
    due = calendar_of(area).deadline(start, Limit.on(on))
    assert due is not None, "nothing is paused"  # noqa: S101
    return due


def remind_at(area: Area, start: datetime, on: date) -> datetime:
    """When three quarters of the working time are used."""
    found = calendar_of(area).fraction(start, Limit.on(on), REMIND)
    assert found is not None, "nothing is paused"  # noqa: S101
    return found
