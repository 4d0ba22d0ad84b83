"""What may be brought in a file, and which action takes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from govgrid.accounts.models import User
from govgrid.core.sheets import Cells
from grids import rows
from grids.actions.areas import import_areas
from grids.actions.counts import import_counts
from grids.actions.departments import import_departments
from grids.actions.imports import Imported
from grids.actions.layers import LAYER_COLUMNS, LAYER_REQUIRED, import_layers
from grids.actions.outlines import OUTLINE_COLUMNS, derive_outlines, import_outlines
from grids.actions.places import place_again
from grids.actions.registers import (
    import_compounds,
    import_facilities,
    import_organisations,
    import_service_points,
)
from grids.models import CodeSystem
from grids.rows import places
from grids.spatial.reading import Columns


class Told(NamedTuple):
    """What somebody says about all rows of a file. Some kinds have no use for some of it."""

    on: date | None = None
    code_system: str = CodeSystem.STATISTICS
    key: str = ""


Load = Callable[[Iterable[Cells], User | None, Told], Imported]


@dataclass(frozen=True)
class Way:
    """One form of a kind: the columns it has, and the action that takes such rows."""

    columns: Columns
    load: Load


@dataclass(frozen=True)
class Kind:
    """A kind of file; of several forms the first counts whose required columns are all there."""

    slug: str
    label: str | Promise
    hint: str | Promise
    ways: tuple[Way, ...]
    has_outlines: bool = False

    def way_of(self, headings: Iterable[str]) -> Way:
        given = list(headings)
        return next((way for way in self.ways if way.columns.fit(given)), self.ways[0])


def _areas(given: Iterable[Cells], by: User | None, told: Told) -> Imported:
    done = import_areas(given, by=by, on=told.on, code_system=told.code_system)
    _after(done, by)
    return done


def _outlines(given: Iterable[Cells], by: User | None, told: Told) -> Imported:
    done = import_outlines(given, by=by, key=told.key)
    _after(done, by)
    return done


def _after(done: Imported, by: User | None) -> None:
    """What lies in the new outlines, and what the areas above cover, follows."""
    derive_outlines(by=by)
    if done.outlines:
        place_again(by=None)


def _departments(given: Iterable[Cells], by: User | None, told: Told) -> Imported:
    return import_departments(given, by=by)


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add a kind that people may choose. Called at import, once for each."""
    KINDS[kind.slug] = kind


register(
    Kind(
        "areas",
        _("Areas and their outlines"),
        _(
            "level, code, name, parent_code; or a map whose outlines name their area by code or name"
        ),
        (
            Way(Columns(rows.AREA_COLUMNS, rows.AREA_REQUIRED), _areas),
            Way(Columns(OUTLINE_COLUMNS, ("wkt",), is_open=True), _outlines),
        ),
        has_outlines=True,
    )
)
register(
    Kind(
        "departments",
        _("Departments and offices"),
        _("code, name, short_name, kind, area_code"),
        (Way(Columns(rows.DEPARTMENT_COLUMNS, rows.DEPARTMENT_REQUIRED), _departments),),
    )
)


def _plain(action: Callable[..., Imported]) -> Load:
    """An action that asks nothing but the rows and by whom."""

    def load(given: Iterable[Cells], by: User | None, _told: Told) -> Imported:
        return action(given, by=by)

    return load


# What stands in an area, and who answers for it: by the columns of its sheet.
for slug, label, sheet, action in (
    ("compounds", _("Compounds"), places.COMPOUNDS, import_compounds),
    ("facilities", _("Facilities"), places.FACILITIES, import_facilities),
    ("service-points", _("Service points"), places.SERVICE_POINTS, import_service_points),
    ("organisations", _("Organisations"), places.ORGANISATIONS, import_organisations),
    ("counts", _("Counts of areas"), places.COUNTS, import_counts),
):
    register(
        Kind(
            slug,
            label,
            ", ".join(sheet.required),
            (Way(Columns(sheet.columns, sheet.required), _plain(action)),),
            has_outlines="wkt" in sheet.columns,
        )
    )
register(
    Kind(
        "layers",
        _("Layers of responsibility"),
        ", ".join(LAYER_REQUIRED),
        (Way(Columns(LAYER_COLUMNS, LAYER_REQUIRED), _plain(import_layers)),),
        has_outlines=True,
    )
)
