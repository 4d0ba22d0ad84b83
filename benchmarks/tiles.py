"""Vector tiles: made anew, from the cache, not modified; the largest one; a whole city at once."""

from __future__ import annotations

import gzip
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import redis
from django.contrib.staticfiles import finders

from benchmarks.client import Request, UnexpectedAnswer, ask, ask_here
from benchmarks.report import Figure, Goal, percentile
from benchmarks.scene import Scene
from benchmarks.stage import SYNC

FAMILY = "tiles"
ZOOMS = range(8, 17)
EACH = 12  # tiles of each zoom
ROUNDS = 5
NOT_MODIFIED = 304
COLD, WARM = Goal(most=150), Goal(most=30)
LARGEST, WHOLE_CITY = Goal(most=150), Goal(most=600)
PEER_SIZE = "15 MB"
# A screen of 1920 by 1080 without what stands round the map; a tile is 512 wide and cut at the
# zoom before the map's.
WIDE, HIGH, TILE = 1400, 930, 512
FILES = (
    "leaflet/leaflet.js", "leaflet/leaflet.css", "pbf/pbf.js", "htmx/htmx.min.js",
    "core/govgrid.css", "core/page.js", "core/icons.svg", "grids/tiles.js", "grids/map.js",
    "grids/explore.js", "grids/map.css", "grids/area.css",
)  # fmt: skip

EXTENT = """
    SELECT ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b)
    FROM (SELECT ST_Extent(boundary) AS b FROM grids_areashape WHERE level = 5) box
"""
OPEN = "SELECT sum(many), count(*) FROM tickets_ticketrollup"

Piece = tuple[int, int, int]


class Layer(NamedTuple):
    """A layer as one person sees it."""

    name: str
    path: str
    login: str

    def request(self, scene: Scene, piece: Piece) -> Request:
        z, x, y = piece
        headers = scene.browser(self.login) | {"Accept-Encoding": "gzip"}
        return Request(f"{self.path}{z}/{x}/{y}.mvt", headers=headers)


AREAS = Layer("areas", "/grids/tiles/areas/", "command")
TICKETS = Layer("tickets, district", "/tickets/tiles/", "command")
LAYERS = (
    AREAS,
    TICKETS,
    Layer("tickets, street", "/tickets/tiles/", "street"),
    Layer("tickets, department", "/tickets/tiles/", "department"),
)


def place(z: int, lon: float, lat: float) -> tuple[float, float]:
    """Where a point lies in the tiles of a zoom."""
    down = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return (lon + 180) / 360 * 2**z, down * 2**z


def pieces(scene: Scene) -> list[Piece]:
    """Some tiles of each zoom, all over the map."""
    found: dict[Piece, None] = {}
    for z in ZOOMS:
        here = dict.fromkeys((z, *map(int, place(z, lon, lat))) for lon, lat in scene.spots)
        found |= dict.fromkeys(list(here)[:EACH])  # type: ignore[arg-type]
    return list(found)


def measure(scene: Scene) -> Iterator[Figure]:
    scene.rest()
    yield _rolled(scene)
    scene.serve(SYNC)
    asked = pieces(scene)
    bare = ask(scene.stage.web_port, [Request("/bench/bare/")], times=200)
    for layer in LAYERS:
        yield from _timed(scene, layer, asked, percentile(bare.took, 95))
    yield _not_modified(scene, asked)
    yield _largest(scene)
    yield _whole_city(scene)


def _rolled(scene: Scene) -> Figure:
    (took,) = scene.inside("mapping.roll_up")
    ((many, grids),) = scene.rows(OPEN)
    said = f"{many or 0:,} open tickets in {grids:,} grids; once a minute"
    return Figure(FAMILY, "count what is open", took, "ms", at=scene.size, notes=said)


def _timed(scene: Scene, layer: Layer, asked: Sequence[Piece], bare: float) -> Iterator[Figure]:
    requests = [layer.request(scene, piece) for piece in asked]
    port = scene.stage.web_port
    ask(port, requests[:1], times=5)
    _forget(scene)
    cold = ask(port, requests, times=len(requests)).took
    warm = ask(port, requests, times=ROUNDS * len(requests)).took
    said = f"{len(requests)} tiles of zooms {ZOOMS[0]} to {ZOOMS[-1]}"
    for name, took, goal in (("cold", cold, COLD), ("warm", warm, WARM)):
        yield Figure(
            FAMILY,
            f"{layer.name}, {name}, p95",
            percentile(took, 95),
            "ms",
            at=scene.size,
            limit=bare,
            limit_name="ms bare view",
            goal=goal,
            notes=f"p50 {percentile(took, 50):.1f}, worst {max(took):.1f} ms; {said}",
        )


def _forget(scene: Scene) -> None:
    redis.Redis(port=scene.stage.redis_port).flushdb()


def _not_modified(scene: Scene, asked: Sequence[Piece]) -> Figure:
    request = AREAS.request(scene, asked[0])
    head = ask_here(scene.stage.web_port, request).last_head
    found = re.search(r"^ETag: (.+?)\r?$", head, re.MULTILINE | re.IGNORECASE)
    if found is None:
        raise UnexpectedAnswer(f"{request.path} has no ETag")
    again = replace(request, headers=request.headers | {"If-None-Match": found[1]})
    took = ask(scene.stage.web_port, [again], times=200, expected=NOT_MODIFIED).took
    said = f"p50 {percentile(took, 50):.1f} ms"
    name = "areas, not modified (304), p95"
    return Figure(FAMILY, name, percentile(took, 95), "ms", at=scene.size, notes=said)


def _over(box: Sequence[float], z: int) -> list[Piece]:
    west, south, east, north = box
    left, top = place(z, west, north)
    right, foot = place(z, east, south)
    return [
        (z, x, y)
        for x in range(int(left), int(right) + 1)
        for y in range(int(top), int(foot) + 1)
    ]  # fmt: skip


def _largest(scene: Scene) -> Figure:
    """Every tile of the zooms where much comes together, as it is before it is packed."""
    (box,) = scene.rows(EXTENT)
    every = [piece for z in range(7, 13) for piece in _over(box, z)]
    sizes = {layer: _sizes(scene, layer, every) for layer in (AREAS, TICKETS)}
    largest, packed, piece, name = max(
        (plain, packed, piece, layer.name)
        for layer, found in sizes.items()
        for piece, (plain, packed) in zip(every, found, strict=True)
    )
    said = f"{name} {piece[0]}/{piece[1]}/{piece[2]}, {packed / 1000:.0f} kB packed; of {2 * len(every)} tiles"
    name = "largest tile, not packed"
    return Figure(FAMILY, name, largest / 1000, "kB", at=scene.size, goal=LARGEST, notes=said)


def _sizes(scene: Scene, layer: Layer, every: Sequence[Piece]) -> list[tuple[int, int]]:
    return scene.inside(
        "mapping.sizes", layer=layer.name.partition(",")[0], login=layer.login, pieces=every
    )


def _whole_city(scene: Scene) -> Figure:
    """Everything that a first visit to /grids/ loads: tiles, page, scripts and sheets."""
    (box,) = scene.rows(EXTENT)
    seen = _in_view(box)
    tiles = sum(
        packed for layer in (AREAS, TICKETS) for _plain, packed in _sizes(scene, layer, seen)
    )
    request = Request("/grids/", headers=scene.browser("command"))
    page = len(ask_here(scene.stage.web_port, request).last_body.encode())
    files = sum(_packed(path) for path in _static())
    ((many, _grids),) = scene.rows(OPEN)
    said = (
        f"{2 * len(seen)} tiles at zoom {seen[0][0] + 1} of the map {tiles / 1000:.0f} kB, page"
        f" {page / 1000:.0f} kB, scripts and sheets {files / 1000:.0f} kB; {many or 0:,} open tickets"
    )
    whole = (tiles + page + files) / 1000
    return Figure(
        FAMILY, "whole city, a first visit", whole, "kB", at=scene.size, goal=WHOLE_CITY,
        peer=PEER_SIZE, notes=said,
    )  # fmt: skip


def _in_view(box: Sequence[float]) -> list[Piece]:
    """The tiles of the deepest zoom at which the whole city fits on the screen, to its edges."""
    west, south, east, north = box
    fits = [0]
    for zoom in range(1, 20):
        left, top = place(zoom - 1, west, north)
        right, foot = place(zoom - 1, east, south)
        if (right - left) * TILE <= WIDE and (foot - top) * TILE <= HIGH:
            fits.append(zoom)
    z = fits[-1] - 1
    left, top = place(z, west, north)
    right, foot = place(z, east, south)
    middle, down = (left + right) / 2, (top + foot) / 2
    across, along = WIDE / TILE / 2, HIGH / TILE / 2
    return [
        (z, x, y)
        for x in range(int(middle - across), int(middle + across) + 1)
        for y in range(int(down - along), int(down + along) + 1)
    ]


def _static() -> list[Path]:
    """Each file of the page where staticfiles finds it; collecting packs it to the same size."""
    found = [finders.find(name) for name in FILES]
    return [Path(one) for one in found if one]


def _packed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 6))
