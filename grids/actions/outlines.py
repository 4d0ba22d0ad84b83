"""Outlines: given by a map, or made of what lies beneath."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.sheets import BadRows, Cells, Problem, RowError
from grids import shapes
from grids.actions.imports import BATCH, Imported, lock, may_bring
from grids.models import Area, AreaShape, Level

if TYPE_CHECKING:
    from django.contrib.gis.geos import MultiPolygon


# What a map calls the areas it outlines.
OUTLINE_COLUMNS = ("code", "name", "level", "gb", "adcode", "wkt")


@transaction.atomic
def import_outlines(given: Iterable[Cells], *, by: User | None, key: str = "") -> Imported:
    """Set outlines of areas in force, found by code or by a name of its own, or by column ``key``.

    All or nothing, as :func:`import_areas`. An outline that crosses itself is repaired, with a
    warning.
    """
    may = may_bring(by)
    lock(Area)
    problems: list[Problem] = []
    done = Imported()
    found: dict[int, tuple[Area, MultiPolygon]] = {}
    lines: dict[int, int] = {}
    finder = shapes.Finder({area.code: area for area in Area.objects.filter(valid_to=None)}, key)
    for line, cells in given:
        try:
            area = finder.area_of(cells)
            if not may(area.path):
                raise RowError(_("This area is not yours to change."))
            if area.pk in found:
                raise RowError(_("%(area)s has two outlines.") % {"area": area})
            boundary, is_repaired = shapes.outline(cells.get("wkt", ""))
        except RowError as error:
            problems.append(Problem(line, str(error)))
            continue
        found[area.pk], lines[area.pk] = (area, boundary), line
        if is_repaired:
            done.warnings.append(Problem(line, _("The outline crossed itself.")))
    if problems:
        raise BadRows(problems)
    news = _news(found, done)
    write_outlines(news, on=clock.today())
    done.warnings += far_outside({area.pk: lines[area.pk] for area, _boundary in news})
    return done


def _news(
    found: Mapping[int, tuple[Area, MultiPolygon]], done: Imported
) -> list[tuple[Area, MultiPolygon]]:
    """The outlines that differ from those in force; a derived one gives way in any case."""
    had = AreaShape.objects.filter(area__in=found)
    present = {one.area_id: one for one in had.iterator()}
    news = []
    for pk, (area, boundary) in found.items():
        one = present.get(pk)
        if one is not None and not one.is_derived and shapes.is_same(one.boundary, boundary):
            done.unchanged += 1
            continue
        (done.added if one is None else done.changed).append(f"{area.code} {area.name}")
        news.append((area, boundary))
    done.outlines = len(news)
    return news


# What held until the day, for areas whose outline moves: nothing for one that began that day.
KEEP_FORMER = """
    INSERT INTO grids_formershape (area_id, level, is_special, period, boundary)
    SELECT s.area_id, s.level, s.is_special, daterange(since.day, %(until)s), s.boundary
    FROM grids_areashape s JOIN grids_area a ON a.id = s.area_id,
         LATERAL (SELECT greatest(a.valid_from, (
             SELECT max(upper(f.period)) FROM grids_formershape f WHERE f.area_id = a.id
         )) AS day) since
    WHERE s.area_id = ANY(%(areas)s) AND since.day < %(until)s
"""


def write_outlines(outlined: Sequence[tuple[Area, MultiPolygon]], *, on: date) -> None:
    """Outlines that hold from ``on``; those that they replace are kept as they were until then."""
    ids = [area.pk for area, _boundary in outlined]
    with connection.cursor() as cursor:
        cursor.execute(KEEP_FORMER, {"areas": ids, "until": on})
    AreaShape.objects.bulk_create(
        [
            AreaShape(
                area=area,
                level=area.level,
                is_special=area.kind == Area.Kind.SPECIAL,
                boundary=boundary,
            )
            for area, boundary in outlined
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["area"],
        update_fields=["level", "is_special", "is_derived", "boundary"],
    )


# Of areas whose box does not even come within a kilometre of what lies above and has an outline of
# its own: the nearest such, and the kilometres between the boxes.
FAR = """
    SELECT s.area_id, above.name,
           ST_Distance(ST_Envelope(s.boundary)::geography, above.box::geography) / 1000
    FROM grids_areashape s JOIN grids_area a ON a.id = s.area_id
    CROSS JOIN LATERAL (
        SELECT p.name, ST_Envelope(own.boundary) AS box
        FROM grids_area p JOIN grids_areashape own ON own.area_id = p.id AND NOT own.is_derived
        WHERE p.id <> a.id AND p.id = ANY(string_to_array(trim(both '.' from a.path), '.')::bigint[])
        ORDER BY p.level DESC LIMIT 1
    ) above
    WHERE s.area_id = ANY(%(areas)s) AND NOT s.boundary && ST_Expand(above.box, %(degrees)s)
"""
FAR_DEGREES = 0.01


def far_outside(lines: Mapping[int, int]) -> list[Problem]:
    """A warning for each of these areas, by the line of its row, whose outline lies far outside of
    what lies above it: another place of the same name, or other coordinates. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(FAR, {"areas": list(lines), "degrees": FAR_DEGREES})
        found = cursor.fetchall()
    words = _("The outline lies %(km)s km outside %(area)s.")
    return sorted(
        (
            Problem(lines[pk], words % {"km": max(1, round(km)), "area": name})
            for pk, name, km in found
        ),
        key=lambda one: one.line,
    )


# A given outline stands; one made here is made again.
DERIVE = """
    INSERT INTO grids_areashape (area_id, level, is_special, is_derived, boundary)
    SELECT p.id, p.level, false, true,
           ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_Union(s.boundary)), 3))
    FROM grids_area p
    JOIN grids_area c ON c.parent_id = p.id
    JOIN grids_areashape s ON s.area_id = c.id
    WHERE p.level = %(level)s AND p.valid_to IS NULL AND c.valid_to IS NULL
      -- A special grid lies over basic ones: its edge would only leave slivers.
      AND NOT s.is_special
      AND NOT EXISTS (SELECT 1 FROM grids_areashape own
                      WHERE own.area_id = p.id AND NOT own.is_derived)
    GROUP BY p.id
    ON CONFLICT (area_id) DO UPDATE SET boundary = EXCLUDED.boundary
    WHERE NOT ST_Equals(grids_areashape.boundary, EXCLUDED.boundary)
"""


@transaction.atomic
def derive_outlines(*, by: User | None) -> int:
    """Outline every area that was given none as the union of those beneath; returns how many.

    Communities from grids, streets from communities and so on up. Safe to run again.
    """
    may_bring(by)
    count = 0
    with connection.cursor() as cursor:
        for level in (Level.COMMUNITY, Level.STREET, Level.DISTRICT, Level.CITY):
            cursor.execute(DERIVE, {"level": level})
            count += cursor.rowcount
    return count
