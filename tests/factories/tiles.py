"""Vector tiles as GDAL reads them, an implementation that has nothing to do with PostGIS's."""

import gzip
import math
import tempfile
from pathlib import Path

from django.contrib.gis.gdal import DataSource
from django.core.cache import cache

from govgrid.core.tiles import Tile


def tile_at(z: int, lon: float, lat: float) -> Tile:
    """The tile of that zoom in which a point lies."""
    many = 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return Tile(z, int((lon + 180) / 360 * many), int(y * many))


def tiles_over(z: int, west: float, south: float, east: float, north: float) -> list[Tile]:
    first, last = tile_at(z, west, north), tile_at(z, east, south)
    return [
        Tile(z, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)
    ]  # fmt: skip


def decoded(content: bytes, tile: Tile) -> dict[str, list[dict]]:
    """The features of each layer: their properties, and their extent in degrees."""
    content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    if not content:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        # GDAL takes the place of a tile from where it lies.
        path = Path(folder) / str(tile.z) / str(tile.x) / f"{tile.y}.mvt"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        return {layer.name: [_read(one) for one in layer] for layer in DataSource(path)}


def _read(feature) -> dict:
    said = {name: feature.get(name) for name in feature.fields}
    shape = feature.geom
    shape.transform(4326)
    west, south, east, north = shape.extent
    return {k: v for k, v in said.items() if v is not None} | {"extent": (west, south, east, north)}


def fresh_tiles() -> None:
    """Forget every tile that is kept."""
    cache.clear()
