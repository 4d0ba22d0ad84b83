"""The map of the demo district: which place is where, and its outline in degrees."""

from __future__ import annotations

import csv
import itertools
import math
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from govgrid.home.demo import cells as flat
from govgrid.home.demo import division
from govgrid.home.demo.cells import XY, Cells, Edge, edges_of

PLACES = Path(__file__).with_name("places.csv")
MIDDLE = (111.32, 30.77)
METRES_A_DEGREE = (111_320 * math.cos(math.radians(MIDDLE[1])), 110_870)
TURN = math.radians(68)  # the river comes down from the north
CELLS_A_COMMUNITY = 6
FEWEST = 60
WORKER_GRID = 5
# Half a block: a special grid lies over several basic ones and swallows none.
LARGEST = 0.5 * flat.PITCH


@dataclass
class Town:
    """A street or town of the table: where it lies and the communities it may have."""

    code: str
    name: str
    bearing: float
    distance: float
    communities: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class GridPlan:
    code: str
    name: str
    community: str
    outline: str  # WKT
    is_special: bool = False


@dataclass
class Map:
    """Codes and names from street to grid, with outlines for the grids."""

    streets: list[tuple[str, str]]
    communities: list[tuple[str, str, str]]  # code, name, street
    grids: list[GridPlan]
    pieces: dict[str, str]  # drawn pieces by name: park, market, works


def towns() -> list[Town]:
    found: list[Town] = []
    with PLACES.open(encoding="utf-8-sig", newline="") as text:
        for row in csv.DictReader(text):
            if row["bearing"]:
                place = (float(row["bearing"]), float(row["distance"]))
                found.append(Town(row["code"], row["name"], *place))
            else:
                found[-1].communities.append((row["code"], row["name"]))
    return found


def chosen(count: int) -> list[Town]:
    """As many towns and communities as so many grids fill."""
    every = towns()
    wanted = min(max(12, round(count / CELLS_A_COMMUNITY)), sum(len(t.communities) for t in every))
    some = every[: min(len(every), max(3, round(wanted / 9)))]
    # The town in the middle is the densest: it counts twice.
    weight = [len(t.communities) * (1 if n else 2) for n, t in enumerate(some)]
    given = [0] * len(some)
    for _ in range(wanted):
        open_ = [n for n, t in enumerate(some) if given[n] < len(t.communities)]
        given[max(open_, key=lambda n: (weight[n] / (2 * given[n] + 1), -n))] += 1
    return [
        Town(t.code, t.name, t.bearing, t.distance, t.communities[:g])
        for t, g in zip(some, given, strict=True)
    ]


class Warp:
    """Flat metres → degrees: blocks drawn together in the towns, the river bent, all turned."""

    def __init__(self, far: float, cores: list[XY]) -> None:
        self.cores = [
            (x, y, *((0.56, min(0.42 * far, 4000)) if n == 0 else (0.3, min(0.2 * far, 1800))))
            for n, (x, y) in enumerate(cores)
        ]
        self.wave = min(1.5 * far, 9000)

    def __call__(self, point: XY) -> XY:
        x, y = point
        for cx, cy, pull, size in self.cores:
            dx, dy = point[0] - cx, point[1] - cy
            near = (dx * dx + dy * dy) / (2 * size * size)
            if near < 12:
                by = pull * math.exp(-near)
                x, y = x - dx * by, y - dy * by
        y += 0.085 * self.wave * math.sin(math.tau * x / self.wave + 0.6)
        x += 0.03 * self.wave * math.sin(math.tau * y / (0.8 * self.wave))
        return self._degrees(x, y)

    @staticmethod
    def _degrees(x: float, y: float) -> XY:
        east = x * math.cos(TURN) - y * math.sin(TURN)
        north = x * math.sin(TURN) + y * math.cos(TURN)
        return (
            round(MIDDLE[0] + east / METRES_A_DEGREE[0], 6),
            round(MIDDLE[1] + north / METRES_A_DEGREE[1], 6),
        )


def draw(count: int, seed: int) -> Map:
    """The whole map, the same for the same ``seed``."""
    for attempt in itertools.count():
        found = _drawn(count, seed, Random(f"map {seed} {attempt}"))  # noqa: S311 a map, no secret
        first = found.communities[0][0]
        # The demo's grid worker has the fifth grid of the first community.
        if any(grid.code == f"{first}{WORKER_GRID:03d}" for grid in found.grids):
            return found
    raise AssertionError("count() never ends")


def _drawn(count: int, seed: int, rng: Random) -> Map:
    some = chosen(count)
    cells = flat.make(count, rng)
    far = flat.radius(count)
    centres = [_flat_centre(town, far) for town in some]
    warp = Warp(far, centres)
    street_of = division.divide(
        cells, range(count), centres, [len(town.communities) for town in some]
    )
    lines = _lines(cells, warp, far, seed)
    found = Map([(t.code, t.name) for t in some], [], [], {})
    members: dict[str, list[int]] = {}
    for number, town in enumerate(some):
        inside = [cell for cell, street in enumerate(street_of) if street == number]
        for (code, name), part in _communities(cells, inside, town, centres[number]):
            members[code] = part
            found.communities.append((code, name, town.code))
            found.grids += _grids(cells, part, code, name, lines)
    _specials(found, cells, members, warp)
    return found


def _flat_centre(town: Town, far: float) -> XY:
    angle = math.radians(town.bearing) - TURN
    return far * town.distance * math.cos(angle), far * town.distance * math.sin(angle)


def _communities(cells: Cells, inside: list[int], town: Town, centre: XY):
    """The town's communities with their cells; the first of the table lies nearest its middle."""
    count = len(town.communities)
    centres = division.spread(cells, inside, count)
    centres.sort(key=lambda p: math.dist(p, centre))
    part_of = division.divide(cells, inside, centres, [1] * count)
    for number, place in enumerate(town.communities):
        yield place, [cell for cell in inside if part_of[cell] == number]


def _grids(cells: Cells, part: list[int], code: str, name: str, lines: dict[Edge, list[XY]]):
    short = name.removesuffix("社区").removesuffix("村")
    width = 2 if len(part) < 100 else 3
    for number, cell in enumerate(_in_reading_order(cells, part), start=1):
        outline = _ring_wkt(_along(cells.rings[cell], lines))
        yield GridPlan(f"{code}{number:03d}", f"{short}{number:0{width}d}", code, outline)


def _in_reading_order(cells: Cells, part: list[int]) -> list[int]:
    """Row by row, to and fro, as such grids are numbered."""
    rows: dict[int, list[int]] = {}
    for cell in part:
        rows.setdefault(round(cells.seeds[cell][1] / flat.PITCH), []).append(cell)
    found = []
    for turn, row in enumerate(sorted(rows)):
        found += sorted(rows[row], key=lambda cell: cells.seeds[cell][0], reverse=turn % 2 == 1)
    return found


# ── outlines ──────────────────────────────────────────────────────────────────────────────────


def _lines(cells: Cells, warp: Warp, far: float, seed: int) -> dict[Edge, list[XY]]:
    """Each edge as a line in degrees, drawn once and used from both sides."""
    room = _room(cells)
    lines = {}
    for edge, beside in cells.edges.items():
        a, b = cells.corners[edge[0]], cells.corners[edge[1]]
        rng = Random(f"{seed} {edge}")  # noqa: S311 a map, no secret
        out = math.hypot(*a) / far
        # Streets in town are straight; fields and the edge of the district follow ditches.
        rough = 0.0 if out < 0.35 else min(0.09, 0.1 * (out - 0.35))
        rough = 0.09 if len(beside) == 1 else rough
        river = len(beside) == 2 and cells.seeds[beside[0]][1] * cells.seeds[beside[1]][1] < 0
        line = _bent(a, b, 0.0 if river else rough * room[edge], rng)
        lines[edge] = [warp(point) for point in line]
    return lines


def _room(cells: Cells) -> dict[Edge, float]:
    """0 to 1 for each edge: how far it may leave its line before it meets the next at a corner."""
    room = dict.fromkeys(cells.edges, 1.0)
    for ring in cells.rings:
        size = len(ring)
        for n in range(size):
            before, here, after = ring[n - 1], ring[n], ring[(n + 1) % size]
            wide = _angle(cells.corners[before], cells.corners[here], cells.corners[after])
            fits = min(1.0, max(0.0, (wide - 0.6) / 0.6))
            for other in (before, after):
                edge = (here, other) if here < other else (other, here)
                room[edge] = min(room[edge], fits)
    return room


def _angle(a: XY, at: XY, b: XY) -> float:
    one = math.atan2(a[1] - at[1], a[0] - at[0])
    two = math.atan2(b[1] - at[1], b[0] - at[0])
    apart = abs(one - two) % math.tau
    return min(apart, math.tau - apart)


def _bent(a: XY, b: XY, rough: float, rng: Random) -> list[XY]:
    """From a to b with the middles pushed aside, again and again; at least one every 120 m."""
    line = [a, b]
    while math.dist(line[0], line[1]) > 60:
        longer = [line[0]]
        for p, q in itertools.pairwise(line):
            push = rng.uniform(-rough, rough)
            middle = (
                (p[0] + q[0]) / 2 - push * (q[1] - p[1]),
                (p[1] + q[1]) / 2 + push * (q[0] - p[0]),
            )
            longer += [middle, q]
        line = longer
        rough *= 0.8
    return line


def _along(ring: list[int], lines: dict[Edge, list[XY]]) -> list[XY]:
    points: list[XY] = []
    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
        line = lines[a, b] if a < b else lines[b, a][::-1]
        points += line[:-1]
    return points


def _ring_wkt(points: list[XY]) -> str:
    inside = ",".join(f"{x:.6f} {y:.6f}" for x, y in [*points, points[0]])
    return f"MULTIPOLYGON((({inside})))"


# ── special grids and drawn pieces ────────────────────────────────────────────────────────────


def _specials(found: Map, cells: Cells, members: dict[str, list[int]], warp: Warp) -> None:
    """A market and a park over basic grids of the first town, and works land near the second."""
    first, second = (
        [code for code, _name, street in found.communities if street == found.streets[n][0]][:6]
        for n in (0, 1)
    )
    room = {code: _widest(cells, members[code]) for code in first + second}
    market = first[0]
    park = max(first[1:], key=lambda code: room[code][1])
    works = max(second, key=lambda code: room[code][1])
    found.pieces = {
        "market": _block(*room[market], warp),
        "park": _meadow(*room[park], warp),
        "works": _block(*room[works], warp),
    }
    for community, name, piece in (
        (market, "夷陵农贸市场专属网格", "market"),
        (park, "黄柏河公园专属网格", "park"),
    ):
        outline = found.pieces[piece]
        found.grids.append(GridPlan(f"{community}901", name, community, outline, is_special=True))


def _widest(cells: Cells, part: list[int]) -> tuple[XY, float]:
    """The corner or middle of a cell that is furthest from the community's border; how far."""
    mine = set(part)
    border = [
        point
        for edge in sorted({edge for cell in part for edge in edges_of(cells.rings[cell])})
        if not set(cells.edges[edge]) <= mine or len(cells.edges[edge]) == 1
        for point in _bent(cells.corners[edge[0]], cells.corners[edge[1]], 0.0, Random(0))  # noqa: S311
    ]
    spots = [cells.corners[n] for n in sorted({n for cell in part for n in cells.rings[cell]})]
    spots += [cells.seeds[cell] for cell in part]
    room = [min(math.dist(spot, point) for point in border) for spot in spots]
    best = room.index(max(room))
    return spots[best], min(0.75 * room[best], LARGEST)


def _block(middle: XY, size: float, warp: Warp) -> str:
    """A rectangle with a corner cut off."""
    x, y = middle
    a, b = 0.84 * size, 0.54 * size
    outline = [(-a, -b), (a, -b), (a, 0.3 * b), (0.5 * a, b), (-a, b)]
    return _ring_wkt([warp((x + dx, y + dy)) for dx, dy in outline])


def _meadow(middle: XY, size: float, warp: Warp) -> str:
    """A rounded, uneven piece of green."""
    x, y = middle
    points = []
    for step in range(28):
        angle = math.tau * step / 28
        r = size * (0.78 + 0.14 * math.cos(2 * angle + 1) + 0.08 * math.cos(3 * angle))
        points.append(warp((x + r * math.cos(angle), y + r * math.sin(angle))))
    return _ring_wkt(points)
