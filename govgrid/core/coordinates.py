"""WGS-84, GCJ-02 and BD-09: mainland maps are shifted, some 600 m in Yichang, the wrong grid.

Stored is WGS-84 (EPSG:4326); the others are converted at the edge and the raw pair is kept.
"""

from collections.abc import Callable
from enum import StrEnum
from math import atan2, cos, hypot, isfinite, pi, radians, sin, sqrt

Pair = tuple[float, float]


class CRS(StrEnum):
    """What a pair of numbers means: GPS, 高德/腾讯, or 百度."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


# The earth as a ball.
_RADIUS = 6371008.8
# Krasovsky 1940, on which the shift is defined.
_AXIS = 6378245.0
_ECCENTRICITY2 = 0.00669342162296594323
_BD = pi * 3000.0 / 180.0
# The box outside which the official shift does nothing.
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271


def to_wgs84(lon: float, lat: float, crs: str = CRS.WGS84) -> Pair:
    """The GPS pair of a point given in ``crs``; ValueError if it is no place on earth."""
    _check(lon, lat)
    match CRS(crs):
        case CRS.GCJ02:
            return _invert(_gcj, lon, lat)
        case CRS.BD09:
            return _invert(_bd, lon, lat)
    return lon, lat


def from_wgs84(lon: float, lat: float, crs: str = CRS.WGS84) -> Pair:
    """The pair in ``crs`` of a GPS point; ValueError if it is no place on earth."""
    _check(lon, lat)
    match CRS(crs):
        case CRS.GCJ02:
            return _gcj_from_wgs(lon, lat)
        case CRS.BD09:
            return _bd_from_wgs(lon, lat)
    return lon, lat


def metres_between(one: Pair, other: Pair) -> float:
    """How far two GPS points lie apart, for walking distances: 0.1 % wrong within 10 km."""
    (x, y), (u, v) = one, other
    east = radians(u - x) * cos(radians((y + v) / 2))
    return _RADIUS * hypot(east, radians(v - y))


def _check(lon: float, lat: float) -> None:
    if not (isfinite(lon) and isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise ValueError(f"not a place on earth: {lon!r}, {lat!r}")


def _outside(lon: float, lat: float) -> bool:
    return not (_WEST <= lon <= _EAST and _SOUTH <= lat <= _NORTH)


def _gcj_from_wgs(lon: float, lat: float) -> Pair:
    return (lon, lat) if _outside(lon, lat) else _gcj(lon, lat)


def _bd_from_wgs(lon: float, lat: float) -> Pair:
    return (lon, lat) if _outside(lon, lat) else _bd(lon, lat)


def _gcj(lon: float, lat: float) -> Pair:
    x, y = lon - 105.0, lat - 35.0
    ripple = 20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)
    east = ripple + _waves(x, 150.0, 300.0)
    north = ripple + _waves(y, 160.0, 320.0)
    root = sqrt(abs(x))
    metres_east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + east * 2 / 3
    metres_north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    metres_north += north * 2 / 3
    bend = 1 - _ECCENTRICITY2 * sin(radians(lat)) ** 2
    per_lat = radians(_AXIS * (1 - _ECCENTRICITY2) / (bend * sqrt(bend)))
    per_lon = radians(_AXIS / sqrt(bend) * cos(radians(lat)))
    return lon + metres_east / per_lon, lat + metres_north / per_lat


def _waves(value: float, middle: float, long: float) -> float:
    short = 20.0 * sin(value * pi) + 40.0 * sin(value / 3.0 * pi)
    return short + middle * sin(value / 12.0 * pi) + long * sin(value / 30.0 * pi)


def _bd(lon: float, lat: float) -> Pair:
    x, y = _gcj(lon, lat)
    reach = hypot(x, y) + 0.00002 * sin(y * _BD)
    angle = atan2(y, x) + 0.000003 * cos(x * _BD)
    return reach * cos(angle) + 0.0065, reach * sin(angle) + 0.006


def _invert(shift: Callable[[float, float], Pair], lon: float, lat: float) -> Pair:
    """The point that ``shift`` moves to this one. The shift changes by less than 1 % from place
    to place, so each step gains two digits and ten reach the limit of a float.
    """
    if _outside(lon, lat):
        return lon, lat
    x, y = lon, lat
    for _step in range(10):
        moved_x, moved_y = shift(x, y)
        x, y = x + lon - moved_x, y + lat - moved_y
    # A point just inside the box whose origin lies beyond it was never shifted.
    return (lon, lat) if _outside(x, y) else (x, y)
