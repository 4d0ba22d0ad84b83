"""The tree of areas, from a table of divisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from django.db import connection, transaction
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
    reserve_ids,
)
from grids.actions.outlines import write_outlines
from grids.models import Area, Level
from grids.rows import AreaRow, Known


@transaction.atomic
def import_areas(given: Iterable[Cells], *, by: User | None, on: date | None = None) -> Imported:
    """Add and rename areas from a table of divisions; nothing is deleted and ids stay.

    New areas hold from ``on``. A wrong row raises :class:`BadRows` with all that are wrong, and
    nothing is written. Outlines of parents are left to :func:`derive_outlines`.
    """
    must_run_the_platform(by)
    lock(Area)
    problems: list[Problem] = []
    read = rows.once_each(read_rows(refusing_personal(given), AreaRow.read, problems), problems)
    in_force = {area.code: area for area in Area.objects.filter(valid_to=None)}
    placed, done = [], Imported()
    for area, row in _place(read, in_force, on, problems):
        placed.append((area, row))
        done.warnings += rows.odd(row)
        _describe(area, row, done)
    problems += _give_letters(placed, in_force.values())
    if problems:
        raise BadRows(problems)
    _write_areas([area for area, _row in placed])
    write_outlines([(area, row.boundary) for area, row in placed if row.boundary is not None])
    return done


def _place(
    read: Sequence[AreaRow], in_force: Mapping[str, Area], on: date | None, problems: list[Problem]
) -> Iterator[tuple[Area, AreaRow]]:
    """Each row with its area, found or new. Parents come first, whatever the order of the table."""
    code_of = {area.pk: area.code for area in in_force.values()}
    known = {
        code: Known(area.pk, area.level, area.name, code_of.get(area.parent_id or 0, ""), area.path)
        for code, area in in_force.items()
    }
    ids = reserve_ids(Area, sum(row.code not in in_force for row in read))
    for row in sorted(read, key=lambda row: (row.level, row.line)):
        parent = known.get(row.parent_code)
        try:
            rows.check_place(row, parent, known.get(row.code))
        except RowError as error:
            problems.append(Problem(row.line, str(error)))
            continue
        area = in_force.get(row.code) or _new_area(row, parent, ids.pop(), on)
        known[row.code] = Known(area.pk, area.level, row.name, row.parent_code, area.path)
        yield area, row


def _new_area(row: AreaRow, parent: Known | None, pk: int, on: date | None) -> Area:
    area = Area(pk=pk, code=row.code, level=row.level, path=f"{pk}.")
    if parent is not None:
        area.parent_id, area.path = parent.id, f"{parent.path}{pk}."
    if on is not None:
        area.valid_from = on
    return area


def _describe(area: Area, row: AreaRow, done: Imported) -> None:
    """Set on ``area`` what ``row`` says; an empty cell keeps what is there."""
    before = (area.name, area.kind, area.household_count, area.letters)
    area.name = row.name
    area.kind = row.kind or area.kind or rows.usual_kind(row)
    area.letters = row.letters or area.letters
    if row.households is not None:
        area.household_count = row.households
    if area._state.adding:
        done.added.append(f"{area.code} {area.name}")
    elif before != (area.name, area.kind, area.household_count, area.letters):
        done.changed.append(f"{area.code} {before[0]} → {area.name}")
    else:
        done.unchanged += 1


def _give_letters(placed: list[tuple[Area, AreaRow]], in_force: Iterable[Area]) -> list[Problem]:
    """Letters for districts that have none; a problem where two have the same."""
    problems = []
    lines = {area.pk: row.line for area, row in placed if area.level == Level.DISTRICT}
    districts = {
        a.pk: a for a in (*in_force, *(area for area, _row in placed)) if a.pk in lines or a.letters
    }
    taken: dict[str, Area] = {}
    for area in districts.values():
        if area.letters and taken.setdefault(area.letters, area) is not area:
            other = taken[area.letters]
            reason = _("%(one)s and %(other)s would have the same letters, %(letters)s.")
            words = {"one": other.name, "other": area.name, "letters": area.letters}
            line = lines.get(area.pk) or lines.get(other.pk, 0)
            problems.append(Problem(line, reason % words))
    for area in districts.values():
        if not area.letters:
            area.letters = rows.letters_for(area.name, taken)
            taken[area.letters] = area
    return problems


def _write_areas(areas: list[Area]) -> None:
    Area.objects.bulk_create(
        areas,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["name", "kind", "household_count", "letters"],
    )
    with connection.cursor() as cursor:
        cursor.execute(SPECIAL_AS_THE_AREA_SAYS)


SPECIAL_AS_THE_AREA_SAYS = """
    UPDATE grids_areashape s SET is_special = (a.kind = 'special') FROM grids_area a
    WHERE a.id = s.area_id AND s.is_special <> (a.kind = 'special')
"""
