"""When what was down, and how business time leapt. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Outage:
    """From the blow until what it hit is ready again; seconds since the epoch."""

    kind: str
    hit: frozenset[str]
    begun: float
    over: float


@dataclass
class Timeline:
    """All that happened in a run, in order."""

    outages: list[Outage] = field(default_factory=list)
    # (moment, how far ahead business time is from then on)
    leaps: list[tuple[float, float]] = field(default_factory=list)

    def real(self, business: datetime) -> float:
        """When business time came to this moment: at a leap, for what lay inside it."""
        moment = business.timestamp()
        begun, ahead = 0.0, 0.0
        for begun_next, ahead_next in self.leaps:
            if moment - ahead < begun_next:
                break
            begun, ahead = begun_next, ahead_next
        return max(begun, moment - ahead)

    def healthy(self, since: float, until: float, needed: frozenset[str]) -> float:
        """How many seconds of this span everything that is needed was up."""
        down, reached = 0.0, since
        for one in sorted(self.outages, key=lambda one: one.begun):
            if one.hit & needed:
                begun, over = max(one.begun, reached), min(one.over, until)
                down += max(0.0, over - begun)
                reached = max(reached, over)
        return max(0.0, until - since - down)

    def struck(self, moment: float, hit: frozenset[str], within: float) -> bool:
        """Whether one of these was hit at this moment, or so many seconds beside it."""
        return any(
            one.hit & hit and one.begun - within <= moment <= one.over + within
            for one in self.outages
        )
