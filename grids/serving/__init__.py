"""Files out: what is shown, in the format that is asked for."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import FileResponse

from grids.models import AreaCode, AreaQuerySet, AreaShape, CodeSystem
from grids.rows import AREA_COLUMNS
from grids.spatial.writing import FORMATS, Geometry, Table

# As the import takes them; a former code is said by whoever changes one.
EXPORTED = tuple(name for name in AREA_COLUMNS if name not in {"former_code", "wkt"})
IN_MEMORY = 2_000_000
AT_A_TIME = 500


def answer(table: Table, slug: str) -> FileResponse:
    """``table`` as a file to keep; closed and gone once it is sent."""
    form = FORMATS[slug]
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 the answer closes it
    form.write(table, file)  # type: ignore[arg-type]
    file.seek(0)
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{table.name}.{form.suffix}",
        content_type=form.content_type,
    )


def area_table(areas: AreaQuerySet, on: date, name: str = "areas") -> Table:
    """Areas as they were on a day, from the city down, with the outlines that were given.

    A derived outline is left out: it is made again from what lies beneath.
    """
    shown = areas.as_on(on).order_by("level", "code")
    return Table(name, EXPORTED, _area_rows(shown), has_geometry=True)


def _area_rows(areas: AreaQuerySet) -> Iterator[tuple[list[str], Geometry]]:
    found = list(areas)
    civil = AreaCode.objects.filter(
        area__in=found, code_system=CodeSystem.CIVIL, valid_to=None
    ).values_list("area_id", "code")
    civil_codes = dict(civil)
    for first in range(0, len(found), AT_A_TIME):
        some = found[first : first + AT_A_TIME]
        shapes = AreaShape.objects.filter(area__in=some, is_derived=False)
        drawn = {one.area_id: one.boundary for one in shapes}
        for area in some:
            yield _cells(area, civil_codes), drawn.get(area.pk)


def _cells(area: Any, civil: dict[int, str]) -> list[str]:
    said = {
        "level": area.level_slug,
        "code": area.code_then,
        "name": area.name_then,
        # The top of the tree lies in the province, which is not in it.
        "parent_code": area.parent_code_then or area.code[:2],
        "kind": area.kind,
        "households": area.household_words,
        "letters": area.letters,
        "civil_code": civil.get(area.pk, ""),
        "valid_from": area.valid_from.isoformat(),
        "valid_to": "",
        "successor_code": "",
    }
    return [said[name] for name in EXPORTED]
