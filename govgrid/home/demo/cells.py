"""A made-up town in flat space: blocks near the middle, looser fields outside, a river through it.

Points on a loose lattice, their Delaunay triangles (made by PostGIS), and from these the cells:
a cell's corners are the middles of the circles round its triangles. Neighbours share corners by
number, so there is neither gap nor overlap, whatever is done to the corners later.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from django.db import connection

PITCH = 450.0  # metres between neighbours, before the town is drawn together
MERGE = 0.16 * PITCH  # corners nearer than this are one crossing
ROUNDS = 30
XY = tuple[float, float]
Edge = tuple[int, int]

# Corners of triangles by point number, counter-clockwise. GEOS gives the points back unchanged.
DELAUNAY = """
    WITH p AS (
        SELECT n - 1 AS n, ST_MakePoint(x, y) AS at
        FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS u (x, y, n)
    ),
    t AS (SELECT (ST_Dump(ST_DelaunayTriangles(ST_Collect(at)))).geom FROM p)
    SELECT ST_X(c.a), ST_Y(c.a), ST_X(c.b), ST_Y(c.b), ST_X(c.c), ST_Y(c.c)
    FROM t, LATERAL (
        SELECT ST_PointN(ring, 1) AS a, ST_PointN(ring, 2) AS b, ST_PointN(ring, 3) AS c
        FROM (SELECT ST_ExteriorRing(ST_ForcePolygonCCW(t.geom)) AS ring) r
    ) c
"""


@dataclass
class Cells:
    """``rings`` holds for each cell the numbers of its corners, counter-clockwise."""

    seeds: list[XY]
    corners: list[XY]
    rings: list[list[int]]
    # Edge (two corners, the lower number first) → the one or two cells beside it.
    edges: dict[Edge, list[int]] = field(default_factory=dict)
    neighbours: list[set[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.neighbours = [set() for _ in self.rings]
        for cell, ring in enumerate(self.rings):
            for edge in edges_of(ring):
                self.edges.setdefault(edge, []).append(cell)
        for beside in self.edges.values():
            if len(beside) == 2:
                self.neighbours[beside[0]].add(beside[1])
                self.neighbours[beside[1]].add(beside[0])


def edges_of(ring: list[int]) -> list[Edge]:
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return [(a, b) if a < b else (b, a) for a, b in pairs]


def radius(count: int) -> float:
    """How far out a district of ``count`` cells reaches, more or less."""
    return PITCH * math.sqrt(count / math.pi)


def make(count: int, rng: Random) -> Cells:
    """``count`` cells round (0, 0); the river is the line y = 0."""
    out, far = _outline(rng), radius(count)
    points = sorted(_lattice(1.5 * far + 4 * PITCH, far, rng), key=out)
    # A few rings more than wanted, so that no cell at the edge is open.
    points = points[: count + 14 * math.isqrt(count) + 60]
    triangles = _triangles(points)
    corner_of, corners = _merged([_circumcentre(*(points[i] for i in t)) for t in triangles])
    fans: list[list[int]] = [[] for _ in points]
    for number, triangle in enumerate(triangles):
        for point in triangle:
            fans[point].append(corner_of[number])
    rings = [_ring(point, fan, corners) for point, fan in zip(points, fans, strict=True)]
    chosen = _whole(count, Cells(points, corners, rings).neighbours)
    cells = Cells([points[n] for n in chosen], corners, [rings[n] for n in chosen])
    _smooth_outline(cells)
    return cells


def _whole(count: int, beside: list[set[int]]) -> list[int]:
    """The nearest ``count`` cells in one piece: holes are filled, islands left out, for others."""
    every = set(range(len(beside)))
    chosen = set(range(count))
    for _ in range(ROUNDS):
        full = every - _reached(len(beside) - 1, beside, chosen)
        whole = _reached(0, beside, every - full)
        if whole == chosen:
            break
        rim = sorted(set().union(*(beside[n] for n in whole)) - whole)
        chosen = set(sorted(whole)[:count]) | set(rim[: max(0, count - len(whole))])
    return sorted(chosen)


def _reached(start: int, beside: list[set[int]], walls: set[int]) -> set[int]:
    """All that ``start`` reaches without stepping on ``walls``."""
    seen, todo = {start}, [start]
    while todo:
        for other in beside[todo.pop()] - walls - seen:
            seen.add(other)
            todo.append(other)
    return seen


def _smooth_outline(cells: Cells) -> None:
    """Draw the corners of the outline halfway to the line between their neighbours: no spikes."""
    around: dict[int, list[int]] = {}
    for edge, beside in cells.edges.items():
        if len(beside) == 1:
            around.setdefault(edge[0], []).append(edge[1])
            around.setdefault(edge[1], []).append(edge[0])
    for _ in range(2):
        moved = {}
        for corner, (one, *_more, two) in around.items():
            (ax, ay), (x, y), (bx, by) = (cells.corners[n] for n in (one, corner, two))
            moved[corner] = (0.5 * x + 0.25 * (ax + bx), 0.5 * y + 0.25 * (ay + by))
        for corner, place in moved.items():
            cells.corners[corner] = place


def _outline(rng: Random) -> Callable[[XY], float]:
    """An uneven blob: how far out a point is. The nearest ``count`` make the district."""
    waves = [(k, size, rng.uniform(0, math.tau)) for k, size in ((2, 0.1), (3, 0.12), (5, 0.08))]

    def out(point: XY) -> float:
        angle = math.atan2(point[1], point[0])
        blob = 1 + sum(size * math.cos(k * angle + phase) for k, size, phase in waves)
        return math.hypot(*point) / blob

    return out


def _lattice(reach: float, far: float, rng: Random) -> list[XY]:
    """Rows of blocks along the river. The far bank mirrors the near one: it runs between cells."""
    bank = list(_row(0.5 * PITCH, reach, far, rng))
    points = bank + [(x, -y) for x, y in bank]
    for side in (1, -1):
        y = 0.5 * PITCH
        while y < reach:
            y += PITCH * rng.uniform(0.88, 1.12)
            points += [(x, side * v) for x, v in _row(y, reach, far, rng)]
    return points


def _row(y: float, reach: float, far: float, rng: Random):
    x = -reach + rng.uniform(0, PITCH)
    while x < reach:
        loose = PITCH * min(0.36, 0.10 + 0.30 * math.hypot(x, y) / far)
        yield x + rng.uniform(-loose, loose), y + rng.uniform(-loose, loose)
        x += PITCH * rng.uniform(0.84, 1.16)


def _triangles(points: list[XY]) -> list[tuple[int, int, int]]:
    number = {point: n for n, point in enumerate(points)}
    with connection.cursor() as cursor:
        cursor.execute(DELAUNAY, [[x for x, _ in points], [y for _, y in points]])
        rows = cursor.fetchall()
    found = [(number[r[0:2]], number[r[2:4]], number[r[4:6]]) for r in rows]
    return sorted(found)  # GEOS promises no order


def _circumcentre(a: XY, b: XY, c: XY) -> XY:
    bx, by, cx, cy = b[0] - a[0], b[1] - a[1], c[0] - a[0], c[1] - a[1]
    twice = 2 * (bx * cy - by * cx)
    b2, c2 = bx * bx + by * by, cx * cx + cy * cy
    return a[0] + (cy * b2 - by * c2) / twice, a[1] + (bx * c2 - cx * b2) / twice


def _merged(middles: list[XY]) -> tuple[list[int], list[XY]]:
    """Near corners become one: real streets cross, and nobody draws an edge of two metres.

    Gives the corner number of each triangle, and the corners.
    """
    corners: list[XY] = []
    boxes: dict[tuple[int, int], list[int]] = {}
    corner_of = []
    for x, y in middles:
        box = (math.floor(x / MERGE), math.floor(y / MERGE))
        around = [n for i in (-1, 0, 1) for j in (-1, 0, 1)
                  for n in boxes.get((box[0] + i, box[1] + j), ())]  # fmt: skip
        near = [n for n in around if math.dist(corners[n], (x, y)) < MERGE]
        if not near:
            near = [len(corners)]
            corners.append((x, y))
            boxes.setdefault(box, []).append(near[0])
        corner_of.append(near[0])
    return corner_of, corners


def _ring(seed: XY, fan: list[int], corners: list[XY]) -> list[int]:
    """The corners round a seed. Cells are convex, so their order is that of their bearings."""

    def bearing(corner: int) -> float:
        return math.atan2(corners[corner][1] - seed[1], corners[corner][0] - seed[0])

    return sorted(set(fan), key=bearing)
