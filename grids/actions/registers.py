"""Tables of places: compounds, classes, facilities, service points, organisations. All or nothing.

Rows are found by code and updated; what a table does not name stays, and nothing is deleted: what
is gone says since when (``retired_on``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core.sheets import BadRows, Cells, Problem, RowError, read_rows
from grids import rows
from grids.actions.imports import (
    BATCH,
    Imported,
    lock,
    must_run_the_platform,
    refusing_personal,
)
from grids.actions.places import hold_the_map
from grids.models import (
    Area,
    Compound,
    Department,
    Facility,
    FacilityClass,
    Found,
    Level,
    Organisation,
    ServicePoint,
)
from grids.rows import places
from grids.rows.places import PlaceRow, Sheet

# The grid of many points at once, as locate would say of each.
LOCATE_MANY = """
    SELECT p.nth, found.id
    FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY p (lon, lat, nth)
    CROSS JOIN LATERAL (
        SELECT a.id FROM grids_areashape s JOIN grids_area a ON a.id = s.area_id
        WHERE s.level = 5 AND a.valid_to IS NULL
          AND ST_Covers(s.boundary, ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326))
        ORDER BY s.is_special DESC, a.id LIMIT 1
    ) found
"""


def import_compounds(given: Iterable[Cells], *, by: User | None) -> Imported:
    """Add and update compounds by code."""
    return _import(_Compounds(), given, by=by)


def import_facility_classes(given: Iterable[Cells], *, by: User | None) -> Imported:
    """Add and rename classes of facilities by number; for who runs the platform."""
    must_run_the_platform(by)
    return _import(_Classes(), given, by=by)


def import_facilities(given: Iterable[Cells], *, by: User | None) -> Imported:
    """Add and update facilities by code."""
    return _import(_Facilities(), given, by=by)


def import_service_points(given: Iterable[Cells], *, by: User | None) -> Imported:
    """Add and update service points by code."""
    return _import(_Register(ServicePoint, places.SERVICE_POINTS), given, by=by)


def import_organisations(given: Iterable[Cells], *, by: User | None) -> Imported:
    """Add and update organisations by their unified social credit code."""
    return _import(_Register(Organisation, places.ORGANISATIONS), given, by=by)


@transaction.atomic
def _import(register: _Register, given: Iterable[Cells], *, by: User | None) -> Imported:
    hold_the_map()
    lock(register.model)
    problems: list[Problem] = []
    found = rows.once_each(
        read_rows(refusing_personal(given), register.sheet.read, problems), problems
    )
    register.prepare(found)
    done, kept = Imported(), []
    for row in found:
        try:
            kept.append(_merged(register, row, by, done))
        except RowError as error:
            problems.append(Problem(row.line, str(error)))
    if problems:
        raise BadRows(problems)
    register.write([one for one, is_changed in kept if is_changed])
    return done


def _merged(
    register: _Register, row: PlaceRow, by: User | None, done: Imported
) -> tuple[models.Model, bool]:
    """The row's instance as it will be, and whether that is new or changed."""
    one = register.present.get(row.code)
    said = register.said(row)
    if one is not None:
        register.must_be_kept_by(by, one)
    is_new = one is None
    one = one if one is not None else register.model()
    changes = {name for name, value in said.items() if is_new or getattr(one, name) != value}
    for name in changes:
        setattr(one, name, said[name])
    register.check(one)
    register.must_be_kept_by(by, one)
    if not changes:
        done.unchanged += 1
    else:
        (done.added if is_new else done.changed).append(f"{row.code} {one}")
    return one, bool(changes)


class _Register:
    """One model, its sheet, and what its rows refer to, read once for all of them."""

    place = "grid_id"

    def __init__(self, model: type[models.Model], sheet: Sheet) -> None:
        self.model, self.sheet = model, sheet
        self.present: dict[str, Any] = {}
        self.grids: dict[int, int] = {}
        self.areas: dict[int, Area] = {}

    def prepare(self, found: Sequence[PlaceRow]) -> None:
        self.areas = Area.objects.filter(level__gte=Level.COMMUNITY).in_bulk()
        self.present = {one.code: one for one in self.rows([row.code for row in found])}
        pointed = [row for row in found if row.said.get("point") is not None]
        self.grids = _grids_at(pointed)

    def rows(self, codes: list[str]) -> Iterable[Any]:
        return self.model._default_manager.filter(code__in=codes)

    def said(self, row: PlaceRow) -> dict[str, Any]:
        """What the row says, in the model's own attributes."""
        said = dict(row.said)
        if said.get("point") is not None:
            if row.line not in self.grids:
                raise RowError(_("The point lies in no grid."))
            said |= self.placed(self.grids[row.line])
        return said

    def placed(self, grid: int) -> dict[str, Any]:
        return {"grid_id": grid}

    def check(self, one: Any) -> None:
        """Raise RowError for what only the whole row can show to be wrong."""

    def must_be_kept_by(self, by: User | None, one: Any) -> None:
        area = self.areas.get(getattr(one, self.place) or 0)
        if by is not None and not by.has_perm("grids.keep_places", area):
            raise RowError(_("You do not keep the places there."))

    def write(self, kept: list[Any]) -> None:
        names = [field.name for field in self.model._meta.concrete_fields if not field.primary_key]
        manager = self.model._default_manager
        manager.bulk_create([one for one in kept if one.pk is None], batch_size=BATCH)
        known = [one for one in kept if one.pk is not None]
        for one in known:
            if isinstance(one, Found):  # which follow by themselves only when rows are saved
                one.words = one.words_to_find()
        manager.bulk_update(known, names, batch_size=BATCH)


def _grids_at(pointed: Sequence[PlaceRow]) -> dict[int, int]:
    """The grid of each row with a point, by the line it stands in."""
    points = [row.said["point"] for row in pointed]
    with connection.cursor() as cursor:
        cursor.execute(LOCATE_MANY, [[one.x for one in points], [one.y for one in points]])
        return {pointed[nth - 1].line: grid for nth, grid in cursor.fetchall()}


class _WithDepartments(_Register):
    """A register whose rows may name a department in one column."""

    column = ""

    def prepare(self, found: Sequence[PlaceRow]) -> None:
        super().prepare(found)
        named = {row.said.get(self.column) for row in found}
        active = Department.objects.active().filter(code__in=named - {None, ""})
        self.departments: Mapping[str, int] = dict(active.values_list("code", "pk"))

    def said(self, row: PlaceRow) -> dict[str, Any]:
        said = super().said(row)
        if self.column not in said:
            return said
        code = said.pop(self.column)
        if code and code not in self.departments:
            raise RowError(_("The department “%s” is not known.") % code)
        return said | {f"{self.column}_id": self.departments.get(code)}


class _Compounds(_WithDepartments):
    place, column = "community_id", "property_department"

    def __init__(self) -> None:
        super().__init__(Compound, places.COMPOUNDS)

    def prepare(self, found: Sequence[PlaceRow]) -> None:
        for row in found:
            if row.said.get("outline") is not None and row.said.get("point") is None:
                # On the surface, where the middle of a bent outline may lie beside it.
                row.said["point"] = row.said["outline"].point_on_surface
        super().prepare(found)
        communities = [a for a in self.areas.values() if a.level == Level.COMMUNITY]
        self.communities = {a.code: a.pk for a in communities if a.valid_to is None}

    def said(self, row: PlaceRow) -> dict[str, Any]:
        said = super().said(row)
        code = said.pop("community", "")
        if code and code not in self.communities:
            raise RowError(_("The area “%s” is not known.") % code)
        if code and said.get("community_id") not in (None, self.communities[code]):
            raise RowError(_("The point does not lie in the community “%s”.") % code)
        return said | ({"community_id": self.communities[code]} if code else {})

    def placed(self, grid: int) -> dict[str, Any]:
        return {"community_id": self.areas[grid].parent_id}

    def check(self, one: Any) -> None:
        if one.point is None:
            raise RowError(_("A compound needs a point or an outline."))
        if one.committee_until is not None and not one.has_committee:
            raise RowError(_("Only a committee that exists has a term."))


class _Classes(_Register):
    def __init__(self) -> None:
        super().__init__(FacilityClass, places.CLASSES)

    def prepare(self, found: Sequence[PlaceRow]) -> None:
        self.present = {one.code: one for one in FacilityClass.objects.all()}

    def must_be_kept_by(self, by: User | None, one: Any) -> None:
        """Classes are of the whole platform: asked once, before the rows are read."""


class _Facilities(_WithDepartments):
    column = "owner"

    def __init__(self) -> None:
        super().__init__(Facility, places.FACILITIES)

    def prepare(self, found: Sequence[PlaceRow]) -> None:
        super().prepare(found)
        self.classes = {(one.major, one.minor): one for one in FacilityClass.objects.all()}

    def said(self, row: PlaceRow) -> dict[str, Any]:
        said = super().said(row)
        number = (said.pop("major"), said.pop("minor"))
        if number not in self.classes:
            raise RowError(_("There is no class %s of facilities.") % "".join(number))
        return said | {"facility_class": self.classes[number], "code": row.code}
