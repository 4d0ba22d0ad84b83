"""More time and time that did not count, who agreed, and rulings: for the ticket's own page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from tickets.models import Appeal, Clock, Extension, Ruling
from tickets.spans import limit_words

if TYPE_CHECKING:
    from tickets.beside import Beside
    from tickets.models import Suspension

# A ticket that was merged and parted for years has some dozens.
MOST_SPANS = 20


class Span(NamedTuple):
    """A stretch that did not count; ``until`` is None while it lasts."""

    since: datetime
    until: datetime | None


class Asked(NamedTuple):
    """A request for more time, and how it stands, in words and as a state's colour."""

    extension: Extension
    amount: str
    status: str
    css: str


class Judged(NamedTuple):
    appeal: Appeal
    status: str
    css: str


class Fairness:
    """What stands beside one ticket, from rows that were read already."""

    def __init__(self, beside: Beside, clocks: Iterable[Clock]) -> None:
        self.beside, self.clocks = beside, list(clocks)

    def __bool__(self) -> bool:
        return bool(self.spans) or any(self.beside.present)

    @cached_property
    def spans(self) -> list[Span]:
        """Each once, however many clocks stood still."""
        ended = {
            Span(one.started_at, one.ended_at)
            for clock in self.clocks
            for one in clock.pauses.all()
            if one.ended_at > one.started_at
        }
        lasting = {
            Span(one.paused_at, None)
            for one in self.clocks
            if one.is_running and one.paused_at is not None
        }
        return sorted(ended | lasting, key=lambda one: one.since)[-MOST_SPANS:]

    @property
    def extensions(self) -> list[Asked]:
        waiting = self.beside.request()
        return [
            Asked(one, limit_words(one.amount), *_standing(one, is_waiting=one is waiting))
            for one in self.beside.extensions
        ]

    @property
    def suspension(self) -> Suspension | None:
        return self.beside.suspension

    @property
    def appeals(self) -> list[Judged]:
        return [Judged(one, *_judged(one)) for one in self.beside.appeals]

    @property
    def rulings(self) -> list[Ruling]:
        return self.beside.rulings


def _standing(one: Extension, *, is_waiting: bool) -> tuple[str, str]:
    if one.outcome == Extension.Outcome.GRANTED:
        return _("granted"), "is-done"
    if one.outcome == Extension.Outcome.DENIED:
        return _("refused"), "is-back"
    if not is_waiting:
        return _("not answered in time"), "is-quiet"
    if one.endorsed_at is None:
        return _("waits for the head of the department"), "is-near"
    return _("waits for the desk"), "is-near"


def _judged(one: Appeal) -> tuple[str, str]:
    if one.is_exempt:
        return _("late, and exempted"), "is-done"
    if one.refused_at is not None:
        return _("late, and it counts"), "is-back"
    if one.first_at is not None:
        return _("one of two has signed"), "is-near"
    return _("waits for two to sign"), "is-near"
