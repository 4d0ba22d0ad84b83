"""The registers, the counts, the task list and the layers as tables that an import reads again.

A map has its points in the geometry, a table in two columns. Nobody is named in any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from django.contrib.gis.geos import Point
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from govgrid.core.errors import Refused
from grids.actions.layers import LAYER_COLUMNS
from grids.models import AreaCount, Compound, Facility, LayerPiece, Organisation, ServicePoint
from grids.models.duty import Duty, DutyQuerySet
from grids.rows import places
from grids.spatial.writing import FORMATS, Geometry, Table
from grids.tasklist import Tally

AT_A_TIME = 2000
# As many as an import reads again; more would fill the memory of the web.
MOST_ROWS = 100_000
# Who says what kind of coordinates they are, says it of the file.
NOT_WRITTEN = {"crs", "wkt"}
POINT = ("lon", "lat")
# No outline and no point: these are tables alone.
TABLES_ONLY = frozenset({"counts", "duties"})


def _written(sheet: places.Sheet, *, has_point: bool) -> tuple[str, ...]:
    dropped = NOT_WRITTEN | (set() if has_point else set(POINT))
    return tuple(name for name in sheet.columns if name not in dropped)


def _cells(said: dict[str, Any], columns: Sequence[str]) -> list[str]:
    return [_text(said[name]) for name in columns]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)


def _at(point: Point | None) -> dict[str, str]:
    return {"lon": repr(point.x), "lat": repr(point.y)} if point else {"lon": "", "lat": ""}


def formats_for(register: str) -> list[tuple[str, str | Promise]]:
    """The formats that a register goes out in: what has no place on a map has no map."""
    is_table = register in TABLES_ONLY
    return [(slug, one.label) for slug, one in FORMATS.items() if not (is_table and one.is_map)]


def must_fit(rows: QuerySet) -> None:
    """Refuse more rows than one file is to have, before the first is read."""
    if rows[: MOST_ROWS + 1].count() > MOST_ROWS:
        raise Refused(
            "too_many_rows",
            _("These are more than %(most)s rows: narrow the list by area first.")
            % {"most": MOST_ROWS},
        )


# ── places ────────────────────────────────────────────────────────────────────────────────────


def compound_table(rows: QuerySet[Compound], *, is_map: bool) -> Table:
    """With the outline as the geometry, and the point in two columns of every format."""
    columns = _written(places.COMPOUNDS, has_point=True)
    found = rows.select_related("community", "property_department")
    made = (
        (_cells(_compound(one), columns), one.outline)
        for one in found.iterator(chunk_size=AT_A_TIME)
    )
    return Table("compounds", columns, made, has_geometry=True)


def _compound(one: Compound) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.name,
        "kind": one.kind,
        "community": one.community.code,
        "households": one.household_words,
        "has_committee": one.has_committee,
        "committee_until": one.committee_until,
        "property_company": one.property_company,
        "property_department": one.property_department.code if one.property_department else "",
        "retired_on": one.retired_on,
        **_at(one.point),
    }


def _pointed(
    name: str, sheet: places.Sheet, rows: QuerySet, said: Callable[[Any], dict], *, is_map: bool
) -> Table:
    columns = _written(sheet, has_point=not is_map)
    made: Iterator[tuple[Sequence[str], Geometry]] = (
        (_cells({**said(one), **_at(one.point)}, columns), one.point if is_map else None)
        for one in rows.iterator(chunk_size=AT_A_TIME)
    )
    return Table(name, columns, made, has_geometry=is_map)


def facility_table(rows: QuerySet[Facility], *, is_map: bool) -> Table:
    found = rows.select_related("facility_class", "owner")
    return _pointed("facilities", places.FACILITIES, found, _facility, is_map=is_map)


def _facility(one: Facility) -> dict[str, Any]:
    return {
        "district_code": one.district_code,
        "major": one.facility_class.major,
        "minor": one.facility_class.minor,
        "serial": one.serial,
        "name": one.name,
        "state": one.state,
        "owner": one.owner.code if one.owner else "",
        "retired_on": one.retired_on,
    }


def service_point_table(rows: QuerySet[ServicePoint], *, is_map: bool) -> Table:
    return _pointed("service-points", places.SERVICE_POINTS, rows, _service_point, is_map=is_map)


def _service_point(one: ServicePoint) -> dict[str, Any]:
    names = ("code", "name", "kind", "address", "hours", "services", "office_phone", "retired_on")
    return {name: getattr(one, name) for name in names}


def organisation_table(rows: QuerySet[Organisation], *, is_map: bool) -> Table:
    return _pointed("organisations", places.ORGANISATIONS, rows, _organisation, is_map=is_map)


def _organisation(one: Organisation) -> dict[str, Any]:
    names = ("code", "name", "kind", "industry", "address", "registered_on", "retired_on")
    return {name: getattr(one, name) for name in names}


# ── numbers ───────────────────────────────────────────────────────────────────────────────────


def count_table(rows: QuerySet[AreaCount], *, is_map: bool) -> Table:
    """Numbers in the words that may be told: a file says no more than the page."""
    columns = _written(places.COUNTS, has_point=False)
    found = rows.select_related("area").order_by("area__level", "area__code", "measure")
    made = (
        ([one.area.code, one.measure, one.words, _text(one.as_of), one.source], None)
        for one in found.iterator(chunk_size=AT_A_TIME)
    )
    return Table("counts", columns, made)


# ── the task list ─────────────────────────────────────────────────────────────────────────────

DUTY_COLUMNS = (
    *("name", "what", "items", "department", "area_code", "level", "kind", "rhythm", "minutes"),
    *("starts_on", "ends_on", "stage"),
)
TALLIED = ("asked", "done", "not_done", "unsaid")


def duty_table(duties: DutyQuerySet, *, is_map: bool) -> Table:
    """What is asked, of whom, how often and until when; who proposed or decided it stays here."""
    found = duties.select_related("department", "area")
    made = ((_duty(one), None) for one in found.iterator(chunk_size=AT_A_TIME))
    return Table("duties", DUTY_COLUMNS, made)


def tally_table(area_code: str, tallies: Sequence[tuple[Duty, Tally]]) -> Table:
    """What came of each duty in an area in the present period: places counted, nobody named."""
    made = (
        ([*_duty(duty), *(str(getattr(tally, name)) for name in TALLIED)], None)
        for duty, tally in tallies
    )
    return Table(f"duties-{area_code}", (*DUTY_COLUMNS, *TALLIED), made)


def _duty(one: Duty) -> list[str]:
    said = {
        **{name: getattr(one, name) for name in ("name", "what", "kind", "rhythm", "minutes")},
        "items": " / ".join(one.items),
        "department": one.department.code,
        "area_code": one.area.code,
        "level": one.get_level_display(),
        "starts_on": one.starts_on,
        "ends_on": one.ends_on,
        "stage": one.stage_today.value,
    }
    return _cells(said, DUTY_COLUMNS)


# ── responsibility ────────────────────────────────────────────────────────────────────────────


def layer_table(pieces: QuerySet[LayerPiece], *, is_map: bool) -> Table:
    """One row a piece in force, as the import of layers takes them."""
    columns = tuple(name for name in LAYER_COLUMNS if name not in NOT_WRITTEN)
    found = pieces.select_related("layer__department", "layer__area", "unit")
    made = ((_piece(one), one.outline) for one in found.iterator(chunk_size=AT_A_TIME))
    return Table("layers", columns, made, has_geometry=True)


def _piece(one: LayerPiece) -> list[str]:
    layer = one.layer
    return [layer.department.code, layer.matter, layer.area.code, one.unit.code, layer.name]
