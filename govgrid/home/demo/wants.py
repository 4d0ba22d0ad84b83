"""What there shall be in the demo: first what every desk must find waiting, then ordinary days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple

from tickets.models import Category
from tickets.workflow import OPEN, State, WhistleKind


class Want(NamedTuple):
    """One ticket to be: how far it shall come, where, about what, and by which turns."""

    target: str
    where: str = ""  # grid, community, street of the demo's logins; market, park
    category: str = ""
    turn: str = ""  # returned, twice, settled, rejected, reopened, unresolved, border, refused
    whistle: str = ""
    is_late_blown: bool = False  # it was a report first
    # The number of the want that it repeats, or is merged into: same place, same matter.
    like: int | None = None


Kind = WhistleKind
EMERGENCY = ("0101", "0105", "0801", "0401", "0204", "0104", "0802", "0702")
HOUSING = ("0101", "0201", "0104", "0708", "0604", "0202", "0606")
URBAN = ("0301", "0102", "0401", "0501", "0303")

# So that nobody who tries the demo finds an empty desk.
WAITING = [
    *(Want(State.DISPATCHED, "street", code) for code in HOUSING[:5]),
    *(Want(State.HANDLING, "street", code) for code in HOUSING[1:6]),
    *(Want(State.DISPATCHED, "street", code) for code in URBAN[:4]),
    *(Want(State.HANDLING, "street", code) for code in URBAN[1:5]),
    *(Want(State.DISPATCHED, "street", code) for code in ("0106", "0806")),
    *(Want(State.HANDLING, "community", code) for code in ("0106", "0806")),
    *(Want(State.HANDLED, "grid", code) for code in ("0102", "0301", "0101")),
    *(Want(State.DISPATCHED, "grid", code) for code in ("0101", "0402")),
    Want(State.HANDLING, "grid", "0201"),
    *(Want(State.CLOSED, "grid") for _ in range(6)),
    *(Want(State.DISPATCHED, "community", code) for code in ("1001", "1005")),
    Want(State.HANDLING, "community", "1002"),
    *(Want(State.HANDLED, "community", code) for code in ("0303", "0107", "0205")),
    *(Want(State.VERIFIED, "community", code) for code in ("0302", "0504", "0707")),
    *(Want(State.TRIAGE, "street", code, "returned") for code in ("0202", "0604")),
    Want(State.TRIAGE, "street", "0405", "twice"),
    *(Want(State.TRIAGE, "street", "0302", "unresolved") for _ in range(2)),
    *(Want(State.TRIAGE, "park", code, "border") for code in ("0301", "0402", "0301")),
    *(Want(State.DISPATCHED, "street", code) for code in ("0704", "0706", "1007")),
    *(
        Want(target, "market", "0301")
        for target in (State.DISPATCHED, State.HANDLING, State.CLOSED)
    ),
    *(Want(target, "park", "0402") for target in (State.DISPATCHED, State.HANDLED, State.CLOSED)),
    Want(State.CLOSED, "street", "0301", "reopened"),
    Want(State.HANDLING, "street", "0104", "rejected"),
    Want(State.DECLINED, "street", "9903", "returned"),
    # Whistles: what waits for the street, then what departments have in hand, then what was scored.
    *(
        Want(State.AWAITING_APPROVAL, "street", code, whistle=Kind.ENFORCEMENT)
        for code in ("0601", "0404")
    ),
    Want(State.AWAITING_APPROVAL, "community", "0504", "", Kind.ENFORCEMENT, is_late_blown=True),
    *(
        Want(State.AWAITING_APPROVAL, "street", code, whistle=Kind.HARD)
        for code in ("0703", "0706", "0709")
    ),
    Want(State.DISPATCHED, "grid", "0101", whistle=Kind.EMERGENCY),
    Want(State.HANDLING, "grid", "0801", whistle=Kind.EMERGENCY),
    *(Want(State.HANDLING, "street", code, whistle=Kind.EMERGENCY) for code in EMERGENCY[:5]),
    *(Want(State.DISPATCHED, "street", code, whistle=Kind.EMERGENCY) for code in EMERGENCY[2:4]),
    Want(State.DISPATCHED, "street", "0601", whistle=Kind.ENFORCEMENT),
    Want(State.HANDLING, "street", "0602", whistle=Kind.ENFORCEMENT),
    Want(State.HANDLING, "community", "0703", whistle=Kind.HARD),
    Want(State.HANDLING, "street", "0202", "", Kind.ROUTINE, is_late_blown=True),
    Want(State.DISPATCHED, "community", "0302", whistle=Kind.ROUTINE),
    Want(State.HANDLING, "community", "1001", whistle=Kind.CONSULTATION),
    Want(State.HANDLED, "grid", "0301", whistle=Kind.ROUTINE),
    Want(State.HANDLED, "community", "0101", whistle=Kind.EMERGENCY),
    Want(State.VERIFIED, "community", "0604", whistle=Kind.ENFORCEMENT),
    Want(State.DISPATCHED, "street", "0303", "refused", Kind.ENFORCEMENT),
    *(Want(State.CLOSED, "street", code, whistle=Kind.EMERGENCY) for code in EMERGENCY[:4] * 2),
    Want(State.CLOSED, "street", "0909", whistle=Kind.ROUTINE),
    Want(State.CLOSED, "community", "0501", "refused", Kind.ENFORCEMENT),
]  # fmt: skip
TARGETS = {
    State.CLOSED: 66, State.VERIFIED: 5, State.HANDLED: 6, State.HANDLING: 10,
    State.DISPATCHED: 6, State.TRIAGE: 3, State.DECLINED: 4,
}  # fmt: skip
TURNS = {"": 76, "settled": 10, "returned": 5, "rejected": 5, "reopened": 2, "twice": 2}
WHISTLES = 0.22  # of those that can be one
MERGED, REPEATED = 0.02, 0.02
# A whistle calls a department: a desk's triage, a refusal to take it and a settling on the spot
# are the turns of reports.
_CALLS = frozenset({State.DISPATCHED, State.HANDLING, State.HANDLED, State.VERIFIED, State.CLOSED})
_OF_WHISTLES = frozenset({"", "returned", "rejected", "reopened"})
_FOLLOWED = frozenset({State.DISPATCHED, State.HANDLING})


def wants(count: int, seed: int, about: Callable[[Random], Category]) -> list[Want]:
    """``count`` of them, the same for the same seed."""
    rng = Random(f"wants {seed}")  # noqa: S311
    found = WAITING[:count]
    open_ones = [n for n, one in enumerate(found) if _may_lead(one)]
    closed = [n for n, one in enumerate(found) if one.target == State.CLOSED]
    while len(found) < count:
        chance = rng.random()
        if chance < MERGED and open_ones:
            one = _like(found, rng.choice(open_ones), State.MERGED)
        elif chance < MERGED + REPEATED and closed:
            one = _like(found, rng.choice(closed), State.DISPATCHED)
        else:
            one = _ordinary(rng, about)
            if _may_lead(one):
                open_ones.append(len(found))
            if one.target == State.CLOSED:
                closed.append(len(found))
        found.append(one)
    return found


def ordinary(count: int, seed: int, about: Callable[[Random], Category]) -> Iterator[Want]:
    """``count`` of those that lean on no other one and on no login of the demo.

    Every other one is still open: what is over can be echoed in many weeks, what is open in one.
    """
    rng = Random(f"ordinary {seed}")  # noqa: S311
    for number in range(count):
        one = _ordinary(rng, about)
        while (one.target in OPEN) is (number % 2 == 1):
            one = _ordinary(rng, about)
        yield one


def _may_lead(want: Want) -> bool:
    """What stands open all the time from its filing to now."""
    return want.target in _FOLLOWED and want.turn == "" and want.like is None


def _like(found: list[Want], number: int, target: str) -> Want:
    first = found[number]
    return Want(target, first.where, first.category, like=number)


def _ordinary(rng: Random, about: Callable[[Random], Category]) -> Want:
    target = rng.choices(list(TARGETS), list(TARGETS.values()))[0]
    turn = _fitting(target, rng.choices(list(TURNS), list(TURNS.values()))[0])
    category = about(rng)
    kind, later = _whistle(target, turn, category, rng)
    if kind and turn == "returned" and rng.random() < 0.3 and _needs_approval(kind):
        turn = "refused"
    return Want(target, "", category.code, turn, kind, later)


def _whistle(target: str, turn: str, category: Category, rng: Random) -> tuple[str, bool]:
    chance, later, other = rng.random(), rng.random() < 0.25, rng.random()
    # Half of what is offered as an emergency by its category is one.
    usual = Kind(category.default_whistle)
    if chance > WHISTLES * (1.9 if usual != Kind.ROUTINE else 1.2):
        return "", False
    if target not in _CALLS or turn not in _OF_WHISTLES:
        return "", False
    if usual == Kind.ROUTINE and other < 0.15:
        usual = Kind.EMERGENCY if category.hazard_limit else Kind.CONSULTATION
    return usual, later and turn == ""


def _needs_approval(kind: str) -> bool:
    return kind in {Kind.ENFORCEMENT, Kind.HARD}


def _fitting(target: str, turn: str) -> str:
    """The turn, where it can lead to that end."""
    if target in {State.TRIAGE, State.DECLINED}:
        return turn if turn in {"returned", "twice"} else "returned"
    if target in {State.DISPATCHED, State.HANDLING} and turn in {"settled", "reopened"}:
        return ""
    return turn
