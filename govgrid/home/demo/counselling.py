"""The demo's counsels, grants of duty, visits and figures: told by the actions, on days gone by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.home.demo.ground import Ground
from grids.models import Area, Department
from members import actions, figures
from members.actions import Advice, Granting
from members.models import Counsel, Member
from members.workflow.roster import MemberState

NINE = time(9, 30)
AUTHORS = 24


class Said(NamedTuple):
    """A counsel, what an editor made of its title, and how far it came; days before today."""

    title: str
    body: str
    edited: str
    state: str
    days: int
    note: str = ""
    answer: str = ""
    became: str = ""


# The same few matters that come up everywhere; nobody in particular is meant.
SAID = (
    Said(
        "校门口错峰放学", "放学时分三批放人，校门口就不堵了。", "建议小学分批放学", "closed", 86,
        "请住建局会同学校研究。", "已与学校商定分三批放学，并补画了等候区标线。",
        "学校已分三批放学，门前道路不再拥堵。",
    ),
    Said(
        "菜市场夜里装卸太吵", "把装卸时间改到早上六点以后，装卸区铺橡胶垫。", "建议调整市场装卸时间",
        "closed", 64, "请城管局拿出办法。", "已与市场约定六点后装卸。", "市场已改到六点以后装卸。",
    ),
    Said(
        "老旧小区加装扶手", "楼道窗边没有扶手，老人上下不方便，改造时一并装上。",
        "建议旧改时加装楼道扶手", "answered", 41, "请住建局纳入今年计划。",
        "已列入本年度旧改清单，共十二个小区。",
    ),
    Said(
        "商圈共享停车", "晚上写字楼的车位空着，居民没处停。", "建议写字楼夜间车位向居民开放",
        "noted", 12, "请城管局十个工作日内答复。",
    ),
    Said("给小店一份办事清单", "开店要办哪些证，一张纸说清楚。", "建议印制小店开办清单", "briefed", 6),
    Said("滨江步道晚上太黑", "隔一盏亮一盏也行。", "建议恢复滨江步道照明", "briefed", 6),
    Said("公交站台加座椅", "站台没有座椅，等车的老人站得久。", "建议公交站台加装座椅", "edited", 4),
    Said("暑期托管", "社区活动室暑假白天空着，可以办托管。", "", "submitted", 2),
    Said("旧衣回收箱", "箱子常年是满的，不知道归谁管。", "", "submitted", 1),
    Said("某人不交物业费", "三楼那家一直不交，请处理。", "", "filed", 20),
    Said("多办点活动", "多办点活动。", "", "returned", 9),
)  # fmt: skip
GRANTED = (
    ("某律师事务所", "law", "advise", "每周三下午在社区解答法律问题。", 120, 200),
    ("区餐饮协会", "consumers", "mediate", "会员店的消费纠纷先行调解。", 60, 300),
    ("街道商会", "enterprise", "hear", "每月听取商户的困难，转有关部门。", 340, 364),
    ("社区老年协会", "elders", "respond", "独居老人紧急需要时先到现场。", 30, 180),
    ("某设计院", "renewal", "advise", "加装电梯和旧改方案免费咨询。", 10, 150),
)


class Told:
    """Who takes part, and the days on which it happens."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self.ground, self.rng = ground, Random(f"{seed} counselling")  # noqa: S311 no secret
        names = ("roster", "streethead", "department", "urban")
        self.people = {name: User.objects.get(username=name) for name in names}
        here = ground.first_street.path
        rows = Member.objects.filter(state=MemberState.ACTIVE, area__path__startswith=here)
        self.authors = list(rows.select_related("user", "area").order_by("pk")[:AUTHORS])

    @contextmanager
    def ago(self, days: float) -> Iterator[datetime]:
        day = clock.local(clock.now()).date() - timedelta(days=int(days))
        moment = datetime.combine(day, NINE, clock.local(clock.now()).tzinfo)
        moment += timedelta(minutes=self.rng.randint(0, 90), hours=6 * (days % 1))
        with clock.telling(moment):
            yield moment

    def id(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    def department(self, n: int) -> tuple[Department, User]:
        who = ("department", "urban")[n % 2]
        names = ("住建局", "城管局")
        return self.ground.departments[names[n % 2]], self.people[who]


def tell(ground: Ground, seed: int) -> None:
    """After the roster: without members in the first street there is nobody to tell of."""
    told = Told(ground, seed)
    if not told.authors:
        return
    for n, said in enumerate(SAID):
        _counsel(told, n, said)
    _brief_of_two(told)
    for n, granted in enumerate(GRANTED):
        _grant(told, n, granted)
    _visits(told)
    _figures(told)


def _counsel(told: Told, n: int, said: Said) -> None:
    member = told.authors[n % len(told.authors)]
    with told.ago(said.days):
        advice = Advice(told.id(), said.title, said.body, member.area, is_named=n % 2 == 0)
        counsel, _new = actions.write_counsel(advice, by=member.user, hand_in=True)
    if said.state != "submitted":
        _edited(told, n, said, counsel)


def _edited(told: Told, n: int, said: Said, counsel: Counsel) -> None:
    editor = told.people["roster"]
    with told.ago(said.days - 0.5):
        if said.state == "filed":
            actions.move_counsel(
                counsel, "file", by=editor, reason="about_a_person",
                answer="建言只谈公共的事。这件事请到社区调解。",
            )  # fmt: skip
            return
        if said.state == "returned":
            actions.move_counsel(
                counsel, "give_back", by=editor, reason="unclear", note="写一写办什么、在哪里办。"
            )
            return
        actions.move_counsel(counsel, "edit", by=editor, title=said.edited, body=said.body)
    if said.state in {"noted", "answered", "closed"}:
        _before_a_leader(told, n, said, counsel)


def _before_a_leader(told: Told, n: int, said: Said, counsel: Counsel) -> None:
    department, clerk = told.department(n)
    with told.ago(said.days - 1):
        brief = actions.make_brief(
            [counsel], by=told.people["roster"], title=f"关于“{said.edited}”"
        )
    with told.ago(said.days - 2):
        note = actions.instruct(
            brief, by=told.people["streethead"], text=said.note, department=department,
            due_on=clock.today() + timedelta(days=14), is_public=n % 3 != 2,
        )  # fmt: skip
    if said.answer:
        with told.ago(said.days - 9):
            actions.answer_instruction(note, by=clerk, answer=said.answer)
    if said.became:
        with told.ago(said.days - 25):
            actions.move_counsel(counsel, "close", by=told.people["roster"], became=said.became)


def _brief_of_two(told: Told) -> None:
    """Two of one kind go before the leader together, and nobody has written on them yet."""
    ready = {said.edited for said in SAID if said.state == "briefed"}
    chosen = list(Counsel.objects.filter(state="edited", edited_title__in=ready).order_by("pk"))
    with told.ago(5):
        actions.make_brief(chosen, by=told.people["roster"], title="关于便民的两条建议")


def _grant(told: Told, n: int, granted: tuple[str, str, str, str, int, int]) -> None:
    unit, matter, level, text, ago, days = granted
    area: Area = told.ground.first_street if n % 2 == 0 else told.ground.first_community
    with told.ago(ago):
        first = clock.today()
        granting = Granting(
            matter=matter, level=level, text=text, area=area, unit=unit,
            document=f"夷统发〔{first.year}〕{n + 3}号", document_on=first, starts_on=first,
            ends_on=first + timedelta(days=days), representative=_representative(told, n),
        )  # fmt: skip
        one = actions.grant_duty(granting, by=told.people["roster"])
    with told.ago(ago - 0.5):
        if one.representative is not None:
            actions.accept_grant(one, by=one.representative.user)
        elif n != len(GRANTED) - 1:  # the newest still waits
            actions.accept_grant(one, by=told.people["roster"], paper="回函")


def _representative(told: Told, n: int) -> Member | None:
    return told.authors[-1 - n] if n < 2 and len(told.authors) > n + 1 else None


def _visits(told: Told) -> None:
    for n, member in enumerate(told.authors[:6]):
        with told.ago(50 - n):
            if n % 3 == 0:
                actions.wish_visit(by=member.user)
            else:
                actions.welcome_visits(by=member.user, is_welcome=True)
        if n < 4:
            with told.ago(40 - n):
                actions.record_visit(
                    member, by=told.people["roster"], on=clock.today(), asks_help=n == 2
                )


def _figures(told: Told) -> None:
    """Each quarter was counted on the day after it: what was there then, not what is there now."""
    quarter = figures.last_over(clock.today())
    begins = [quarter.end]
    while len(begins) < figures.SHOWN:
        begins.append(figures.last_over(begins[-1]).begin)
    for begin in reversed(begins):
        with clock.telling(_midday(begin)):
            actions.freeze_figures(by=None)


def _midday(day: date) -> datetime:
    return clock.midnight(day) + timedelta(hours=12)
