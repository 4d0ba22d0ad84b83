"""What a platform may set for itself: names of the steps, days, who must be there.

Stored as versioned rows; a topic's clock keeps the days that held when it started.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from consultations.workflow.states import Phase

# Working days, but for the look-backs and the rating, which are days.
DAYS = {
    "screen_remind": 3,
    "screen": 5,
    "screen_above": 10,
    "study": 15,
    "study_more": 10,
    "papers": 3,
    "deliberate": 20,
    "minutes": 7,
    "answer": 3,
    "reoffer": 3,
    "feed_back": 5,
    "look_back": 30,
    "look_back_again": 180,
    "rating": 10,
}
FEWEST, MOST = 1, 366
MAX_LABEL = 12


@dataclass(frozen=True)
class Rules:
    """The terms of one platform with the defaults filled in."""

    days: Mapping[str, int] = field(default_factory=lambda: DAYS)
    labels: Mapping[str, str] = field(default_factory=dict)
    quorum: int = 3  # heads
    resident_share: int = 50  # per cent of those there
    endorsers: int = 10  # who appeal together
    is_open: bool = True  # whoever is signed in may comment, verified or not

    def label(self, phase: Phase) -> str:
        return self.labels.get(phase) or str(phase.label)


def read(stored: Mapping[str, Any] | None) -> Rules:
    """The rules as a row holds them; what it lacks is as by default."""
    if not stored:
        return Rules()
    plain = {
        name: stored[name]
        for name in ("quorum", "resident_share", "endorsers", "is_open")
        if name in stored
    }
    return Rules(
        days=DAYS | dict(stored.get("days") or {}), labels=dict(stored.get("labels") or {}), **plain
    )
