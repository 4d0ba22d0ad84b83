"""Cells put together: streets out of the district, communities out of a street, each in one piece."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable

from govgrid.home.demo.cells import XY, Cells

ACROSS_THE_RIVER = 2.5  # a step over it counts as so many
ROUNDS = 5


def divide(cells: Cells, inside: Iterable[int], centres: list[XY], shares: list[int]) -> list[int]:
    """Give every cell of ``inside`` to one of the centres, by share; the others get -1.

    Each part grows from the cell nearest its centre, the one furthest behind its share first, so
    parts are in one piece and nearly even. Then border cells are passed on where that evens out.
    """
    free = set(inside)
    whole, wanted = len(free), sum(shares)
    goal = [whole * share / wanted for share in shares]
    part_of = [-1] * len(cells.seeds)
    sizes = [0] * len(centres)
    frontier: list[list[tuple[float, int]]] = [[] for _ in centres]

    def take(part: int, cell: int) -> None:
        free.discard(cell)
        part_of[cell] = part
        sizes[part] += 1
        for other in sorted(cells.neighbours[cell] & free):
            far = math.dist(cells.seeds[other], centres[part])
            wet = cells.seeds[other][1] * centres[part][1] < 0
            heapq.heappush(frontier[part], (far * (ACROSS_THE_RIVER if wet else 1), other))

    for part, centre in enumerate(centres):
        take(part, min(free, key=lambda cell: (math.dist(cells.seeds[cell], centre), cell)))
    turn = [(sizes[part] / goal[part], part) for part in range(len(centres))]
    heapq.heapify(turn)
    while turn:
        _, part = heapq.heappop(turn)
        while frontier[part] and frontier[part][0][1] not in free:
            heapq.heappop(frontier[part])
        if frontier[part]:
            take(part, heapq.heappop(frontier[part])[1])
            heapq.heappush(turn, (sizes[part] / goal[part], part))
    _even_out(cells, part_of, sizes, goal)
    return part_of


def _even_out(cells: Cells, part_of: list[int], sizes: list[int], goal: list[float]) -> None:
    for _ in range(ROUNDS):
        moved = False
        for cell, part in enumerate(part_of):
            to = _poorer(cells, cell, part_of, sizes, goal) if part >= 0 else None
            if to is not None and _holds_without(cells, cell, part_of):
                part_of[cell] = to
                sizes[part] -= 1
                sizes[to] += 1
                moved = True
        if not moved:
            return


def _poorer(
    cells: Cells, cell: int, part_of: list[int], sizes: list[int], goal: list[float]
) -> int | None:
    """The neighbouring part that lacks most, if it lacks more than the cell's own would then."""
    own = part_of[cell]
    beside = {part_of[other] for other in cells.neighbours[cell]} - {own, -1}
    lack = {part: goal[part] - sizes[part] for part in beside}
    to = min(beside, key=lambda part: (-lack[part], part), default=None)
    if to is None or lack[to] <= goal[own] - sizes[own] + 1 or sizes[own] < 3:
        return None
    return to


def _holds_without(cells: Cells, cell: int, part_of: list[int]) -> bool:
    """Whether the rest of its part stays in one piece: its own neighbours reach each other."""
    mine = {other for other in cells.neighbours[cell] if part_of[other] == part_of[cell]}
    if len(mine) < 2:
        return bool(mine)
    part, start = part_of[cell], min(mine)
    seen, todo = {start, cell}, [start]
    while todo and not mine <= seen:
        for other in cells.neighbours[todo.pop()]:
            if part_of[other] == part and other not in seen:
                seen.add(other)
                todo.append(other)
    return mine <= seen


def spread(cells: Cells, inside: list[int], count: int) -> list[XY]:
    """``count`` centres spread evenly over some cells (a few rounds of k-means)."""
    at = [cells.seeds[cell] for cell in inside]
    middle = _mean(at)
    centres = [min(at, key=lambda p: math.dist(p, middle))]
    gap = [math.dist(p, centres[0]) for p in at]
    while len(centres) < count:
        centres.append(at[max(range(len(at)), key=lambda n: gap[n])])
        gap = [min(g, math.dist(p, centres[-1])) for g, p in zip(gap, at, strict=True)]
    for _ in range(ROUNDS):
        groups: list[list[XY]] = [[] for _ in centres]
        for p in at:
            groups[min(range(count), key=lambda n: math.dist(p, centres[n]))].append(p)
        centres = [_mean(g) if g else c for g, c in zip(groups, centres, strict=True)]
    return centres


def _mean(points: list[XY]) -> XY:
    return (
        sum(x for x, _ in points) / len(points),
        sum(y for _, y in points) / len(points),
    )
