"""Tiles as they are made: how large they are, and how long counting for them takes."""

import gzip
import time

from govgrid.accounts.models import User
from govgrid.core.tiles import Tile
from grids import tiles as areas
from tickets import actions
from tickets import tiles as tickets


def roll_up() -> list[float]:
    """Milliseconds from an empty table on."""
    begun = time.perf_counter()
    actions.roll_up()
    return [1000 * (time.perf_counter() - begun)]


def sizes(layer: str, login: str, pieces: list[list[int]]) -> list[tuple[int, int]]:
    """Bytes of each tile, as it is and packed."""
    scope, edition = tickets.scope_of(User.objects.get(username=login)), areas.edition()

    def packed(tile: Tile) -> bytes:
        return areas.areas(tile, edition) if layer == "areas" else tickets.tickets(tile, scope)

    made = [packed(Tile(*piece)) for piece in pieces]
    return [(len(gzip.decompress(one)), len(one) if gzip.decompress(one) else 0) for one in made]
