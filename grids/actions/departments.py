"""Departments and offices, from a table."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core.errors import Refused
from govgrid.core.sheets import BadRows, Cells, Problem, RowError, read_rows
from grids import rows
from grids.actions.imports import Imported, lock, may_bring, refusing_personal, saved
from grids.models import Area, Department
from grids.rows import DepartmentRow


@transaction.atomic
def import_departments(given: Iterable[Cells], *, by: User | None) -> Imported:
    """Add and update departments by code; nothing is deleted. All or nothing."""
    may = may_bring(by)
    lock(Department)
    problems: list[Problem] = []
    read = rows.once_each(
        read_rows(refusing_personal(given), DepartmentRow.read, problems), problems
    )
    areas = {area.code: area for area in Area.objects.filter(valid_to=None)}
    present = {one.code: one for one in Department.objects.select_related("area")}
    codes = {row.code for row in read} | present.keys()
    done = Imported()
    for row in read:
        try:
            if row.area_code not in areas:
                raise RowError(_("The area “%s” is not known.") % row.area_code)
            if row.parent_code and row.parent_code not in codes - {row.code}:
                raise RowError(
                    _("The parent “%(parent)s” is not known.") % {"parent": row.parent_code}
                )
            one = present.get(row.code) or Department(code=row.code, area=areas[row.area_code])
            if not (may(one.area.path) and may(areas[row.area_code].path)):
                raise RowError(_("This area is not yours to change."))
            present[row.code] = _keep_department(one, row, areas[row.area_code], done)
        except (RowError, Refused) as error:
            problems.append(Problem(row.line, str(error)))
    if problems:
        raise BadRows(problems)
    # A parent may stand further down in the file.
    for row in read:
        parent = present[row.parent_code] if row.parent_code else None
        Department.objects.filter(code=row.code).exclude(parent=parent).update(parent=parent)
    return done


def _keep_department(one: Department, row: DepartmentRow, area: Area, done: Imported) -> Department:
    said = {
        "name": row.name,
        "short_name": row.short_name,
        "kind": row.kind,
        "area_id": area.pk,
        "office_phone": row.office_phone,
        "office_address": row.office_address,
    }
    is_new = one._state.adding
    if all(getattr(one, name) == value for name, value in said.items()) and not is_new:
        done.unchanged += 1
        return one
    for name, value in said.items():
        setattr(one, name, value)
    (done.added if is_new else done.changed).append(f"{one.code} {one.name}")
    return saved(one)
