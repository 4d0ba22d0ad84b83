"""Where a point lies: the platform's own call, and its statement on a bare cursor, in turns."""

import time
from collections.abc import Callable
from contextlib import closing

from django.db import connection

from govgrid.core import clock
from grids import queries

Spot = tuple[float, float]
TURNS = 5


def locate(spots: list[Spot]) -> dict[str, list[float]]:
    """Milliseconds a call by turn, for each of both."""
    connection.ensure_connection()
    found: dict[str, list[float]] = {"call": [], "raw": []}
    ways: dict[str, Callable[[Spot], object]] = {"raw": _raw, "call": _call}
    for way in ways.values():
        way(spots[0])
    for _turn in range(TURNS):
        for name, way in ways.items():
            begun = time.perf_counter()
            for spot in spots:
                way(spot)
            found[name].append(1000 * (time.perf_counter() - begun) / len(spots))
    return found


def _call(spot: Spot) -> object:
    return queries.locate(*spot)


def _raw(spot: Spot) -> object:
    lon, lat = spot
    values = {
        "lon": lon,
        "lat": lat,
        "on": clock.today(),
        "box": queries.BOX_DEGREES,
        "metres": queries.BORDER_METRES,
    }
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute(queries.LOCATE, values)
        return cursor.fetchone()
