"""Outlines: given by a map, or made of what lies beneath."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from govgrid.accounts.models import User
from govgrid.core.sheets import BadRows, Problem, RowError
from grids import shapes
from grids.actions.imports import BATCH, Imported, lock, must_run_the_platform
from grids.models import Area, AreaShape, Level

if TYPE_CHECKING:
    from django.contrib.gis.geos import MultiPolygon


@transaction.atomic
def import_outlines(
    features: Iterable[tuple[int, Mapping[str, Any]]], *, by: User | None, key: str = ""
) -> Imported:
    """Set outlines of areas in force from GeoJSON features, found by code or by a name of its own.

    All or nothing, as :func:`import_areas`. An outline that crosses itself is repaired, with a
    warning.
    """
    must_run_the_platform(by)
    lock(Area)
    problems: list[Problem] = []
    done, found = Imported(), {}
    finder = shapes.Finder({area.code: area for area in Area.objects.filter(valid_to=None)}, key)
    had = set(AreaShape.objects.values_list("area_id", flat=True))
    for number, feature in features:
        try:
            area = finder.area_of(feature)
            if area.pk in found:
                raise RowError(_("%(area)s has two outlines.") % {"area": area})
            boundary, is_repaired = shapes.outline(shapes.geometry_of(feature))
        except RowError as error:
            problems.append(Problem(number, str(error)))
            continue
        found[area.pk] = (area, boundary)
        if is_repaired:
            done.warnings.append(Problem(number, _("The outline crossed itself.")))
        (done.changed if area.pk in had else done.added).append(f"{area.code} {area.name}")
    if problems:
        raise BadRows(problems)
    write_outlines(found.values())
    return done


def write_outlines(outlined: Iterable[tuple[Area, MultiPolygon]]) -> None:
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
    must_run_the_platform(by)
    count = 0
    with connection.cursor() as cursor:
        for level in (Level.COMMUNITY, Level.STREET, Level.DISTRICT, Level.CITY):
            cursor.execute(DERIVE, {"level": level})
            count += cursor.rowcount
    return count


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


@transaction.atomic
def keep_former(area_ids: Sequence[int], *, until: date, by: User | None) -> int:
    """Copy present outlines to the history before they are written over; returns how many.

    For whoever writes outlines: ``until`` is the first day of the new ones.
    """
    must_run_the_platform(by)
    with connection.cursor() as cursor:
        cursor.execute(KEEP_FORMER, {"areas": list(area_ids), "until": until})
        return cursor.rowcount
