"""What a run found, as a table for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Report:
    """Counts, and every fault of ours in a sentence; it ``holds`` when there is none."""

    tickets: int
    seed: int
    faults: dict[str, int] = field(default_factory=dict)
    cuts_missed: dict[str, int] = field(default_factory=dict)
    ended_by_themselves: dict[str, int] = field(default_factory=dict)
    seconds_down: dict[str, float] = field(default_factory=dict)
    clients: dict[str, int] = field(default_factory=dict)
    clocks: dict[str, int] = field(default_factory=dict)
    slowest: dict[str, float] = field(default_factory=dict)
    messages: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.problems()

    def problems(self) -> list[str]:
        found = {"lost": self.lost, "doubled": self.doubled, "late": self.late, "wrong": self.wrong}
        return [f"{what}: {one}" for what, some in found.items() for one in some]

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1), encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> Report:
        return cls(**json.loads(file.read_text(encoding="utf-8")))

    def table(self) -> str:
        return "\n".join(f"{name:<48}{value:>8}" if value else name for name, value in self._rows())

    def _rows(self) -> Iterator[tuple[str, str]]:
        yield f"{self.tickets} tickets, seed {self.seed}", ""
        for title, part, digits in (
            ("faults", self.faults, 0),
            ("cuts that met nobody", self.cuts_missed, 0),
            ("ended by themselves, started again", self.ended_by_themselves, 0),
            ("seconds down", self.seconds_down, 1),
            ("clients", self.clients, 0),
            ("clocks", self.clocks, 0),
            ("slowest, in seconds of everything being up", self.slowest, 1),
            ("messages", self.messages, 0),
            ("seconds", self.seconds, 1),
        ):
            yield title, "" if part else "none"
            yield from ((f"  {name}", f"{value:.{digits}f}") for name, value in part.items())
        for name in ("lost", "doubled", "late", "wrong"):
            yield name, str(len(getattr(self, name)))
