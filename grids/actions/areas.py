"""The tree of areas, from a table of divisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.sheets import BadRows, Cells, Problem, RowError, read_rows
from grids import rows
from grids.actions.endings import end_areas
from grids.actions.imports import (
    BATCH,
    Imported,
    lock,
    may_bring,
    refusing_personal,
    reserve_ids,
)
from grids.actions.outlines import far_outside, write_outlines
from grids.models import Area, AreaCode, AreaName, AreaShape, CodeSystem, Level
from grids.rows import AreaRow, Known
from grids.shapes import is_same

Placed = list[tuple[Area, AreaRow]]


@transaction.atomic
def import_areas(
    given: Iterable[Cells],
    *,
    by: User | None,
    on: date | None = None,
    code_system: str = CodeSystem.STATISTICS,
) -> Imported:
    """Add, rename, re-code and end areas from a table of divisions; ids stay, nothing is deleted.

    ``on`` is the first day of what is new; changed names and codes are kept until that day, or
    until today. An area is ended only by a row that says so. A wrong row raises :class:`BadRows`
    with all that are wrong, and nothing is written. Outlines of parents are left to
    :func:`derive_outlines`.
    """
    lock(Area)
    problems: list[Problem] = []
    read = rows.once_each(read_rows(refusing_personal(given), AreaRow.read, problems), problems)
    tree = _Tree(code_system)
    going = [row for row in read if row.valid_to is not None]
    staying = [row for row in read if row.valid_to is None]
    placed, done = [], Imported()
    may = may_bring(by)
    for area, row in _place(staying, tree, on, problems):
        if not may(area.path):
            problems.append(Problem(row.line, _("This area is not yours to change.")))
        placed.append((area, row))
        done.warnings += rows.odd(row)
    keeper = _Keeper(tree, on)
    for area, row in placed:
        try:
            keeper.describe(area, row, done)
        except RowError as error:
            problems.append(Problem(row.line, str(error)))
    problems += _give_letters(placed, tree.in_force.values())
    if problems:
        raise BadRows(problems)
    _write_areas([area for area, _row in placed])
    keeper.write()
    _write_outlines(placed, done)
    end_areas(going, tree.found(row.code for row in going), by=by, done=done)
    return done


class _Tree:
    """The areas in force by the codes of one system."""

    def __init__(self, code_system: str) -> None:
        self.code_system = code_system
        areas = list(Area.objects.filter(valid_to=None))
        self.by_id = {area.pk: area for area in areas}
        others = AreaCode.objects.filter(valid_to=None, area__valid_to=None)
        self.civil = {one.area_id: one.code for one in others.filter(code_system=CodeSystem.CIVIL)}
        is_civil = code_system == CodeSystem.CIVIL
        # Made-up codes of a demo count with those of the statistics.
        self.in_force = {
            area.code: area for area in areas if (area.code_system == CodeSystem.CIVIL) == is_civil
        }
        for one in others.filter(code_system=code_system):
            self.in_force.setdefault(one.code, self.by_id[one.area_id])
        # Down to the county both systems have the codes of GB/T 2260.
        for area in areas:
            if area.level <= Level.DISTRICT:
                self.in_force.setdefault(area.code, area)
        self.known = {code: self._known(area) for code, area in self.in_force.items()}

    def _known(self, area: Area) -> Known:
        above = self.by_id.get(area.parent_id or 0)
        return Known(area.pk, area.level, area.name, above.code if above else "", area.path)

    def found(self, codes: Iterable[str]) -> dict[str, Area]:
        return {code: self.in_force[code] for code in codes if code in self.in_force}

    def code_now(self, row: AreaRow) -> str:
        """The code by which the area of ``row`` is known: its own, or the one it had before."""
        if row.code in self.known or row.former_code not in self.known:
            return row.code
        return row.former_code


def _place(
    read: Sequence[AreaRow], tree: _Tree, on: date | None, problems: list[Problem]
) -> Iterator[tuple[Area, AreaRow]]:
    """Each row with its area, found or new. Parents come first, whatever the order of the table."""
    known = tree.known
    ids = reserve_ids(Area, sum(tree.code_now(row) not in known for row in read))
    for row in sorted(read, key=lambda row: (row.level, row.line)):
        code = tree.code_now(row)
        parent = known.get(row.parent_code)
        try:
            rows.check_place(row, parent, known.get(code))
            _check_former(row, known)
        except RowError as error:
            problems.append(Problem(row.line, str(error)))
            continue
        area = tree.in_force.get(code) or _new_area(row, parent, ids.pop(), on, tree.code_system)
        known[row.code] = Known(area.pk, area.level, row.name, row.parent_code, area.path)
        yield area, row


def _check_former(row: AreaRow, known: Mapping[str, Known]) -> None:
    """One area cannot take over the code of another that goes on."""
    former, now = known.get(row.former_code), known.get(row.code)
    if former and now and former.id != now.id:
        words = {"code": row.code, "former": row.former_code}
        raise RowError(_("%(code)s and %(former)s are both in force, as two areas.") % words)


def _new_area(
    row: AreaRow, parent: Known | None, pk: int, on: date | None, code_system: str
) -> Area:
    area = Area(pk=pk, code=row.code, code_system=code_system, level=row.level, path=f"{pk}.")
    if parent is not None:
        area.parent_id, area.path = parent.id, f"{parent.path}{pk}."
    area.valid_from = row.valid_from or on or area.valid_from
    return area


class _Keeper:
    """Sets on areas what rows say, and remembers what they were called and coded until then."""

    def __init__(self, tree: _Tree, on: date | None) -> None:
        self.tree, self.until = tree, on or clock.today()
        self.bearers = {code: pk for pk, code in tree.civil.items()}
        self.names: list[AreaName] = []
        self.codes: list[AreaCode] = []
        self.civil: dict[int, str] = {}

    def describe(self, area: Area, row: AreaRow, done: Imported) -> None:
        """An empty cell keeps what is there."""
        before = self._said(area)
        is_new = area._state.adding
        self._recode(area, row)
        if not is_new and area.name != row.name:
            self.names.append(AreaName(area=area, name=area.name, valid_to=self.until))
        area.name = row.name
        area.kind = row.kind or area.kind or rows.usual_kind(row)
        area.letters = row.letters or area.letters
        if row.households is not None:
            area.household_count = row.households
        if row.civil_code:
            self._bear(area, row.civil_code)
        self._note(area, before, is_new=is_new, done=done)

    def _note(self, area: Area, before: tuple, *, is_new: bool, done: Imported) -> None:
        if is_new:
            done.added.append(f"{area.code} {area.name}")
        elif before == self._said(area):
            done.unchanged += 1
        elif self.until > clock.today():
            raise RowError(
                _("%(day)s lies ahead: bring this change when it holds.") % {"day": self.until}
            )
        else:
            done.changed.append(_change(before, self._said(area)))

    def _bear(self, area: Area, code: str) -> None:
        """One code means one area among those that are in force."""
        if self.bearers.setdefault(code, area.pk) != area.pk:
            other = self.tree.by_id.get(self.bearers[code])
            words = {"code": code, "other": other or self.bearers[code]}
            raise RowError(_("%(code)s is the civil-affairs code of %(other)s already.") % words)
        self.civil[area.pk] = code

    def _said(self, area: Area) -> tuple:
        civil = self.civil.get(area.pk) or self.tree.civil.get(area.pk, "")
        return area.code, area.name, area.kind, area.household_count, area.letters, civil

    def _recode(self, area: Area, row: AreaRow) -> None:
        """Another code than the area bore in the system of this table."""
        if area.code_system == CodeSystem.CIVIL or self.tree.code_system != CodeSystem.CIVIL:
            if area.code != row.code:
                self._former(area, area.code_system, area.code)
                area.code = row.code
        else:
            self._bear(area, row.code)

    def _former(self, area: Area, code_system: str, code: str) -> None:
        self.codes.append(
            AreaCode(area=area, code_system=code_system, code=code, valid_to=self.until)
        )

    def write(self) -> None:
        """A name or code put right twice on one day keeps what it was the day before."""
        begun = {area.pk for area in self.tree.by_id.values() if area.valid_from < self.until}
        names = [one for one in self.names if one.area_id in begun]
        codes = [one for one in self.codes if one.area_id in begun]
        AreaName.objects.bulk_create(names, batch_size=BATCH, ignore_conflicts=True)
        AreaCode.objects.bulk_create(codes, batch_size=BATCH, ignore_conflicts=True)
        self._write_civil(begun)

    def _write_civil(self, begun: set[int]) -> None:
        now = {pk: code for pk, code in self.civil.items() if self.tree.civil.get(pk) != code}
        present = AreaCode.objects.filter(area__in=now, code_system=CodeSystem.CIVIL, valid_to=None)
        earlier = [
            AreaCode(
                area_id=one.area_id,
                code_system=CodeSystem.CIVIL,
                code=one.code,
                valid_to=self.until,
            )
            for one in present
            if one.area_id in begun
        ]
        present.delete()
        AreaCode.objects.bulk_create(earlier, batch_size=BATCH, ignore_conflicts=True)
        AreaCode.objects.bulk_create(
            [
                AreaCode(area_id=pk, code_system=CodeSystem.CIVIL, code=code)
                for pk, code in now.items()
            ],
            batch_size=BATCH,
        )


def _change(before: tuple, after: tuple) -> str:
    """“420506001 小溪塔街道 → 小溪塔镇”; the codes where it bears another."""
    if before[0] != after[0]:
        return f"{before[0]} {before[1]} → {after[0]} {after[1]}"
    return f"{before[0]} {before[1]} → {after[1]}"


def _write_outlines(placed: Placed, done: Imported) -> None:
    """Only those that differ; a table of 1,777 areas may bring its outlines each time."""
    given = {area.pk: row.boundary for area, row in placed if row.boundary is not None}
    same = {
        one.area_id
        for one in AreaShape.objects.filter(area__in=given, is_derived=False).iterator()
        if is_same(one.boundary, given[one.area_id])
    }
    changed = [(area, given[area.pk]) for area, _row in placed if area.pk in given.keys() - same]
    write_outlines(changed, on=clock.today())
    done.outlines = len(changed)
    lines = {area.pk: row.line for area, row in placed}
    done.warnings += far_outside({area.pk: lines[area.pk] for area, _boundary in changed})


def _give_letters(placed: Placed, in_force: Iterable[Area]) -> list[Problem]:
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
        update_fields=["code", "name", "folded", "kind", "household_count", "letters"],
    )
    with connection.cursor() as cursor:
        cursor.execute(SPECIAL_AS_THE_AREA_SAYS)


SPECIAL_AS_THE_AREA_SAYS = """
    UPDATE grids_areashape s SET is_special = (a.kind = 'special') FROM grids_area a
    WHERE a.id = s.area_id AND s.is_special <> (a.kind = 'special')
"""
