"""What a run says: figures beside their limits, as a table for people and as JSON for programs."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

COLUMNS = ("figure", "at", "value", "limit", "ratio", "to reach", "", "peer", "notes")


@dataclass(frozen=True)
class Goal:
    """At least or at most so much, of the value itself or of its ratio to the limit."""

    most: float | None = None
    least: float | None = None
    of_ratio: bool = False

    def is_met(self, number: float) -> bool:
        return (self.most is None or number <= self.most) and (
            self.least is None or number >= self.least
        )

    def __str__(self) -> str:
        sides = [f"≤ {shown(self.most)}"] if self.most is not None else []
        sides += [f"≥ {shown(self.least)}"] if self.least is not None else []
        return " and ".join(sides) + (" × the limit" if self.of_ratio else "")


@dataclass(frozen=True)
class Figure:
    """One measured number, and what it is held against."""

    family: str
    name: str
    value: float
    unit: str
    at: int | None = None  # tickets in the database
    limit: float | None = None
    limit_name: str = ""
    goal: Goal | None = None
    peer: str = ""
    notes: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.limit if self.limit else None

    @property
    def reached(self) -> bool | None:
        """None where nothing is to be reached, or where what it is a ratio of is missing."""
        if self.goal is None:
            return None
        number = self.ratio if self.goal.of_ratio else self.value
        return None if number is None else self.goal.is_met(number)

    def as_json(self) -> dict[str, Any]:
        found = asdict(self)
        found["goal"] = str(self.goal) if self.goal else None
        return found | {"ratio": self.ratio, "reached": self.reached}

    def cells(self) -> tuple[str, ...]:
        limit = f"{shown(self.limit)} {self.limit_name}".strip() if self.limit else ""
        verdict = {None: "", True: "reached", False: "missed"}[self.reached]
        return (
            self.name,
            f"{self.at:,}" if self.at is not None else "",
            f"{shown(self.value)} {self.unit}".strip(),
            limit,
            shown(self.ratio) if self.ratio is not None else "",
            str(self.goal) if self.goal else "",
            verdict,
            self.peer,
            self.notes,
        )


def shown(number: float | None) -> str:
    """As many digits as a person compares: 12,345 · 123 · 12.3 · 1.23 · 0.123."""
    if number is None:
        return ""
    if abs(number) >= 100 or number == int(number):
        return f"{number:,.0f}"
    return f"{number:.1f}" if abs(number) >= 10 else f"{number:.3g}"


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that so many percent of all do not exceed."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("nothing was measured")
    return ordered[max(0, -(-len(ordered) * share // 100).__int__() - 1)]


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def table(figures: Sequence[Figure]) -> str:
    """Markdown that is also readable as it stands."""
    rows = [COLUMNS, *(one.cells() for one in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def head_lines(head: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in head.items())


def as_json(head: dict[str, Any], figures: Sequence[Figure]) -> str:
    whole = {"head": head, "figures": [one.as_json() for one in figures]}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
