"""The map on a day: outlines as they held then."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from grids.models import Area, Level, households

# An area that holds that day with the outline, name and code that it had.
ON_A_DAY = """
    SELECT a.id,
           coalesce((SELECT c.code FROM grids_areacode c
                     WHERE c.area_id = a.id AND c.code_system = a.code_system AND c.valid_to > %(on)s
                     ORDER BY c.valid_to LIMIT 1), a.code),
           coalesce((SELECT w.name FROM grids_areaname w
                     WHERE w.area_id = a.id AND w.valid_to > %(on)s
                     ORDER BY w.valid_to LIMIT 1), a.name),
           a.kind, a.household_count, a.valid_from, a.valid_to, n.name, n.code,
           ST_AsGeoJSON(coalesce(f.boundary, s.boundary), 7), f.id IS NOT NULL
    FROM grids_area a
    LEFT JOIN grids_formershape f ON f.area_id = a.id AND f.period @> %(on)s::date
    LEFT JOIN grids_areashape s ON s.area_id = a.id
    LEFT JOIN grids_area n ON n.id = a.successor_id
    WHERE {which} AND a.valid_from <= %(on)s AND (a.valid_to IS NULL OR a.valid_to > %(on)s)
    ORDER BY a.kind = 'special', a.code, a.id
"""
BENEATH = ON_A_DAY.format(which="a.parent_id = %(area)s")
ITSELF = ON_A_DAY.format(which="a.id = %(area)s")


@dataclass(frozen=True)
class Then:
    """One area on that day; ``is_former`` where its outline is another one now."""

    id: int
    code: str
    name: str
    kind: str
    household_count: int | None
    valid_from: date
    valid_to: date | None
    successor: str | None
    successor_code: str | None
    shape: dict[str, Any] | None
    is_former: bool

    @property
    def household_words(self) -> str:
        """As the area itself tells it today."""
        if self.household_count is None:
            return ""
        return households.of_area(self.id, self.household_count).words


def outlines_on(area: Area, on: date) -> list[Then]:
    """What lay in ``area`` on a day, or the grid itself, with the outlines of that day."""
    return _asked(ITSELF if area.level == Level.GRID else BENEATH, area, on)


def outline_on(area: Area, on: date) -> dict[str, Any] | None:
    """GeoJSON of one area's outline as it was on a day; None where none is known."""
    found = _asked(ITSELF, area, on)
    return found[0].shape if found else None


def _asked(sql: str, area: Area, on: date) -> list[Then]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"area": area.pk, "on": on})
        rows = cursor.fetchall()
    return [Then(*_with_shape(row)) for row in rows]


def _with_shape(row: tuple) -> list[Any]:
    *said, geojson, is_former = row
    return [*said, json.loads(geojson) if geojson else None, is_former]
