"""The arithmetic of deadlines: pure, exact, and some microseconds long.

Inside, a moment is a whole number of microseconds of the wall clock in the district, and a year is
laid out once as its sessions with their running sums; after that every question is a bisection.
Measured on one core of the development machine: a deadline takes 6 to 12 µs, with a pause 15 to 30.
"""

from govgrid.worktime.arithmetic.calendar import Calendar
from govgrid.worktime.arithmetic.moments import ZONE, Pause
from govgrid.worktime.arithmetic.terms import (
    LIMIT,
    SESSIONS,
    USUAL_SESSIONS,
    Day,
    DayKind,
    Hours,
    Limit,
    Session,
    Step,
    StepKind,
    Table,
    Unit,
    parse_sessions,
    weekday_of,
)

__all__ = [
    "LIMIT",
    "SESSIONS",
    "USUAL_SESSIONS",
    "ZONE",
    "Calendar",
    "Day",
    "DayKind",
    "Hours",
    "Limit",
    "Pause",
    "Session",
    "Step",
    "StepKind",
    "Table",
    "Unit",
    "parse_sessions",
    "weekday_of",
]
