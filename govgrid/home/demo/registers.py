"""What stands in the demo district: compounds, facilities, service points, bodies and counts.

Round about where the demo logins work, and never more than a page can show: a city of 11,000 grids
gets the same few.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from io import StringIO
from random import Random

from django.contrib.gis.geos import Point, Polygon
from django.core.management import call_command

from govgrid.core import clock
from govgrid.home.demo.ground import Ground
from grids import actions, uscc
from grids.models import WGS84, Area, AreaShape, Compound, Level

COMPOUNDS, FACILITIES, SERVICE_POINTS, ORGANISATIONS = 20, 150, 12, 16
# Grids in which something stands, and of which numbers are entered.
MOST_GRIDS, MOST_COUNTED = 48, 400
# Half the width and depth of a compound, in degrees: some 120 by 90 m.
ACROSS, DEEP = 0.0006, 0.0004
NAMES = (
    *("平湖苑", "营盘花园", "夷陵人家", "长江小区", "丁家坝家园", "橘乡名苑", "锦绣天地", "东湖雅居", "梅子垭新村"),
    *("发展大道公寓", "冯家湾小区", "罗河苑", "松湖安置区", "港虹新居", "清江花园", "黄柏河畔", "虾子沟家园"),
    *("集锦苑", "云盘小区", "峡江明珠"),
)  # fmt: skip
# Major, minor, who owns it.
THINGS = (
    *(("01", "18", "城管局"), ("01", "03", "城管局"), ("01", "13", "消防救援"), ("01", "16", "供电公司")),
    *(("01", "01", "供水公司"), ("01", "11", "燃气公司"), ("01", "15", "电信公司"), ("02", "03", "公交公司")),
    *(("02", "09", "公安交警大队"), ("02", "11", "交通运输局"), ("03", "05", "城管局"), ("03", "01", "城管局")),
    *(("04", "02", "城管局"), ("04", "07", ""), ("05", "07", "")),
)  # fmt: skip
STATES = ("good",) * 17 + ("damaged", "missing", "off")
POINTS = (
    *(("hub", "党群服务中心", "政务代办、议事协商、志愿服务"), ("station", "工作站", "来访接待、便民登记")),
    *(("micro", "邻里微阵地", "歇脚、饮水、充电、阅读"), ("hall", "便民服务大厅", "社保、医保、民政窗口")),
    *(("care", "长者食堂", "午餐、晚餐、送餐"), ("clinic", "卫生服务站", "全科门诊、疫苗接种")),
)  # fmt: skip
BODIES = (
    *(("agency", "办事处"), ("institution", "小学"), ("company", "商贸有限公司"), ("shop", "便利店")),
    *(("society", "志愿者协会"), ("cooperative", "柑橘专业合作社"), ("company", "餐饮服务有限公司")),
)  # fmt: skip
STEPS = ("入户征求意见", "方案公示", "开工", "管网改造完成", "竣工验收")
KINDS = ("basic", "improved", "raised", "basic")


def enter(ground: Ground, seed: int) -> None:
    """Write it all, through the imports that a district would use; the same for the same seed."""
    rng = Random(f"{seed} registers")  # noqa: S311 nothing secret
    spots = Spots(ground, rng)
    call_command("load_places", "facility-classes", verbosity=0, stdout=StringIO())
    actions.import_compounds(_numbered(_compounds(spots, rng)), by=None)
    actions.import_facilities(_numbered(_facilities(ground, spots, rng)), by=None)
    actions.import_service_points(_numbered(_service_points(spots)), by=None)
    actions.import_organisations(_numbered(_organisations(spots)), by=None)
    actions.import_counts(_numbered(_counts(ground, rng)), by=None)
    _renew(rng)


class Spots:
    """Points well inside the grids near the worker's, one after another."""

    def __init__(self, ground: Ground, rng: Random) -> None:
        self.rng = rng
        basic = [a for a in ground.of_level(Level.GRID) if a.kind == Area.Kind.BASIC]
        near = sorted(basic, key=lambda area: area.code)[:MOST_GRIDS]
        shapes = AreaShape.objects.filter(area__in=near).select_related("area__parent")
        self.shapes = sorted(shapes, key=lambda shape: shape.area.code)

    def grid(self, n: int) -> AreaShape:
        return self.shapes[n % len(self.shapes)]

    def inside(self, n: int) -> Point:
        shape = self.grid(n)
        west, south, east, north = shape.boundary.extent
        while True:
            lon, lat = self.rng.uniform(west, east), self.rng.uniform(south, north)
            point = Point(round(lon, 6), round(lat, 6), srid=WGS84)
            if shape.boundary.contains(point):
                return point


def _numbered(rows: Iterable[dict[str, str]]) -> list[tuple[int, dict[str, str]]]:
    return list(enumerate(rows, start=2))


def _at(point: Point) -> dict[str, str]:
    return {"lon": str(point.x), "lat": str(point.y)}


def _compounds(spots: Spots, rng: Random) -> Iterable[dict[str, str]]:
    today = clock.today()
    for n in range(COMPOUNDS):
        # Every second grid, and in its middle: a border of the map cuts few of them.
        middle = spots.grid(2 * n).boundary.point_on_surface
        box = Polygon.from_bbox(
            (middle.x - ACROSS, middle.y - DEEP, middle.x + ACROSS, middle.y + DEEP)
        )
        is_led = n % 5 < 3
        until = today + timedelta(days=rng.randint(-90, 900))
        yield {
            "code": f"YL-C{n + 1:03d}",
            "name": NAMES[n],
            "kind": ("estate", "old", "old", "unit", "resettled")[n % 5],
            "households": str(rng.randint(40, 460)),
            "has_committee": "yes" if is_led else "no",
            "committee_until": until.isoformat() if is_led else "",
            "property_company": "嘉禾物业服务公司" if n % 5 == 0 else "",
            "wkt": box.wkt,
            **_at(middle),
        }


def _facilities(ground: Ground, spots: Spots, rng: Random) -> Iterable[dict[str, str]]:
    for n in range(FACILITIES):
        major, minor, owner = THINGS[n % len(THINGS)]
        yield {
            "district_code": ground.district.code,
            "major": major,
            "minor": minor,
            "serial": f"{n + 1:06d}",
            "name": "",
            "state": rng.choice(STATES),
            "owner": ground.departments[owner].code if owner else "",
            # A third of them where the demo's grid worker goes round.
            **_at(spots.inside(4 if n % 3 == 0 else n)),
        }


def _service_points(spots: Spots) -> Iterable[dict[str, str]]:
    for n in range(SERVICE_POINTS):
        kind, name, services = POINTS[n % len(POINTS)]
        community = spots.grid(4 * n).area.parent
        yield {
            "code": f"YL-S{n + 1:03d}",
            "name": f"{community}{name}",
            "kind": kind,
            "hours": "周一至周日 8:30–20:00"
            if kind == "micro"
            else "周一至周五 8:30–12:00 14:00–17:30",
            "services": services,
            "office_phone": f"0717-555-{900 + n:04d}",
            **_at(spots.inside(4 * n)),
        }


def _organisations(spots: Spots) -> Iterable[dict[str, str]]:
    for n in range(ORGANISATIONS):
        kind, ending = BODIES[n % len(BODIES)]
        first = f"91420506MA{n + 1:07d}"
        yield {
            "code": first + uscc.check_character(first),
            "name": f"{spots.grid(3 * n).area.parent}{ending}（虚构{n + 1:02d}）",
            "kind": kind,
            **_at(spots.inside(3 * n)),
        }


def _counts(ground: Ground, rng: Random) -> Iterable[dict[str, str]]:
    """Of every grid at the usual size; above them where every grid has a number."""
    grids = sorted(
        (a for a in ground.of_level(Level.GRID) if a.household_count), key=lambda area: area.code
    )
    counted = grids[:MOST_COUNTED]
    totals: dict[tuple[str, str], int] = {}
    for grid in counted:
        for measure, number in _numbers(grid.household_count or 0, rng).items():
            yield _count(grid, measure, number)
            for above in _above(ground, grid):
                totals[above, measure] = totals.get((above, measure), 0) + number
    if len(counted) == len(grids):
        for (code, measure), number in totals.items():
            yield _count(ground.areas[code], measure, number)


def _numbers(households: int, rng: Random) -> dict[str, int]:
    return {
        "households": households,
        "dwellings": round(households * rng.uniform(1.05, 1.3)),
        "aged_60": round(households * rng.uniform(0.4, 0.8)),
        "visits": rng.choice((0, 2, 3, 6, 9, 14)),
    }


def _above(ground: Ground, grid: Area) -> Sequence[str]:
    return (grid.code[:12], grid.code[:9], ground.district.code)


def _count(area: Area, measure: str, number: int) -> dict[str, str]:
    return {
        "area": area.code,
        "measure": measure,
        "number": str(number),
        "as_of": clock.today().replace(day=1).isoformat(),
        "source": "社区台账（演示）",
    }


def _renew(rng: Random) -> None:
    """Four renewals, each a step further than the one before."""
    old = Compound.objects.filter(kind=Compound.Kind.OLD).order_by("code")[: len(KINDS)]
    for n, compound in enumerate(old):
        begun = clock.today() - timedelta(days=90 + rng.randint(0, 20))
        planned = [(name, begun + timedelta(days=40 * nth)) for nth, name in enumerate(STEPS)]
        renewal = actions.start_renewal(compound, KINDS[n], planned, by=None)
        for milestone in list(renewal.milestones.all())[:n]:
            done_on = min(milestone.planned_on + timedelta(days=3), clock.today())
            actions.mark_milestone(milestone, done_on, by=None)
