"""Deadlines computed again from the log alone, for whoever doubts an appraisal. Pure.

What this finds must be what the clock rows say, to the second: ``manage.py check_clocks`` and the
tests hold them equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Span = tuple[datetime, datetime]
# start, limit, share in percent, pauses, edition -> due
Compute = Callable[[datetime, str, int, list[Span], int], datetime]


@dataclass
class Replayed:
    """One clock as the log tells it."""

    kind: str
    assignment: int | None
    started_at: datetime
    limit: str
    share: int
    edition: int
    pauses: list[Span] = field(default_factory=list)
    paused_at: datetime | None = None
    stopped_at: datetime | None = None
    outcome: str = ""

    def due(self, compute: Compute) -> datetime:
        return compute(self.started_at, self.limit, self.share, self.pauses, self.edition)


class NeverStarted(Exception):
    """The log goes on with a clock that it never started."""


def replay(lines: Iterable[dict[str, Any]]) -> dict[int, Replayed]:
    """Fold the clock lines of a ticket's events, oldest first; clocks by their id."""
    found: dict[int, Replayed] = {}
    for line in lines:
        if line["op"] == "start":
            found[line["clock"]] = _started(line)
        elif line["clock"] in found:
            _STEPS[line["op"]](found[line["clock"]], line)
        else:
            raise NeverStarted(line["clock"])
    return found


def _started(line: dict[str, Any]) -> Replayed:
    return Replayed(
        kind=line["kind"],
        assignment=line["assignment"],
        started_at=datetime.fromisoformat(line["from"]),
        limit=line["limit"],
        share=line["share"],
        edition=line["edition"],
    )


def _pause(one: Replayed, line: dict[str, Any]) -> None:
    one.paused_at = datetime.fromisoformat(line["at"])


def _resume(one: Replayed, line: dict[str, Any]) -> None:
    one.pauses.append((datetime.fromisoformat(line["since"]), datetime.fromisoformat(line["at"])))
    one.paused_at = one.stopped_at = None
    one.outcome = ""
    one.edition = line["edition"]


def _stop(one: Replayed, line: dict[str, Any]) -> None:
    one.stopped_at, one.paused_at = datetime.fromisoformat(line["at"]), None
    one.outcome = line["outcome"]


def _recompute(one: Replayed, line: dict[str, Any]) -> None:
    one.edition = line["edition"]


_STEPS: dict[str, Callable[[Replayed, dict[str, Any]], None]] = {
    "pause": _pause,
    "resume": _resume,
    "stop": _stop,
    "recompute": _recompute,
}
