"""What may be told of the households of areas and compounds: worked out once for an edition of them.

All numbers together, since any of them may give away another: an area's of its own, what its counts
say where it has none, and the compounds, which count again what the grids do.
"""

from __future__ import annotations

import threading
from datetime import date
from functools import lru_cache
from typing import Any

from django.core.signals import request_finished, request_started
from django.db import connection

from govgrid.core import clock
from grids.telling import SMALLEST_SHOWN, SOME, Told, alone, what_to_tell

Edition = tuple[int, int]
# The database itself writes a new edition with every change of a number, of a path or of a period.
EDITION = "SELECT number, households FROM grids_mapedition WHERE id = 1"

AREAS = """
    SELECT a.id, a.path, a.kind = 'special', coalesce(a.household_count, c.number),
           a.valid_to IS NULL OR a.valid_to > %(on)s
    FROM grids_area a
    LEFT JOIN grids_areacount c ON c.area_id = a.id AND c.measure = 'households'
    WHERE coalesce(a.household_count, c.number) IS NOT NULL
"""
# A few households stand under the grid that covers them as well, whose number would tell theirs.
COMPOUNDS = """
    SELECT o.id, coalesce(g.path, a.path) || 'c' || o.id || '.', o.household_count
    FROM grids_compound o JOIN grids_area a ON a.id = o.community_id
    LEFT JOIN LATERAL (
        SELECT n.path FROM grids_areashape s JOIN grids_area n ON n.id = s.area_id
        WHERE o.household_count BETWEEN 1 AND %(few)s AND s.level = 5
          AND n.valid_from <= %(on)s AND (n.valid_to IS NULL OR n.valid_to > %(on)s)
          AND ST_Covers(s.boundary, o.point)
        ORDER BY s.is_special, n.id LIMIT 1) g ON true
    WHERE o.household_count IS NOT NULL AND (o.retired_on IS NULL OR o.retired_on > %(on)s)
"""


def of_area(pk: int | None, number: int) -> Told:
    """What may be told of an area's number, in force or not."""
    return _told().get(f"a{pk}") or alone(number)


def of_compound(pk: int | None, number: int) -> Told:
    return _told().get(f"c{pk}") or alone(number)


def _told() -> dict[str, Told]:
    return _worked_out(connection.settings_dict["NAME"], _edition(), clock.today())


@lru_cache(maxsize=2)
def _worked_out(_database: str, _edition: Edition, on: date) -> dict[str, Told]:
    numbers: dict[str, int] = {}
    keys: dict[str, str] = {}
    over_others: set[str] = set()
    ended: list[tuple[str, str, int]] = []
    for pk, path, is_special, number, is_in_force in _rows(AREAS, on):
        if not is_in_force:
            ended.append((f"a{pk}", path, number))
            continue
        numbers[path], keys[path] = number, f"a{pk}"
        if is_special:
            over_others.add(path)
    for pk, path, number in _rows(COMPOUNDS, on):
        numbers[path], keys[path] = number, f"c{pk}"
        over_others.add(path)
    told = what_to_tell(numbers, over_others)
    hiding = {path.rsplit(".", 2)[0] for path, one in told.items() if not one.is_exact}
    found = {keys[path]: one for path, one in told.items()}
    for key, path, number in ended:
        # Of what ended nothing more is said where a part of what came after it is hidden.
        is_beside = path.rsplit(".", 2)[0] in hiding and number >= SMALLEST_SHOWN
        found[key] = SOME if is_beside else alone(number)
    return found


def _rows(sql: str, on: date) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"on": on, "few": SMALLEST_SHOWN - 1})
        return cursor.fetchall()


# ── the edition, read once a request ──────────────────────────────────────────────────────────
_request = threading.local()


def _begin(**_signal: Any) -> None:
    _request.edition = None


def _end(**_signal: Any) -> None:
    _request.__dict__.clear()


request_started.connect(_begin, dispatch_uid="grids.households.begin")
request_finished.connect(_end, dispatch_uid="grids.households.end")


def _edition() -> Edition:
    kept = getattr(_request, "edition", None)
    if kept is not None:
        return kept
    with connection.cursor() as cursor:
        cursor.execute(EDITION)
        row = cursor.fetchone()
    edition: Edition = row or (0, 0)
    if hasattr(_request, "edition"):
        _request.edition = edition
    return edition
