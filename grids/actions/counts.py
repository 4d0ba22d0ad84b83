"""Counts of areas, entered or imported, and what of them may be told.

The number of an area from one to four is told as "<5". A total beside it would give it away by
subtraction, so that the totals above it are told only as "at least", the sum of what is told below.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.sheets import BadRows, Cells, Problem, RowError, read_rows
from grids import rows
from grids.actions.imports import BATCH, Imported, lock
from grids.actions.registers import refusing_personal
from grids.models import Area, AreaCount
from grids.models.count import SMALLEST_SHOWN
from grids.rows import places
from grids.rows.places import PlaceRow


@transaction.atomic
def enter_count(
    area: Area,
    measure: str,
    number: int,
    *,
    by: User | None,
    source: str,
    as_of: date | None = None,
) -> AreaCount:
    """Note the number of an area, in place of the one before, and what may be told of all above."""
    if by is not None and not by.has_perm("grids.keep_places", area):
        raise PermissionDenied
    lock(AreaCount)
    said = {
        "number": number,
        "as_of": as_of or clock.today(),
        "source": source,
        # Nothing is told until it is known what may be.
        "at_least": 0,
        "is_exact": False,
    }
    AreaCount.objects.update_or_create(area=area, measure=measure, defaults=said)
    _tell(measure)
    return AreaCount.objects.get(area=area, measure=measure)


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
    area = areas.get(said.pop("area"))
    if area is None:
        raise RowError(_("The area “%s” is not known.") % row.said["area"])
    if by is not None and not by.has_perm("grids.keep_places", area):
        raise RowError(_("You do not keep the places there."))
    count = present.get((area.pk, said["measure"]))
    if count is not None and count.as_of > said["as_of"]:
        raise RowError(_("There is a newer number, of %s.") % count.as_of)
    name = f"{area.code} {said['measure']}"
    if count is None:
        done.added.append(name)
        return AreaCount(area=area, at_least=0, is_exact=False, **said), True
    if all(getattr(count, key) == value for key, value in said.items()):
        done.unchanged += 1
        return count, False
    for key, value in {**said, "at_least": 0, "is_exact": False}.items():
        setattr(count, key, value)
    done.changed.append(name)
    return count, True


FIELDS = ["number", "as_of", "source", "at_least", "is_exact"]


def _write(kept: list[AreaCount]) -> None:
    AreaCount.objects.bulk_create([one for one in kept if one.pk is None], batch_size=BATCH)
    known = [one for one in kept if one.pk is not None]
    AreaCount.objects.bulk_update(known, FIELDS, batch_size=BATCH)


class Told(NamedTuple):
    """What may be told of one number."""

    at_least: int
    is_exact: bool


def _tell(measure: str) -> None:
    """Work out anew what may be told of every count of one measure."""
    counts = list(AreaCount.objects.filter(measure=measure).select_related("area"))
    told = what_to_tell({one.area.path: one.number for one in counts})
    changed = []
    for one in counts:
        at_least, is_exact = told[one.area.path]
        if (one.at_least, one.is_exact) != (at_least, is_exact):
            one.at_least, one.is_exact = at_least, is_exact
            changed.append(one)
    AreaCount.objects.bulk_update(changed, ["at_least", "is_exact"], batch_size=BATCH)


def what_to_tell(numbers: Mapping[str, int]) -> dict[str, Told]:
    """For the number of each path what may be told, from the leaves up.

    A total is exact where nothing below it is hidden and what is left of it, when all that is
    told below is taken off, is not from one to four.
    """
    told: dict[str, Told] = {}
    # What is told below a path, by areas that have a number, wherever between they lie.
    below: dict[str, list[Told]] = defaultdict(list)
    for path in sorted(numbers, key=lambda path: path.count("."), reverse=True):
        told[path] = _told(numbers[path], below[path])
        above = _next_above(path, numbers)
        if above is not None:
            below[above].append(told[path])
    return told


def _told(number: int, below: list[Told]) -> Told:
    told = sum(one.at_least for one in below)
    if 0 < number < SMALLEST_SHOWN:
        return Told(0, is_exact=False)
    is_all_exact = all(one.is_exact for one in below)
    if is_all_exact and not (below and 0 < number - told < SMALLEST_SHOWN):
        return Told(number, is_exact=True)
    # More than the whole may stand below where the numbers are of different days.
    return Told(min(told, number), is_exact=False)


def _next_above(path: str, numbers: Mapping[str, int]) -> str | None:
    parts = path.strip(".").split(".")
    for length in range(len(parts) - 1, 0, -1):
        above = ".".join(parts[:length]) + "."
        if above in numbers:
            return above
    return None
