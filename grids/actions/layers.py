"""The map of responsibility: layers begin and end, their pieces are drawn or come from a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from django.contrib.gis.geos import MultiPolygon
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.sheets import BadRows, Cells, Problem, RowError, read_rows, text
from grids import scoping, shapes
from grids.actions.imports import Imported, lock, saved
from grids.models import Area, Department, Layer, LayerPiece

if TYPE_CHECKING:
    from govgrid.accounts.models import User

LAYER_REQUIRED = ("department", "matter", "area_code", "unit", "wkt")
LAYER_COLUMNS = (*LAYER_REQUIRED, "name")


class LayerRow(NamedTuple):
    """One unit's piece of a layer; the layer itself is named by department, matter and area."""

    line: int
    department: str
    matter: str
    area_code: str
    unit: str
    outline: MultiPolygon
    is_repaired: bool
    name: str

    @classmethod
    def read(cls, line: int, cells: Mapping[str, str]) -> LayerRow:
        outline, is_repaired = shapes.outline(
            text(cells["wkt"], 5_000_000, _("It has no outline."))
        )
        return cls(
            line=line,
            department=text(cells["department"], 40, _("The department is missing.")),
            matter=text(cells["matter"], 40, _("The matter is missing.")),
            area_code=text(cells["area_code"], 20, _("The area is missing.")),
            unit=text(cells["unit"], 40, _("The unit is missing.")),
            outline=outline,
            is_repaired=is_repaired,
            name=text(cells.get("name", ""), 80),
        )


@transaction.atomic
def open_layer(
    department: Department,
    matter: str,
    area: Area,
    *,
    by: User | None,
    name: str = "",
    on: date | None = None,
) -> Layer:
    """Begin a layer, without pieces yet. Refused where the department has one for that matter."""
    _must_keep(by, area)
    name = name or f"{department.short_name} · {matter}"
    first = on or clock.today()
    return saved(
        Layer(department=department, matter=matter, area=area, name=name, valid_from=first)
    )


@transaction.atomic
def end_layer(layer: Layer, *, by: User | None) -> Layer:
    """From today the layer says nothing any more; it stays to be read."""
    layer = _locked(layer)
    _must_keep(by, layer.area)
    if layer.valid_to is not None:
        raise Refused("layer_ended", _("This layer has ended."))
    today = clock.today()
    if layer.valid_from >= today:
        raise Refused("layer_new", _("It began today: it can end tomorrow at the earliest."))
    layer.valid_to = today
    layer.save(update_fields=["valid_to"])
    layer.pieces.filter(valid_to=None).update(valid_to=today)
    return layer


@transaction.atomic
def draw_piece(
    layer: Layer, unit: Department, outline: MultiPolygon, *, by: User | None
) -> LayerPiece:
    """Give ``unit`` its piece of the layer from today; a piece that it has ends. The same stays."""
    layer = _locked(layer)
    _must_keep(by, layer.area)
    if layer.valid_to is not None:
        raise Refused("layer_ended", _("This layer has ended."))
    if not unit.is_active:
        raise Refused("department_ended", _("%(area)s has ended.") % {"area": unit})
    piece, _is_new = _draw(layer, unit, outline)
    return piece


def _draw(layer: Layer, unit: Department, outline: MultiPolygon) -> tuple[LayerPiece, bool]:
    present = layer.pieces.filter(unit=unit, valid_to=None).first()
    if present is not None:
        if present.outline.equals_exact(outline):
            return present, False
        present.valid_to = clock.today()
        present.save(update_fields=["valid_to"])
    made = LayerPiece(layer=layer, unit=unit, outline=outline, valid_from=clock.today())
    return saved(made), True


@transaction.atomic
def import_layers(given: Iterable[Cells], *, by: User | None) -> Imported:
    """Add layers and redraw pieces from a table, all or nothing; nothing that it lacks ends.

    A row names department and unit by code. Safe to run again: the same outline stays.
    """
    # Who keeps no layers anywhere is sent away; who does is told which row is another's.
    if by is not None and not (by.is_superuser or scoping.reach(by, "grids.keep_layers").areas):
        raise PermissionDenied
    lock(LayerPiece)
    problems: list[Problem] = []
    read = list(read_rows(given, LayerRow.read, problems))
    done, known = Imported(), _Known(by)
    for row in read:
        try:
            with transaction.atomic():
                _keep(row, known, done)
        except (RowError, Refused) as error:
            problems.append(Problem(row.line, str(error)))
        except PermissionDenied:
            problems.append(Problem(row.line, _("This area is not yours to change.")))
    if problems:
        raise BadRows(problems)
    return done


class _Known:
    """Areas, departments and layers by what a row calls them, read once."""

    def __init__(self, by: User | None) -> None:
        self.by = by
        self.areas = {area.code: area for area in Area.objects.filter(valid_to=None, level__lt=5)}
        self.departments = {one.code: one for one in Department.objects.active()}
        self.seen: set[tuple[str, str, str, str]] = set()

    def department(self, code: str) -> Department:
        if code not in self.departments:
            raise RowError(_("The department “%s” is not known.") % code)
        return self.departments[code]

    def area(self, code: str) -> Area:
        if code not in self.areas:
            raise RowError(_("The area “%s” is not known.") % code)
        return self.areas[code]

    def layer(self, row: LayerRow) -> Layer:
        department, area = self.department(row.department), self.area(row.area_code)
        _must_keep(self.by, area)
        present = Layer.objects.filter(
            department=department, matter=row.matter, area=area, valid_to=None
        ).first()
        return present or open_layer(department, row.matter, area, by=self.by, name=row.name)


def _keep(row: LayerRow, known: _Known, done: Imported) -> None:
    key = (row.department, row.matter, row.area_code, row.unit)
    if key in known.seen:
        raise RowError(_("This unit stands in the table twice for that matter."))
    known.seen.add(key)
    layer, unit = known.layer(row), known.department(row.unit)
    had = layer.pieces.filter(unit=unit, valid_to=None).exists()
    _piece, is_new = _draw(layer, unit, row.outline)
    said = f"{layer.name}: {unit}"
    if not is_new:
        done.unchanged += 1
    else:
        (done.changed if had else done.added).append(said)
    if row.is_repaired:
        done.warnings.append(Problem(row.line, _("The outline crossed itself and was repaired.")))


def _locked(layer: Layer) -> Layer:
    return Layer.objects.select_for_update(of=("self",)).select_related("area").get(pk=layer.pk)


def _must_keep(by: User | None, area: Area) -> None:
    if by is not None and not by.has_perm("grids.keep_layers", area):
        raise PermissionDenied
