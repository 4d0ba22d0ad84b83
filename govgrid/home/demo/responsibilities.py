"""Who is here, what the grids are asked and who answers where, made up for the demo district.

By the same actions as a district's own, by the demo's logins; the amount does not grow with the map.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from django.contrib.gis.geos import MultiPolygon, Polygon

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.home.demo.ground import Ground
from grids import actions
from grids.models import (
    WGS84,
    Area,
    AreaShape,
    Department,
    Duty,
    DutyDone,
    Level,
    Post,
    Requirement,
    TeamSeat,
)

Function = TeamSeat.Function
TEAM = [
    (Function.POLICE, "公安局", "0717-5550110"),
    (Function.SANITATION, "城管局", "0717-5550211"),
    (Function.URBAN, "城管局", "0717-5550212"),
    (Function.CLINIC, "卫健局", "0717-5550301"),
    (Function.EMERGENCY, "应急局", "0717-5550119"),
    (Function.UTILITIES, "供水公司", "0717-5550401"),
    (Function.CONSULTATION, "政协委员联络组", "0717-5550501"),
    (Function.MEDIATION, "人民调解委员会", "0717-5550502"),
]
ASKED = {
    "grid_worker": "城区：大专以上；农村：高中以上，住在本村",
    "community_officer": "大专以上，社区工作两年以上",
}


class Ask(NamedTuple):
    """A duty of the demo: by whom, decided how by whom, over what."""

    name: str
    what: str
    items: tuple[str, ...]
    department: str
    rhythm: str
    minutes: int | None
    by: str
    decided_by: str = ""
    step: str = "admit"
    reason: str = ""
    days: int = 180


DUTIES = [
    Ask(
        "消防通道检查",
        "查看消防通道、消火栓和楼道是否畅通、完好；发现问题随手上报。",
        ("消防通道", "消火栓", "楼道", "电动车充电处"),
        "应急局", "weekly", 40, "street", "streethead",
    ),
    Ask(
        "窨井盖和路灯巡查",
        "查看窨井盖有无松动缺失，路灯是否完好。",
        ("窨井盖", "路灯", "人行道"),
        "城管局", "monthly", 60, "urban", "command",
    ),
    Ask(
        "食品经营场所外环境检查",
        "查看经营场所门前卫生、油烟和占道情况，只看场所。",
        ("门前卫生", "油烟排口", "占道物品"),
        "市场监管局", "quarterly", 90, "community", "streethead",
    ),
    Ask(
        "防汛排水口清查",
        "汛期前后清查排水口和低洼处。",
        ("排水口", "低洼处", "地下车库挡板"),
        "水利和湖泊局", "once", 120, "street", "streethead", days=60,
    ),
    Ask(
        "公告栏更新", "每周更换公告栏内容并清理小广告。", ("公告栏",),
        "政务服务局", "weekly", 20, "community", "streethead", "refuse",
        "与社区宣传工作重复，由政务服务局自行办理",
    ),
    Ask(
        "小区充电设施查看", "查看充电桩外观和周边堆物。", ("充电桩", "周边堆物"),
        "住建局", "monthly", 30, "depthead",
    ),
]  # fmt: skip
# Of the grids of the first street, at most so many have answered.
MOST_ANSWERS = 60
DONE, NOT_DONE = 0.6, 0.72
WHY_NOT = ("正在施工，无法进入", "大门锁闭，另约时间", "暴雨，改日补查")
# A map drawn by hand long ago lies some 150 m beside today's streets.
BESIDE = 0.0015


def staff(ground: Ground, seed: int) -> None:
    """Write the team, a hand-over under way, the task list with its answers, and two layers."""
    rng = Random(f"{seed} responsibilities")  # noqa: S311 nothing secret
    _seat_team(ground)
    _hand_over(ground)
    _ask(ground, rng)
    _draw(ground)


def _seat_team(ground: Ground) -> None:
    for function, name, phone in TEAM:
        actions.seat_office(
            ground.district, function, ground.departments[name], by=None, phone=phone
        )
    for community in ground.of_level(Level.COMMUNITY)[:3]:
        office = ground.offices[community.pk]
        actions.seat_office(community, Function.COMMUNITY, office, by=None)
    Requirement.objects.bulk_create(
        Requirement(area=ground.district, role=role, text=text) for role, text in ASKED.items()
    )


def _hand_over(ground: Ground) -> None:
    """In a week the first grid of the demo's community goes to the worker of another community."""
    workers = Post.objects.held_on().filter(role="grid_worker").exclude(user__is_demo=True)
    beside = workers.filter(area__parent=ground.first_community).order_by("pk").first()
    another = workers.exclude(area__parent=ground.first_community).order_by("pk").first()
    officer = User.objects.get(username="community")
    if beside is not None and another is not None:
        day = clock.today() + timedelta(days=7)
        actions.hand_over(beside, another.user, by=officer, on=day)


def _ask(ground: Ground, rng: Random) -> None:
    people = {one.username: one for one in User.objects.filter(is_demo=True)}
    for ask in DUTIES:
        today = clock.today()
        duty = actions.propose_duty(
            by=people[ask.by],
            name=ask.name,
            what=ask.what,
            items=list(ask.items),
            department=ground.departments[ask.department],
            area=_asked_in(ground, ask),
            rhythm=ask.rhythm,
            minutes=ask.minutes,
            starts_on=today - timedelta(days=30),
            ends_on=today + timedelta(days=ask.days),
        )
        if ask.decided_by:
            duty = actions.decide_duty(duty, ask.step, by=people[ask.decided_by], reason=ask.reason)
            if ask.step == "admit":
                _answer(ground, duty, today, rng)


def _asked_in(ground: Ground, ask: Ask) -> Area:
    if ask.decided_by == "command":
        return ground.district
    return ground.first_community if ask.by == "community" else ground.first_street


def _answer(ground: Ground, duty: Duty, today: date, rng: Random) -> None:
    within = duty.area if duty.area.level > Level.STREET else ground.first_street
    posts = (
        Post.objects.held_on()
        .filter(
            role="grid_worker",
            is_main=True,
            area__path__startswith=within.path,
            area__kind=Area.Kind.BASIC,
        )
        .exclude(user__username="worker")
        .order_by("pk")[:MOST_ANSWERS]
    )
    DutyDone.objects.bulk_create(
        one for post in posts if (one := _said(duty, post, today, rng)) is not None
    )


def _said(duty: Duty, post: Post, today: date, rng: Random) -> DutyDone | None:
    drawn = rng.random()
    is_done = drawn < DONE
    answers = rng.choices(["good", "fault", "absent"], [8, 1, 1], k=len(duty.items))
    client_id = UUID(int=rng.getrandbits(128), version=4)
    why = rng.choice(WHY_NOT)
    if drawn >= NOT_DONE or post.area_id is None:
        return None
    return DutyDone(
        duty=duty,
        area_id=post.area_id,
        first_day=duty.period(today)[0],
        outcome="done" if is_done else "not_done",
        answers=answers if is_done else [],
        note="" if is_done else why,
        post=post,
        client_id=client_id,
        at=clock.now(),
    )


def _draw(ground: Ground) -> None:
    """Police by street; urban management by a map that is old, and a market company within it."""
    outlines = AreaShape.objects.filter(level=Level.STREET).select_related("area").order_by("area")
    streets = [(one.area, one.boundary) for one in outlines]
    police, urban = ground.departments["公安局"], ground.departments["城管局"]
    safety = actions.open_layer(police, "治安", ground.district, by=None)
    order = actions.open_layer(urban, "街面秩序", ground.district, by=None)
    for n, (street, outline) in enumerate(streets, start=1):
        station = _unit(f"police-station-{n}", f"{street.name}派出所", police)
        actions.draw_piece(safety, station, outline, by=None)
        squad = _unit(f"urban-squad-{n}", f"城管{street.name}中队", urban)
        actions.draw_piece(order, squad, _beside(outline), by=None)
    if "market" in ground.pieces:
        company = ground.departments["农贸市场公司"]
        market = actions.open_layer(company, "街面秩序", ground.first_street, by=None)
        actions.draw_piece(market, company, ground.pieces["market"], by=None)


def _unit(code: str, name: str, parent: Department) -> Department:
    return Department.objects.create(
        code=code,
        name=name,
        short_name=name[:40],
        kind=Department.Kind.BUREAU,
        area=parent.area,
        parent=parent,
    )


def _beside(outline: MultiPolygon) -> MultiPolygon:
    moved = [
        Polygon(*([(x + BESIDE, y) for x, y, *_height in ring] for ring in polygon))
        for polygon in outline.coords
    ]
    return MultiPolygon(*moved, srid=WGS84)
