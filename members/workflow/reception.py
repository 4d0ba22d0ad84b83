"""Reception days: in which ways one is received, by which weekly rule, and the life of a booking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from dateutil.rrule import rrulestr
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from govgrid.core.errors import Refused

# Slots are made so far ahead.
AHEAD = timedelta(weeks=4)
HALF_DAY = timedelta(hours=5)
DAYS = (
    ("MO", _("Monday")), ("TU", _("Tuesday")), ("WE", _("Wednesday")), ("TH", _("Thursday")),
    ("FR", _("Friday")), ("SA", _("Saturday")), ("SU", _("Sunday")),
)  # fmt: skip
WEEKDAYS = tuple(code for code, _label in DAYS)
EVERY = (
    (1, _("every week")), (2, _("every second week")), (3, _("every third week")),
    (4, _("every fourth week")),
)  # fmt: skip
LONGEST_INTERVAL = 4


class Mode(TextChoices):
    DESK = "desk", pgettext_lazy("reception", "At the station")
    DOOR = "door", pgettext_lazy("reception", "At your door")
    ONLINE = "online", pgettext_lazy("reception", "Online")


class BookingState(TextChoices):
    WAITING = "waiting", pgettext_lazy("booking", "On the waiting list")
    BOOKED = "booked", pgettext_lazy("booking", "Booked")
    CAME = "came", pgettext_lazy("booking", "Came")
    NO_SHOW = "no_show", pgettext_lazy("booking", "Did not come")
    DONE = "done", pgettext_lazy("booking", "Dealt with")
    CANCELLED = "cancelled", pgettext_lazy("booking", "Cancelled")


# These hold a place; who waits has none yet.
SEATED = (BookingState.BOOKED, BookingState.CAME, BookingState.NO_SHOW, BookingState.DONE)
LIVE = (BookingState.WAITING, *SEATED)
# Of these the resident may say how it was.
RATED = (BookingState.CAME, BookingState.DONE)
# And for so long; after that a mark stays as it is, and may be counted.
RATED_WITHIN = timedelta(days=30)


# Colour and glyph of each.
LOOKS = {
    BookingState.WAITING: ("is-new", "clock"),
    BookingState.BOOKED: ("is-offered", "calendar"),
    BookingState.CAME: ("is-onsite", "s-onsite"),
    BookingState.NO_SHOW: ("is-quiet", "cross"),
    BookingState.DONE: ("is-done", "s-done"),
    BookingState.CANCELLED: ("is-quiet", "s-declined"),
}


class Turn(NamedTuple):
    """One arrow in the life of a booking."""

    label: str | Promise
    sources: frozenset[BookingState]
    target: BookingState


_S = BookingState
TURNS: dict[str, Turn] = {
    "move_up": Turn(pgettext_lazy("booking", "Move up"), frozenset({_S.WAITING}), _S.BOOKED),
    "cancel": Turn(
        pgettext_lazy("booking", "Cancel"), frozenset({_S.WAITING, _S.BOOKED}), _S.CANCELLED
    ),
    "come": Turn(
        pgettext_lazy("booking", "Came"), frozenset({_S.BOOKED, _S.NO_SHOW}), _S.CAME
    ),
    "miss": Turn(pgettext_lazy("booking", "Did not come"), frozenset({_S.BOOKED}), _S.NO_SHOW),
    "finish": Turn(
        pgettext_lazy("booking", "Write down what came of it"), frozenset({_S.CAME}), _S.DONE
    ),
}  # fmt: skip


def turned(name: str, state: str) -> BookingState:
    """Where ``name`` leads from ``state``; refused where the table has no such arrow."""
    turn = TURNS[name]
    if state not in turn.sources:
        raise Refused(
            "wrong_state",
            _("“%(move)s” is not possible any more: the booking is “%(state)s”.")
            % {"move": turn.label, "state": BookingState(state).label},
        )
    return turn.target


# ── the weekly rule ───────────────────────────────────────────────────────────────────────────


def weekly(days: Sequence[str], every: int = 1) -> str:
    """The rule as RFC 5545 writes it."""
    chosen = ",".join(one for one in WEEKDAYS if one in days)
    return f"FREQ=WEEKLY;INTERVAL={every};BYDAY={chosen}"


def read_weekly(rule: str) -> tuple[list[str], int]:
    """The days and the interval of a rule; ValueError for what is no weekly rule of ours."""
    parts = dict(part.split("=", 1) for part in rule.split(";") if "=" in part)
    days, every = parts.get("BYDAY", "").split(","), parts.get("INTERVAL", "")
    if not set(days) <= set(WEEKDAYS) or not every.isascii() or not every.isdigit():
        raise ValueError("no weekly rule")
    if weekly(days, int(every)) != rule or not 1 <= int(every) <= LONGEST_INTERVAL:
        raise ValueError("no weekly rule")
    return days, int(every)


def told_of(rule: str) -> str:
    """The rule in words, as on Tuesday, every week."""
    days, every = read_weekly(rule)
    names = pgettext("between days", ", ").join(str(dict(DAYS)[one]) for one in days)
    return f"{names} · {dict(EVERY)[every]}"


def days_of(rule: str, since: date, first: date, last: date) -> list[date]:
    """The days from ``first`` to ``last`` on which it is, counted in weeks from ``since``."""
    # Weeks are counted from the Monday, whichever day of the week the rule began on.
    monday = since - timedelta(days=since.weekday())
    start = datetime.combine(monday, time.min)
    found = rrulestr(rule, dtstart=start).between(
        datetime.combine(max(first, since), time.min), datetime.combine(last, time.min), inc=True
    )
    return [one.date() for one in found]


class Span(NamedTuple):
    """A slot of a day, on the clock on the wall."""

    begins: time
    ends: time


def spans_of(
    begins: time, ends: time, minutes: int, sessions: Sequence[tuple[int, int]]
) -> Iterator[Span]:
    """The slots of one day; a reception of a whole day rests when the offices rest.

    ``sessions`` are the working sessions of the day, in minutes since midnight.
    """
    first, last = begins.hour * 60 + begins.minute, ends.hour * 60 + ends.minute
    rests = timedelta(minutes=last - first) > HALF_DAY
    for start in range(first, last - minutes + 1, minutes):
        if not rests or any(a <= start and start + minutes <= b for a, b in sessions):
            yield Span(_time(start), _time(start + minutes))


def _time(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)
