"""Where, and who answers there: areas, outlines, departments, holders and routing rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import StringIO
from random import Random
from typing import cast

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.core.management import call_command
from django.db import connection, models

from govgrid.core.copying import reserve
from govgrid.home.demo import offices
from govgrid.home.demo.geography import WORKER_GRID, GridPlan, Map
from grids import actions
from grids.models import WGS84, Area, Department, Level
from tickets import rulebook
from tickets.models import Category, FunctionHolder

# The demo's areas bear their own code system: that is how they are known for made up.
CODE_SYSTEM = "demo"
CITY, DISTRICT = "4205", "420506"
WORKER_GRID_HOUSEHOLDS = 312

OUTLINES = """
    INSERT INTO grids_areashape (area_id, level, is_special, is_derived, boundary)
    SELECT id, 5, special, false, ST_GeomFromText(outline, 4326)
    FROM unnest(%s::bigint[], %s::bool[], %s::text[]) AS u (id, special, outline)
"""


@dataclass
class Ground:
    """The rows by code, for whoever builds on them."""

    areas: dict[str, Area] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)  # by short name
    offices: dict[int, Department] = field(default_factory=dict)  # by area id
    pieces: dict[str, MultiPolygon] = field(default_factory=dict)

    def of_level(self, level: Level) -> list[Area]:
        return [area for area in self.areas.values() if area.level == level]

    @property
    def district(self) -> Area:
        return self.areas[DISTRICT]

    @property
    def first_street(self) -> Area:
        return self.of_level(Level.STREET)[0]

    @property
    def first_community(self) -> Area:
        return self.of_level(Level.COMMUNITY)[0]

    @property
    def worker_grid(self) -> Area:
        """营盘05, where the demo's grid worker works."""
        return self.areas[f"{self.first_community.code}{WORKER_GRID:03d}"]


def claim(model: type[models.Model], count: int) -> int:
    """So many ids in a row, while nobody else may write to the table; gives the first of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(s, nextval(s) + %(n)s - 1) - %(n)s + 1 "
            "FROM CAST(pg_get_serial_sequence(%(table)s, 'id') AS regclass) AS s",
            {"table": model._meta.db_table, "n": count},
        )
        return cursor.fetchone()[0]


def lay(plan: Map, seed: int) -> Ground:
    """Write the map: areas, outlines, offices, departments, rules."""
    ground = Ground()
    _write_areas(ground, plan, Random(f"households {seed}"))  # noqa: S311
    _write_outlines(ground, plan)
    _write_departments(ground)
    _write_rules(ground)
    return ground


def _write_areas(ground: Ground, plan: Map, rng: Random) -> None:
    rows = [
        (CITY, "宜昌市", Level.CITY, None, "", ""),
        (DISTRICT, "夷陵区", Level.DISTRICT, CITY, "", "YL"),
    ]
    rows += [(code, name, Level.STREET, DISTRICT, "", "") for code, name in plan.streets]
    rows += [
        (code, name, Level.COMMUNITY, street, _kind(name), "")
        for code, name, street in plan.communities
    ]
    rows += [
        (g.code, g.name, Level.GRID, g.community,
         Area.Kind.SPECIAL if g.is_special else Area.Kind.BASIC, "")
        for g in plan.grids
    ]  # fmt: skip
    for pk, (code, name, level, above, kind, letters) in zip(
        reserve(Area, len(rows)), rows, strict=True
    ):
        parent = ground.areas[above] if above else None
        ground.areas[code] = Area(
            pk=pk,
            code=code,
            code_system=CODE_SYSTEM,
            name=name,
            level=level,
            kind=kind,
            parent=parent,
            path=f"{parent.path if parent else ''}{pk}.",
            letters=letters,
            household_count=rng.randint(180, 320) if kind == Area.Kind.BASIC else None,
        )
    ground.worker_grid.household_count = WORKER_GRID_HOUSEHOLDS
    Area.objects.bulk_create(ground.areas.values(), batch_size=1000)


def _kind(name: str) -> str:
    return Area.Kind.URBAN if name.endswith("社区") else Area.Kind.VILLAGE


def _write_outlines(ground: Ground, plan: Map) -> None:
    """Special grids last: what lies over others adds nothing to the union but rounding."""
    _outline(ground, [g for g in plan.grids if not g.is_special])
    actions.derive_outlines(by=None)
    _outline(ground, [g for g in plan.grids if g.is_special])
    ground.pieces = {
        name: cast(MultiPolygon, GEOSGeometry(f"SRID={WGS84};{wkt}"))
        for name, wkt in plan.pieces.items()
    }


def _outline(ground: Ground, grids: list[GridPlan]) -> None:
    rows = [(ground.areas[g.code].pk, g.is_special, g.outline) for g in grids]
    with connection.cursor() as cursor:
        cursor.execute(OUTLINES, [list(column) for column in zip(*rows, strict=True)])


def _write_departments(ground: Ground) -> None:
    rows = [
        Department(
            code=one.code,
            name=one.name,
            short_name=one.short_name,
            kind=one.kind,
            area=ground.district,
            office_phone=f"0717-555-{100 + number:04d}",
        )
        for number, one in enumerate(offices.TABLE, start=1)
    ]
    rows += [_office(area, n) for n, area in enumerate(_with_office(ground), start=len(rows) + 1)]
    Department.objects.bulk_create(rows, batch_size=1000)
    ground.departments = {d.short_name: d for d in rows if d.kind != Department.Kind.OFFICE}
    ground.offices = {d.area_id: d for d in rows if d.kind == Department.Kind.OFFICE}


def _with_office(ground: Ground) -> list[Area]:
    return ground.of_level(Level.STREET) + ground.of_level(Level.COMMUNITY)


def _office(area: Area, number: int) -> Department:
    if area.level == Level.STREET:
        name, short = (
            f"{area.name}办事处" if area.name.endswith("街道") else f"{area.name}政府",
            area.name,
        )
    else:
        name, short = f"{area.name}{'居' if area.name.endswith('社区') else '村'}委会", area.name
    return Department(
        code=f"office-{area.code}",
        name=name,
        short_name=short,
        kind=Department.Kind.OFFICE,
        area=area,
        office_phone=f"0717-555-{100 + number:04d}",
    )


def _write_rules(ground: Ground) -> None:
    call_command("load_categories", area=DISTRICT, verbosity=0, stdout=StringIO())
    categories = {one.code: one for one in Category.objects.all()}
    FunctionHolder.objects.bulk_create(
        FunctionHolder(
            function=one.function,
            area=one.area,
            category=categories.get(one.category),
            department=ground.departments[one.department],
        )
        for one in offices.holders(ground)
    )
    for rule in offices.extra_rules(ground):
        rulebook.set_rule(
            by=None,
            category=categories[rule.category],
            area=rule.area,
            shape=ground.pieces[rule.piece] if rule.piece else None,
            department=ground.departments.get(rule.department),
            function=rule.function,
            source=rule.source,
        )


def has_demo() -> bool:
    return Area.objects.filter(code_system=CODE_SYSTEM).exists()


def has_other_areas() -> bool:
    return Area.objects.exclude(code_system=CODE_SYSTEM).exists()
