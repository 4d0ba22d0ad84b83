"""Deadlines computed again from the log alone, for whoever doubts an appraisal. Pure.

What this finds must be what the clock rows say, to the second: ``manage.py check_clocks`` and the
tests hold them equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tickets.models import Clock
    from tickets.starting import Start

Line = dict[str, Any]
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


# ── written ───────────────────────────────────────────────────────────────────────────────────


def started(pk: int, one: Clock | Start) -> Line:
    milestone = {"milestone": one.milestone_id} if one.milestone_id else {}
    return {
        "clock": pk,
        "op": "start",
        "kind": one.kind,
        "assignment": one.assignment_id,
        **milestone,
        "limit": one.limit,
        "share": one.share,
        "basis": one.basis,
        "from": one.started_at.isoformat(),
        "edition": one.edition,
        "due": one.due_at.isoformat(),
    }


def moved_to(one: Clock, op: str, **more: Any) -> Line:
    return {
        "clock": one.pk,
        "op": op,
        "edition": one.edition,
        "due": one.due_at.isoformat(),
        **more,
    }


# ── read ──────────────────────────────────────────────────────────────────────────────────────


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
    """Also one that had ended, where that was taken back."""
    one.paused_at = datetime.fromisoformat(line["at"])
    one.stopped_at, one.outcome = None, ""


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


def _limit(one: Replayed, line: dict[str, Any]) -> None:
    """A day that was promised has been moved."""
    one.limit, one.edition = line["limit"], line["edition"]


def _extend(one: Replayed, line: dict[str, Any]) -> None:
    one.limit, one.edition = line["limit"], line["edition"]


_STEPS: dict[str, Callable[[Replayed, dict[str, Any]], None]] = {
    "pause": _pause,
    "resume": _resume,
    "stop": _stop,
    "recompute": _recompute,
    "limit": _limit,
    "extend": _extend,
}
