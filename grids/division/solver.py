"""Divides blocks of homes into balanced, connected, compact grids: JSON in, JSON lines out.

A program of its own that knows neither Django nor the database; ``grids.division.proposing`` starts
it with limits on memory and time. Each line out says how far it is; the last one has the answer.

Balance comes from a transport problem: households flow to centres that take equally much, at the
least sum of squared distances. Its optimum cuts the plane into convex cells, and so into compact
grids. Then grids are made connected over shared borders, and blocks change sides while that betters
balance and shortens borders.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

MEMORY = 2_000_000_000
SECONDS = 90
STARTS = 6
ROUNDS = 8
# A block is offered to so many centres: all of them cost ten times as much and change nothing.
NEAREST = 6
# What a metre of border is worth against balance: chosen so that no grid leaves the range for it.
BORDER_WEIGHT = 0.15
OUTSIDE_WEIGHT = 50.0
PASSES = 60


@dataclass
class Plan:
    """The task: blocks at metres, their weights, and whom each touches along how many metres."""

    points: np.ndarray
    weights: np.ndarray
    edges: list[tuple[int, int, float]]
    count: int
    least: float
    most: float

    def __post_init__(self) -> None:
        self.beside: list[dict[int, float]] = [{} for _block in self.weights]
        for one, other, metres in self.edges:
            self.beside[one][other] = self.beside[one].get(other, 0.0) + metres
            self.beside[other][one] = self.beside[other].get(one, 0.0) + metres
        self.target = float(self.weights.sum()) / self.count
        self.border = sum(metres for _one, _other, metres in self.edges) or 1.0


# ── balance ───────────────────────────────────────────────────────────────────────────────────


def first_centres(plan: Plan, rng: np.random.Generator) -> np.ndarray:
    """Far from each other, more likely where many live."""
    chance = plan.weights + 1e-9
    chosen = [int(rng.choice(len(chance), p=chance / chance.sum()))]
    while len(chosen) < plan.count:
        far = np.min(
            [((plan.points - plan.points[one]) ** 2).sum(axis=1) for one in chosen], axis=0
        )
        pull = far * chance
        if pull.sum() <= 0:
            chosen.append(int(rng.integers(len(chance))))
            continue
        chosen.append(int(rng.choice(len(chance), p=pull / pull.sum())))
    return plan.points[chosen].astype(float)


def transported(plan: Plan, centres: np.ndarray, nearest: int = NEAREST) -> np.ndarray:
    """The grid of each block, where every centre takes the same number of households."""
    distances = ((plan.points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    near = np.argsort(distances, axis=1, kind="stable")[:, : min(nearest, plan.count)]
    blocks = np.repeat(np.arange(len(plan.points)), near.shape[1])
    grids = near.ravel()
    flows = np.arange(len(blocks))
    ones = np.ones(len(blocks))
    each = csr_matrix((ones, (blocks, flows)), shape=(len(plan.points), len(blocks)))
    into = csr_matrix((ones, (grids, flows)), shape=(plan.count, len(blocks)))
    # A block without households still lies somewhere: it weighs next to nothing.
    supply = np.maximum(plan.weights, 1e-3)
    cap = np.full(plan.count, supply.sum() / plan.count * (1 + 1e-6))
    cost = distances[blocks, grids] / max(distances.max(), 1.0)
    found = linprog(cost, A_ub=into, b_ub=cap, A_eq=each, b_eq=supply, method="highs")
    if found.status != 0:
        if nearest >= plan.count:
            return near[:, 0]
        return transported(plan, centres, plan.count)
    share = np.zeros((len(plan.points), plan.count))
    share[blocks, grids] = found.x
    return share.argmax(axis=1)


def balanced(plan: Plan, rng: np.random.Generator) -> np.ndarray:
    """Centres and shares in turn, as k-means does, until nothing moves."""
    centres = first_centres(plan, rng)
    sides = transported(plan, centres)
    for _round in range(ROUNDS):
        for grid in range(plan.count):
            inside = sides == grid
            if inside.any():
                weights = np.maximum(plan.weights[inside], 1e-3)
                centres[grid] = np.average(plan.points[inside], axis=0, weights=weights)
        moved = transported(plan, centres)
        if (moved == sides).all():
            break
        sides = moved
    return sides


# ── connected ─────────────────────────────────────────────────────────────────────────────────


def parts(plan: Plan, blocks: set[int]) -> list[set[int]]:
    """``blocks`` as sets that hang together, in the order of their lowest."""
    left, found = set(blocks), []
    while left:
        reached, ahead = set(), [min(left)]
        while ahead:
            block = ahead.pop()
            if block in reached:
                continue
            reached.add(block)
            ahead += [one for one in plan.beside[block] if one in left and one not in reached]
        left -= reached
        found.append(reached)
    return found


def connect(plan: Plan, sides: np.ndarray) -> None:
    """What hangs apart from its grid goes to the one it borders on for longest."""
    for _pass in range(plan.count + 2):
        stray = list(_strays(plan, sides))
        if not stray:
            return
        for part in stray:
            border: dict[int, float] = {}
            for block in part:
                for one, metres in plan.beside[block].items():
                    if one not in part:
                        border[int(sides[one])] = border.get(int(sides[one]), 0.0) + metres
            if border:
                to = max(sorted(border), key=lambda grid: border[grid])
                sides[list(part)] = to


def _strays(plan: Plan, sides: np.ndarray) -> Iterator[set[int]]:
    for grid in range(plan.count):
        found = parts(plan, set(np.flatnonzero(sides == grid).tolist()))
        found.sort(key=lambda part: (-plan.weights[list(part)].sum(), min(part)))
        yield from found[1:]


# ── bettered ──────────────────────────────────────────────────────────────────────────────────


def cost_of_size(plan: Plan, households: float) -> float:
    """How far a grid is from its share; outside the range it weighs much more."""
    off = (households - plan.target) / plan.target
    over = max(0.0, households - plan.most, plan.least - households) / plan.target
    return off * off + OUTSIDE_WEIGHT * over * over


def cost(plan: Plan, sides: np.ndarray) -> float:
    """Balance and borders in one number: what is compared."""
    sums = np.bincount(sides, weights=plan.weights, minlength=plan.count)
    cut = sum(metres for one, other, metres in plan.edges if sides[one] != sides[other])
    sizes = sum(cost_of_size(plan, float(one)) for one in sums)
    return sizes + BORDER_WEIGHT * plan.count * cut / plan.border


def better(plan: Plan, sides: np.ndarray) -> None:
    """Blocks at a border change sides while that pays and leaves both grids whole."""
    sums = np.bincount(sides, weights=plan.weights, minlength=plan.count)
    for _pass in range(PASSES):
        moved = False
        for block in range(len(sides)):
            moved |= _change_side(plan, sides, sums, block)
        if not moved:
            return


def _change_side(plan: Plan, sides: np.ndarray, sums: np.ndarray, block: int) -> bool:
    own, weight = int(sides[block]), float(plan.weights[block])
    along: dict[int, float] = {}
    for one, metres in plan.beside[block].items():
        along[int(sides[one])] = along.get(int(sides[one]), 0.0) + metres
    kept = along.pop(own, 0.0)
    leaving = cost_of_size(plan, sums[own] - weight) - cost_of_size(plan, sums[own])
    best, to = -1e-9, own
    for grid, metres in sorted(along.items()):
        gain = leaving + cost_of_size(plan, sums[grid] + weight) - cost_of_size(plan, sums[grid])
        gain += BORDER_WEIGHT * plan.count * (kept - metres) / plan.border
        if gain < best:
            best, to = gain, grid
    if to == own or not _stays_whole(plan, sides, own, block):
        return False
    sides[block] = to
    sums[own] -= weight
    sums[to] += weight
    return True


def _stays_whole(plan: Plan, sides: np.ndarray, grid: int, without: int) -> bool:
    """Whether the grid hangs together without a block: its neighbours there must reach each other."""
    beside = [one for one in plan.beside[without] if sides[one] == grid]
    if not beside:
        return False  # its last block: a grid is never emptied
    reached, ahead = {without}, [beside[0]]
    waiting = set(beside)
    while ahead and waiting:
        block = ahead.pop()
        if block in reached:
            continue
        reached.add(block)
        waiting.discard(block)
        ahead += [one for one in plan.beside[block] if sides[one] == grid and one not in reached]
    return not waiting


# ── the whole ─────────────────────────────────────────────────────────────────────────────────


def solve(plan: Plan, say: Callable[[int], None] = lambda percent: None) -> list[int]:
    """The grid of each block: the best of some starts, the same every time."""
    best: np.ndarray | None = None
    for start in range(STARTS):
        sides = balanced(plan, np.random.default_rng(start))
        connect(plan, sides)
        better(plan, sides)
        if best is None or cost(plan, sides) < cost(plan, best):
            best = sides
        say(100 * (start + 1) // STARTS)
    assert best is not None  # noqa: S101
    return [int(grid) for grid in best]


def read(given: dict) -> Plan:
    return Plan(
        points=np.array(given["points"], dtype=float),
        weights=np.array(given["weights"], dtype=float),
        edges=[(one, other, metres) for one, other, metres in given["edges"]],
        count=given["count"],
        least=given["least"],
        most=given["most"],
    )


def limit(what: int, most: int) -> None:
    _soft, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(what, (most, most))


def tell(line: dict) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main() -> None:
    limit(resource.RLIMIT_AS, MEMORY)
    limit(resource.RLIMIT_CPU, SECONDS)
    limit(resource.RLIMIT_FSIZE, 0)
    plan = read(json.load(sys.stdin))
    tell({"grids": solve(plan, lambda percent: tell({"percent": percent}))})


if __name__ == "__main__":
    main()
