"""What is settled about a ticket before its hours are: how far each step goes, and what waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from govgrid.home.demo.deciding import Place
from govgrid.home.demo.wants import Want
from tickets.limits import Limits
from tickets.models import Category, Ticket
from tickets.workflow import CLOCKS_OF_TICKET, TERMS, ClockKind, State, WhistleKind

FINISHED = frozenset({State.HANDLED, State.VERIFIED, State.CLOSED})


@dataclass(frozen=True)
class Plot:
    """What is settled before the hours are: how far each step goes."""

    want: Want
    category: Category
    place: Place
    reports_in: bool
    makes_safe: bool
    plans: bool
    is_scored: bool
    closes_by_itself: bool

    @property
    def whistle(self) -> str:
        """The kind by which its clocks run in the end."""
        return "" if self.want.turn == "refused" else self.want.whistle

    @property
    def has_hazard(self) -> bool:
        return bool(self.category.hazard_limit) or self.whistle == WhistleKind.EMERGENCY

    @property
    def has_plan(self) -> bool:
        return bool(self.whistle) and TERMS[WhistleKind(self.whistle)].has_plan

    @property
    def queue(self) -> str:
        """With whom it stands in one row on a desk."""
        if self.want.target != State.HANDLING:
            return ""
        return "make_safe" if self.has_hazard and not self.makes_safe else "resolve"


def plot(want: Want, category: Category, place: Place, rng: Random) -> Plot:
    """The same for the same seed, whatever the day."""
    is_done = want.target in FINISHED or want.turn == "rejected"
    calls = bool(want.whistle) and want.turn != "refused"
    chances = [rng.random() for _ in range(5)]
    return Plot(
        want,
        category,
        place,
        reports_in=(calls and is_done) or chances[0] < (0.85 if is_done else 0.6),
        makes_safe=(calls and is_done) or chances[1] < (0.94 if is_done else 0.55),
        plans=chances[2] < (0.92 if is_done else 0.5),
        is_scored=chances[3] < 0.75,
        closes_by_itself=chances[4] < 0.25,
    )


def awaited(plot: Plot, limits: Limits, ticket: Ticket) -> tuple[str, ...]:
    """The limits of what runs where this plot ends."""
    ticket.whistle_kind = plot.whistle
    found = (limits.of(kind, ticket) for kind in _awaited(plot))
    return tuple(sorted(one.limit for one in found if one))


def _awaited(plot: Plot) -> Iterator[ClockKind]:
    target = State(plot.want.target)
    if target in CLOCKS_OF_TICKET:
        yield CLOCKS_OF_TICKET[target]
        return
    is_signed = target == State.HANDLING
    yield ClockKind.RESOLVE
    if not is_signed:
        yield ClockKind.SIGN
    if not (is_signed and plot.reports_in):
        yield ClockKind.REPORT_IN
    if not (is_signed and plot.makes_safe):
        yield ClockKind.MAKE_SAFE
    if plot.has_plan and not (is_signed and plot.plans):
        yield ClockKind.PLAN
