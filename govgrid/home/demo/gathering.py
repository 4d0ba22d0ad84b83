"""Beside the demo's topics: councils, the plan of the year, a round of claiming, what people gave."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from consultations import actions
from consultations.actions import Founding
from consultations.actions.bookkeeping import Line as Entered
from consultations.actions.planning import Line
from consultations.actions.pooling import Item
from consultations.models import Platform, Topic
from govgrid.core import clock
from govgrid.home.demo.deliberating import Round
from grids.models import Compound

PLAN = (
    Line(2, "电动车停放与充电", "meeting", "社区党委"),
    Line(4, "菜市场出口堵车", "visit", "街道平安办"),
    Line(6, "小公园夜间照明", "meeting", "街道平安办"),
    Line(9, "河边步道安全", "hearing", "街道平安办"),
    Line(12, "全年办理情况回头看", "look_back", "召集人"),
)
POOL = (
    Item("老旧小区加装电梯", "一楼和高楼层意见不一，怎么分担、怎么补偿？"),
    Item("校外托管点管理", "放学后孩子去哪里，谁来看？"),
    Item("商圈夜间外摆", "既要烟火气，也要让人睡好觉。"),
    Item("社区食堂怎么办下去", "就餐的人少，成本高，能不能几个社区合办？"),
)
GIVEN = (
    ("labour", "person", "26", "清理场地", "沿河居民", True),
    ("money", "yuan", "5000", "购置长椅", "路口便利店", True),
    ("money", "yuan", "800", "购置长椅", "一位老人", False),
    ("goods", "棵", "40", "桂花树苗", "园艺公司", True),
)


def gather(told: Round) -> None:
    """Told by the actions, as the street's head, its convenor and its recorder would."""
    _councils(told)
    _planned(told)
    _claimed(told)
    _given(told)


def _councils(told: Round) -> None:
    head, community = told.people["streethead"], told.ground.first_community
    compound = Compound.objects.filter(community=community).order_by("code").first()
    with told.ago(90):
        found = [
            actions.found_platform(
                Founding(
                    f"{community.name}居民协商议事会", "residents", community, place="社区二楼"
                ),
                by=head,
            )
        ]
        if compound is not None:
            owners = Founding(f"{compound.name}业主协商议事会", "owners", community, compound)
            found.append(actions.found_platform(owners, by=head))
        for platform in found:
            _seated(told, platform)


def _seated(told: Round, platform: Platform) -> None:
    today = clock.today()
    for role, name in (
        ("convenor", "community"),
        ("screener", "screener"),
        ("delegate", "resident"),
    ):
        actions.appoint(
            platform, told.people[name], role, by=told.people["streethead"], starts_on=today,
            ends_on=today + timedelta(days=365 * 3),
        )  # fmt: skip


def _planned(told: Round) -> None:
    convenor, street = told.people["convenor"], told.platforms[0]
    year = clock.today().year
    draft = actions.begin_plan(street, year, by=convenor)
    actions.set_lines(draft, PLAN, by=convenor)
    plan = actions.publish_plan(draft, by=convenor)
    held = street.sessions.standing().filter(starts_at__year=year, ends_at__lt=clock.now())
    for key, title in ((2, "菜市场"), (3, "小公园"), (4, "河边步道")):
        topic = Topic.objects.public().filter(platform=street, title__contains=title).first()
        if topic is None:
            continue
        session = held.filter(topic=topic).order_by("pk").last()
        actions.link_line(plan, key, by=convenor, topic=topic)
        if session is not None:
            actions.link_line(plan, key, by=convenor, session=session)


def _claimed(told: Round) -> None:
    """One round is open, and one of its topics has been claimed."""
    convenor = told.people["convenor"]
    with told.ago(2):
        pool = actions.begin_pool(
            told.ground.first_street,
            "共性议题征集",
            by=convenor,
            about="各平台和委员小组都可以认领",
        )
        actions.set_items(pool, POOL, by=convenor)
        pool = actions.publish_pool(pool, by=convenor, closes_at=clock.now() + timedelta(days=14))
    with told.ago(1):
        actions.claim(
            pool.items.get(position=3), told.platforms[2], by=convenor, group="经济界别小组"
        )


def _given(told: Round) -> None:
    """For the park that is lit again; one entry was a mistake."""
    topic = Topic.objects.filter(state="closed", platform=told.platforms[0]).order_by("pk")[0]
    recorder = told.people["recorder"]
    with told.ago(100):
        for kind, unit, amount, text, giver, is_public in GIVEN:
            line = Entered(
                kind, "given", Decimal(amount), unit, clock.today(), text, giver, is_public
            )
            actions.enter_line(topic, line, by=recorder)
        spent = Entered(
            "money",
            "spent",
            Decimal("4200.50"),
            "yuan",
            clock.today(),
            "长椅六把",
            voucher="发票 0173",
        )
        actions.enter_line(topic, spent, by=recorder)
        twice = Entered("labour", "given", Decimal(26), "person", clock.today(), "清理场地")
        entry, _is_new = actions.enter_line(topic, twice, by=recorder)
        actions.take_back(entry, by=recorder, reason="与第 1 号重复")
