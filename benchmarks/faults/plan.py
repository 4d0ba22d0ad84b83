"""What a run does to the system, and when: all of it follows from the seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

# What is done to whom. Each comes once before any comes again.
KINDS = (
    "kill web", "kill routing", "kill messages", "kill beat", "kill redis", "kill all",
    "crash web", "crash routing", "crash messages",
    "stop web", "stop routing", "stop messages", "stop beat", "stop redis",
    "wipe redis",
    "cut routing", "cut web", "cut messages",
)  # fmt: skip
RESTARTS = ("restart fast", "restart immediate")
LEAP = "leap"

TICKETS_A_FAULT = 50
FEWEST = 10
# Most outages are short; one in six outlasts the patience of a client and of a broker's socket.
LONG_ONES = 6


@dataclass(frozen=True)
class Fault:
    """Once ``at`` tickets were sent: what happens, and how long it stays so."""

    at: int
    kind: str
    seconds: float


@dataclass(frozen=True)
class Plan:
    """One run. ``rate`` is tickets a second, ``sweep`` what beat is set to."""

    tickets: int
    seed: int
    rate: float
    sweep: float
    faults: list[Fault] = field(default_factory=list)

    @classmethod
    def seeded(
        cls, tickets: int, seed: int, *, rate: float = 5, sweep: float = 30, longest: float = 12
    ) -> Plan:
        """A plan with every kind of fault, as far as there is room for it."""
        dice = random.Random(seed)  # noqa: S311 not for secrets
        count = max(FEWEST, tickets // TICKETS_A_FAULT)
        kinds = [*_deal(dice, count), *[LEAP] * max(2, count // 6)]
        dice.shuffle(kinds)
        kinds.insert(dice.randrange(len(kinds) // 4, len(kinds)), dice.choice(RESTARTS))
        step = tickets * 0.95 / len(kinds)
        faults = [
            # Never less than half a step apart: each fault meets people who file.
            Fault(int(step * (place + dice.random() / 2)), kind, _seconds(dice, longest))
            for place, kind in enumerate(kinds)
        ]
        return cls(tickets, seed, rate, sweep, faults)


def _deal(dice: random.Random, count: int) -> list[str]:
    dealt: list[str] = []
    while len(dealt) < count:
        dealt += dice.sample(KINDS, len(KINDS))
    return dealt[:count]


def _seconds(dice: random.Random, longest: float) -> float:
    if dice.randrange(LONG_ONES) == 0:
        return round(dice.uniform(longest / 2, longest), 1)
    return round(dice.uniform(longest / 24, longest / 4), 1)
