"""The organisation network of the demo, in the sizes that a district reported: 26 units, 13 posts,
201 work stations with their liaison officers, 585 homes and studios, 52 bases. All of it made up.

What a district would bring as a table comes in as one; the rest is told by the actions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.copying import reserve
from govgrid.home.demo.ground import Ground
from govgrid.home.demo.people import GIVEN, SURNAMES, UNUSABLE
from govgrid.home.demo.registers import Spots
from grids import actions as places
from grids import uscc
from grids.models import Area, Level, Organisation
from members import actions
from members.models import Station, Unit
from members.workflow.bodies import OrganisationClass
from members.workflow.network import Sector
from members.workflow.units import Quarter, months_later

UNITS, POSTS, OFFICERS, STUDIOS, HOMES, SALONS, BASES = 26, 13, 201, 270, 250, 65, 52
# Of the officers, so many whose term ends soon; and one post that nobody holds.
TO_RENEW, VACANT = 4, 1
UNIT_NAMES = (
    *("区委统战部", "区委组织部", "区委宣传部", "区委社会工作部", "区委政法委", "区人大办", "区政府办"),
    *("区政协办", "区总工会", "团区委", "区妇联", "区工商联", "区侨联", "区科协", "区教育局", "区民政局"),
    *("区司法局", "区财政局", "区人社局", "区住建局", "区农业农村局", "区商务局", "区文旅局", "区卫健局"),
    *("区市场监管局", "区税务局"),
)  # fmt: skip
BODIES = (
    *((Sector.COMMERCE, "工商业联合会"), (Sector.PARTIES, "民主党派联合办公室")),
    *((Sector.NONPARTY, "无党派人士联谊会"), (Sector.STRATUM, "新的社会阶层人士联谊会")),
    *((Sector.INTELLECTUALS, "党外知识分子联谊会"), (Sector.GLORY, "光彩事业促进会")),
    *((Sector.PEOPLES, "少数民族联谊会"), (Sector.CREEDS, "宗教团体联席会")),
    *((Sector.TAIWAN, "台胞台属联谊会"), (Sector.HONGKONG, "香港同胞联络处")),
    *((Sector.MACAO, "澳门同胞联络处"), (Sector.OVERSEAS, "归国华侨联合会")),
)  # fmt: skip
PROJECTS = (
    *(("凝心工程", "读书会"), ("聚力工程", "企业服务日"), ("惠民工程", "社区义诊点")),
    *(("协商工程", "议事厅改造"), ("培育工程", "青年讲坛"), ("阵地工程", "工作站五有达标")),
)  # fmt: skip
PLEDGES = ("会议室每周开放半天", "停车位夜间共享", "法律咨询每月一次", "电脑课师资", "义诊每季一次")
TEAM_NAMES = ("橘都先锋", "峡江义工", "邻里帮", "护河", "乐龄", "蓝马甲")
SOCIETIES = ("乒乓球协会", "社工服务中心", "老年书画社", "柑橘技术协会", "法律服务中心", "环保协会")
MOST_SOCIETIES, VILLAGES = 24, 12


def lay(ground: Ground, seed: int) -> None:
    """Write it all; the same for the same seed."""
    rng = Random(f"{seed} network")  # noqa: S311 nothing secret
    roster = User.objects.get(username="roster")
    rows = [*_bodies(ground), *_posts(ground, rng), *_places(ground, rng, seed)]
    actions.import_network(enumerate(rows, start=2), by=None)
    _look_and_count(rng, roster)
    _programmes(ground, rng, roster)
    _teams(ground, rng, roster)
    _societies(ground, seed)
    _pairs(rng, roster)


def _row(what: str, kind: str, **cells: object) -> dict[str, str]:
    return {"what": what, "kind": str(kind), **{name: str(cell) for name, cell in cells.items()}}


def _since() -> date:
    """Long enough ago for every report that the page offers."""
    return clock.today().replace(day=1) - timedelta(days=500)


def _bodies(ground: Ground) -> Iterator[dict[str, str]]:
    district, since = ground.district.code, _since()
    yield _row("unit", "group", code="yl-group", name="统战工作领导小组", area=district,
               place="区委办公楼", since=since)  # fmt: skip
    for n, name in enumerate(UNIT_NAMES[:UNITS], start=1):
        yield _row("unit", "unit", code=f"yl-u{n:02d}", name=name, area=district,
                   place=f"夷兴大道{n}号", office_phone=f"0717-555-{1000 + n}", since=since)  # fmt: skip
    for n, (sector, name) in enumerate(BODIES, start=1):
        yield _row("association", sector, code=f"yl-b{n:02d}", name=f"区{name}", area=district,
                   place="统战之家二楼", office_phone=f"0717-555-{1100 + n}")  # fmt: skip


def _people(prefix: str, count: int, rng: Random) -> list[str]:
    users = [
        User(
            username=f"{prefix}-{n:03d}", name=rng.choice(SURNAMES) + rng.choice(GIVEN),
            password=UNUSABLE,
        )
        for n in range(1, count + 1)
    ]  # fmt: skip
    for pk, user in zip(reserve(User, len(users)), users, strict=True):
        user.pk = pk
    User.objects.bulk_create(users, batch_size=1000)
    return [one.username for one in users]


def _posts(ground: Ground, rng: Random) -> Iterator[dict[str, str]]:
    """A commissioner for each street, as far as there are streets, then for communities."""
    areas = [*ground.of_level(Level.STREET), *ground.of_level(Level.COMMUNITY)][:POSTS]
    holders = _people("commissioner", POSTS - VACANT, rng)
    since = _since()
    for n, area in enumerate(areas):
        holder = holders[n] if n < len(holders) else ""
        yield _row("post", "commissioner", area=area.code, holder=holder, since=since,
                   until=months_later(since, 36))  # fmt: skip


def _places(ground: Ground, rng: Random, seed: int) -> Iterator[dict[str, str]]:
    spots = Spots(ground, Random(f"{seed} stations"))  # noqa: S311 nothing secret
    officers = _people("liaison", OFFICERS, rng)
    since, soon = _since(), clock.today() + timedelta(days=40)
    kinds = (
        ("station", OFFICERS, "统战工作站"), ("studio", STUDIOS, "网格统战工作室"),
        ("home", HOMES, "统战之家"), ("salon", SALONS, "同心沙龙"), ("base", BASES, "实践基地"),
    )  # fmt: skip
    for kind, many, name in kinds:
        there: Counter[int] = Counter()
        for n in range(many):
            grid, point = spots.grid(n).area, spots.inside(n)
            area = grid.parent or grid
            there[area.pk] += 1
            nth = f"（{there[area.pk]}）" if there[area.pk] > 1 else ""
            yield _row(
                "station", kind, code=f"yl-{kind}-{n + 1:03d}", name=f"{area.name}{name}{nth}",
                area=area.code, place=f"{area.name}党群服务中心", since=since, lon=point.x,
                lat=point.y, office_phone=f"0717-556-{n + 1:04d}" if kind == "station" else "",
            )  # fmt: skip
    for n, officer in enumerate(officers):
        until = soon if n < TO_RENEW else months_later(since, 36)
        yield _row("liaison", "liaison", station=f"yl-station-{n + 1:03d}", holder=officer,
                   since=since, until=until)  # fmt: skip


def _look_and_count(rng: Random, roster: User) -> None:
    """The first thirty stations were looked at; what came to them was counted."""
    today = clock.today()
    names = ("team", "room", "rules", "sign", "equipment")
    for n, station in enumerate(Station.objects.filter(kind="station").order_by("code")[:30]):
        lacking = rng.choice(names) if n % 4 == 0 else ""
        haves = {one: one != lacking for one in names}
        actions.check_station(station, by=roster, haves=haves)
        day = max(today - timedelta(days=rng.randint(1, 50)), Quarter.of(today).before.first)
        kind = rng.choice(("reception", "activity"))
        actions.count_visits(station, by=roster, day=day, kind=kind, number=rng.randint(8, 60))


def _programmes(ground: Ground, rng: Random, roster: User) -> None:
    today = clock.today()
    since = today - timedelta(days=200)
    units = list(Unit.objects.filter(kind="unit").order_by("code"))
    with clock.telling(clock.midnight(since)):
        six = actions.make_programme(
            ground.district, by=roster, name="六大工程", starts_on=since,
            about="六项工程，各有牵头单位和进度。", ends_on=months_later(since, 24),
        )  # fmt: skip
        projects = [
            actions.make_project(
                six, by=roster, title=title, about=about, area=ground.district,
                lead=units[n * 4 % len(units)],
            )
            for n, (title, about) in enumerate(PROJECTS)
        ]  # fmt: skip
        for n, project in enumerate(projects):
            if n < len(projects) - 1:
                actions.move_project(project, "begin", by=roster)
            for nth, name in enumerate(("方案印发", "启动", "中期评估", "验收")):
                due = since + timedelta(days=30 + 80 * nth)
                actions.add_milestone(project, by=roster, title=name, due_on=due)
    for n, project in enumerate(projects):
        for milestone in list(project.milestones.order_by("due_on"))[: 3 if n != 2 else 1]:
            if milestone.due_on < today:
                with clock.telling(clock.midnight(milestone.due_on)):
                    actions.reach_milestone(milestone, by=roster)


def _teams(ground: Ground, rng: Random, roster: User) -> None:
    streets = ground.of_level(Level.STREET)
    present = Quarter.of(clock.today())
    for n, name in enumerate(TEAM_NAMES):
        street = streets[n % len(streets)]
        places = Area.objects.in_force().filter(parent=street).order_by("code")[:2]
        with clock.telling(clock.midnight(present.before.first)):
            team = actions.make_team(
                street, by=roster, name=f"{name}志愿服务队", about="邻里互助", answers_for=places
            )
        for quarter in (present.before, present):
            many = rng.randint(3, 9)
            actions.count_team(
                team, by=roster, quarter=quarter, volunteers=rng.randint(12, 40), activities=many,
                hours=many * rng.randint(12, 30),
            )  # fmt: skip
    _alliances(streets, roster)


def _alliances(streets: list[Area], roster: User) -> None:
    units = list(Unit.objects.filter(kind="unit").order_by("code"))
    today = clock.today()
    begun = Quarter.of(today).first
    for n, street in enumerate(streets[:2]):
        with clock.telling(clock.midnight(begun)):
            one = actions.make_alliance(street, by=roster, name=f"{street.name}党建联盟")
            links = [actions.join_alliance(one, unit, by=roster) for unit in units[n::5][:5]]
            given = [
                actions.pledge(link, by=roster, what=PLEDGES[m], due_on=begun + timedelta(days=20 * m))
                for m, link in enumerate(links)
            ]  # fmt: skip
        for each in given[:3]:
            if each.due_on <= today:
                with clock.telling(clock.midnight(each.due_on)):
                    actions.fulfil(each, by=roster, note="已兑现")


def _societies(ground: Ground, seed: int) -> None:
    """Into the public register, as a district would bring it."""
    spots = Spots(ground, Random(f"{seed} societies"))  # noqa: S311 nothing secret
    rows = []
    for n in range(MOST_SOCIETIES):
        first, point = f"51420506MJ{n + 1:07d}", spots.inside(2 * n)
        rows.append({
            "code": first + uscc.check_character(first), "kind": "society",
            "name": f"{spots.grid(2 * n).area.parent}{SOCIETIES[n % len(SOCIETIES)]}（虚构{n + 1:02d}）",
            "lon": str(point.x), "lat": str(point.y),
        })  # fmt: skip
    places.import_organisations(enumerate(rows, start=2), by=None)


def _pairs(rng: Random, roster: User) -> None:
    """Some organisations with facts, and a company beside most of the villages."""
    classes = list(OrganisationClass)
    standing = Organisation.objects.filter(retired_on=None).select_related("grid").order_by("code")
    for n, body in enumerate(standing.filter(kind="society")):
        actions.set_facts(
            body, by=roster, of_class=classes[n % len(classes)], grade=("3A", "", "4A")[n % 3],
            grant_yuan=rng.randint(1, 9) * 10_000, grant_year=clock.today().year,
        )  # fmt: skip
    firms = list(standing.filter(kind__in=["company", "cooperative"]))
    villages = Area.objects.in_force().filter(level=Level.COMMUNITY, kind=Area.Kind.VILLAGE)
    for n, village in enumerate(villages.order_by("code")[:VILLAGES]):
        if firms and n % 4 != 3:
            actions.pair(
                village, firms[n % len(firms)], by=roster, what="柑橘收购、就业岗位",
                since=Quarter.of(clock.today()).first,
            )  # fmt: skip
