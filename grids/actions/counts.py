"""Counts of areas, entered or imported, and what of them may be told.

The number of an area from one to four is told as "<5". A total beside it would give it away by
subtraction, so that the totals above it are told only as "at least", the sum of what is told below.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.errors import Refused
from govgrid.core.sheets import BadRows, Cells, Problem, RowError, read_rows
from grids import rows
from grids.actions.imports import BATCH, Imported, lock, refusing_personal
from grids.models import Area, AreaCount
from grids.rows import places
from grids.rows.places import PlaceRow
from grids.telling import what_to_tell

# Nothing is told until it is known what may be.
UNTOLD = {"at_least": 0, "is_exact": False}
LONGEST_SOURCE = 80


@transaction.atomic
def enter_counts(
    area: Area, numbers: Mapping[str, int], *, as_of: date, source: str, by: User | None
) -> list[AreaCount]:
    """Note numbers of an area by measure, in place of those before; what may be told follows.

    Refused for a measure that is not counted, a number that is none and a day that is ahead.
    """
    if by is not None and not by.has_perm("grids.keep_places", area):
        raise PermissionDenied
    _must_make_sense(numbers, as_of, source)
    lock(AreaCount)
    for measure, number in numbers.items():
        said = {"number": number, "as_of": as_of, "source": source, **UNTOLD}
        AreaCount.objects.update_or_create(area=area, measure=measure, defaults=said)
        _tell(measure)
    return list(AreaCount.objects.filter(area=area, measure__in=numbers))


def _must_make_sense(numbers: Mapping[str, int], as_of: date, source: str) -> None:
    for measure, number in numbers.items():
        if measure not in AreaCount.Measure.values:
            raise Refused("measure_unknown", _("“%s” is not counted here.") % measure)
        if not 0 <= number <= places.MOST:
            raise Refused("number_out_of_range", _("“%s” is no number.") % number)
    if as_of > clock.today():
        raise Refused("as_of_ahead", _("A count is of today or before."))
    if not source or len(source) > LONGEST_SOURCE:
        raise Refused("source_missing", _("Say in a few words where the numbers come from."))


@transaction.atomic
def import_counts(given: Iterable[Cells], *, by: User | None) -> Imported:
    """Add and update counts by area and measure. All or nothing; an older number is refused."""
    lock(AreaCount)
    problems: list[Problem] = []
    sheet = places.COUNTS
    found = rows.once_each(read_rows(refusing_personal(given), sheet.read, problems), problems)
    areas = {area.code: area for area in Area.objects.filter(valid_to=None)}
    present = {(one.area_id, one.measure): one for one in AreaCount.objects.all()}
    done, kept = Imported(), []
    for row in found:
        try:
            count, is_changed = _merged(row, areas, present, by, done)
        except RowError as error:
            problems.append(Problem(row.line, str(error)))
        else:
            kept += [count] * is_changed
    if problems:
        raise BadRows(problems)
    _write(kept)
    for measure in {one.measure for one in kept}:
        _tell(measure)
    return done


def _merged(
    row: PlaceRow,
    areas: Mapping[str, Area],
    present: Mapping[tuple[int, str], AreaCount],
    by: User | None,
    done: Imported,
) -> tuple[AreaCount, bool]:
    said = dict(row.said)
    area = _kept_area(said.pop("area"), areas, by)
    count = present.get((area.pk, said["measure"]))
    if "number" not in said:  # as a file that went out says it
        if count is None:
            raise RowError(_("There is no such number here yet, so the file must say it."))
        done.unchanged += 1
        return count, False
    if count is not None and count.as_of > said["as_of"]:
        raise RowError(_("There is a newer number, of %s.") % count.as_of)
    name = f"{area.code} {said['measure']}"
    if count is None:
        done.added.append(name)
        return AreaCount(area=area, **UNTOLD, **said), True
    if all(getattr(count, key) == value for key, value in said.items()):
        done.unchanged += 1
        return count, False
    for key, value in {**said, **UNTOLD}.items():
        setattr(count, key, value)
    done.changed.append(name)
    return count, True


def _kept_area(code: str, areas: Mapping[str, Area], by: User | None) -> Area:
    area = areas.get(code)
    if area is None:
        raise RowError(_("The area “%s” is not known.") % code)
    if by is not None and not by.has_perm("grids.keep_places", area):
        raise RowError(_("You do not keep the places there."))
    return area


FIELDS = ["number", "as_of", "source", "at_least", "is_exact"]


def _write(kept: list[AreaCount]) -> None:
    AreaCount.objects.bulk_create([one for one in kept if one.pk is None], batch_size=BATCH)
    known = [one for one in kept if one.pk is not None]
    AreaCount.objects.bulk_update(known, FIELDS, batch_size=BATCH)


def _tell(measure: str) -> None:
    """Work out anew what may be told of every count of one measure.

    Of areas in force: what ended is shown nowhere, and those that came after it are counted.
    """
    counts = list(
        AreaCount.objects.filter(measure=measure, area__valid_to=None).values_list(
            "pk", "area__path", "area__kind", "number", "at_least", "is_exact"
        )
    )
    over_others = {path for _pk, path, kind, *_rest in counts if kind == Area.Kind.SPECIAL}
    told = what_to_tell({path: number for _pk, path, _kind, number, *_rest in counts}, over_others)
    AreaCount.objects.bulk_update(
        [
            AreaCount(pk=pk, at_least=told[path].at_least, is_exact=told[path].is_exact)
            for pk, path, _kind, _number, *before in counts
            if tuple(before) != told[path]
        ],
        ["at_least", "is_exact"],
        batch_size=BATCH,
    )
