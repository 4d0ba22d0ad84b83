"""Three platforms of the demo with topics in every step: told by the actions, on days gone by.

Promises are accepted without a ticket: the tickets of the demo are told elsewhere, with their clocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from random import Random
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateRange

from consultations import actions
from consultations.actions import Raising, Rating
from consultations.models import (
    AgendaItem,
    Attendance,
    Commitment,
    Opinion,
    Platform,
    Seat,
    Session,
    Topic,
)
from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.home.demo.ground import Ground
from grids.models import Department

# Working days of 2026 are told by days before today; nine in the morning each.
NINE = time(9, 20)
STUDY = {"study_plan": "走访两次，网上问卷一周", "affected": "周边住户和路过的人"}


class Round:
    """Who sits where, and the days on which it happens."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self.rng = Random(f"{seed} deliberating")  # noqa: S311 nothing secret
        self.ground = ground
        names = ("convenor", "screener", "recorder", "resident", "community", "streethead")
        self.people = {name: User.objects.get(username=name) for name in names}
        self.platforms = list(self._found())

    def _found(self) -> Iterator[Platform]:
        street, community = self.ground.first_street, self.ground.first_community
        since = clock.today() - timedelta(days=400)
        for code, name, kind, area, place in (
            ("demo-street", f"{street.name}一线协商平台", "street", street, "街道二楼会议室"),
            (
                "demo-community",
                f"{community.name}居民议事会",
                "community",
                community,
                "社区党群服务中心",
            ),
            ("demo-building", "商务楼宇议事厅", "building", street, "一楼大堂"),
        ):
            one = Platform.objects.create(
                code=code, name=name, kind=kind, area=area, place=place, founded_on=since,
                about="大家的事大家商量",
            )  # fmt: skip
            for role in ("convenor", "screener", "recorder"):
                Seat.objects.create(
                    platform=one, user=self.people[role], role=role, period=DateRange(since, None)
                )
            yield one

    @contextmanager
    def ago(self, days: int, hours: int = 0) -> Iterator[datetime]:
        day = clock.local(clock.now()).date() - timedelta(days=days)
        moment = datetime.combine(day, NINE, clock.local(clock.now()).tzinfo)
        moment += timedelta(hours=hours, minutes=self.rng.randint(0, 40))
        with clock.telling(moment):
            yield moment

    def id(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    # ── steps of a life ───────────────────────────────────────────────────────────────────────

    def raised(
        self, days: int, table: int, title: str, body: str, *, by: str = "resident"
    ) -> Topic:
        with self.ago(days):
            raising = Raising(
                self.id(), self.platforms[table], title, body, on_behalf=by == "recorder"
            )
            return actions.raise_topic(raising, by=self.people[by])[0]

    def taken_up(self, topic: Topic, days: int) -> Topic:
        with self.ago(days):
            return actions.move(
                topic, "accept", by=self.people["screener"], note="同意立项，请先到现场", **STUDY
            )

    def visited(self, topic: Topic, days: int) -> Session:
        return self._held(topic, days, "visit", "现场走访", 4)

    def _held(self, topic: Topic, days: int, kind: str, title: str, came: int) -> Session:
        recorder = self.people["recorder"]
        with self.ago(days, 6) as moment:
            held = Session.objects.create(
                platform=topic.platform, topic=topic, round=topic.round, kind=kind, title=title,
                venue=topic.platform.place, starts_at=moment, ends_at=moment + timedelta(hours=1),
                called_by=self.people["convenor"], called_at=moment - timedelta(days=8),
            )  # fmt: skip
            capacities = ["resident"] * came + ["department", "member"]
            Attendance.objects.bulk_create(
                Attendance(
                    session=held, guest=f"{n + 1}号", capacity=capacity, entered_by=recorder,
                    checked_in_at=moment, signed_up_at=moment, via="list",
                )
                for n, capacity in enumerate(capacities)
            )  # fmt: skip
        return held

    def talked(self, topic: Topic, days: int) -> Topic:
        with self.ago(days + 3):
            topic = actions.move(
                topic, "convene", by=self.people["convenor"],
                study_report="现场情况属实，问卷多数赞成尽快处理。",
            )  # fmt: skip
        held = self._held(topic, days, "meeting", "协商会", 9)
        AgendaItem.objects.create(
            session=held, position=1, text="情况通报", minutes="社区通报走访情况。"
        )
        AgendaItem.objects.create(
            session=held, position=2, text="大家发言", minutes="居民、部门先后发言。"
        )
        with self.ago(days - 1) as moment:
            held.minutes = "一、情况通报。二、大家发言。三、形成意见。"
            held.minutes_published_at, held.minutes_published_by = moment, self.people["recorder"]
            held.save()
        return topic

    def suggested(
        self, topic: Topic, days: int, body: str, fate: str, **verdict: object
    ) -> Opinion:
        with self.ago(days, 2) as moment:
            return Opinion.objects.create(
                topic=topic, client_id=self.id(), round=topic.round, kind="suggestion", body=body,
                serial=topic.opinions.count() + 1, author=self.people["resident"], at=moment,
                fate=fate, fate_at=moment, fate_by=self.people["convenor"], **verdict,
            )  # fmt: skip

    def settled(self, topic: Topic, days: int, **given: object) -> Topic:
        with self.ago(days):
            return actions.move(topic, "settle", by=self.people["convenor"], **given)

    def promised(self, topic: Topic, days: int, text: str, department: Department) -> Commitment:
        with self.ago(days):
            return actions.offer(topic, text, department, by=self.people["convenor"])

    def accepted(self, one: Commitment, days: int, by: User, weeks: int = 8) -> Commitment:
        with self.ago(days):
            due_on = clock.today() + timedelta(weeks=weeks)
            return actions.turn(one, "accept", by=by, due_on=due_on)


NOW = {"verdict": "now", "verdict_code": "funded", "verdict_reason": "属职权范围，经费已落实"}
LATER = {
    "verdict": "later", "verdict_code": "money_gap", "verdict_reason": "需列入明年城建计划",
    "must_change": "落实改造资金",
}  # fmt: skip
CANNOT = {
    "verdict": "cannot", "verdict_code": "unlawful", "verdict_reason": "这里是消防车通道，不能划车位",
    "legal_basis": "《中华人民共和国消防法》第二十八条", "alternative": "可在北侧空地增设车位",
}  # fmt: skip


def hold(ground: Ground, seed: int) -> Round:
    """Write them by the actions, as the logins ``resident``, ``screener`` and ``convenor`` would."""
    told = Round(ground, seed)
    for tell in (_waiting, _not_taken_up, _in_study, _in_talk, _put_off, _explained, _carried_out):
        tell(told)
    return told


def _waiting(told: Round) -> None:
    told.raised(2, 1, "楼道里的旧家具谁来清", "三单元楼道堆了不少旧家具，晚上看不清路。")
    told.raised(1, 0, "早餐摊能不能集中到一处", "上学路上早餐摊占道，希望划一块地方集中经营。")
    told.raised(
        3, 2, "大厦门前非机动车乱停", "上下班时门口停满电动车，行人只能走车道。", by="recorder"
    )


def _not_taken_up(told: Round) -> None:
    topic = told.raised(40, 1, "楼上太吵请管管", "楼上晚上走路声音大，希望社区出面。")
    with told.ago(38):
        actions.move(
            topic, "decline", by=told.people["screener"], reason="not_public",
            note="邻里之间的事，已请人民调解员上门。",
        )  # fmt: skip
    topic = told.raised(30, 1, "路灯不亮", "小区东门路灯坏了两盏。")
    with told.ago(29):
        actions.move(
            topic,
            "refer",
            by=told.people["screener"],
            destination="ticket",
            note="简单故障，已登记工单。",
        )
    topic = told.raised(20, 0, "想在河边建停车场", "河边空地能不能建停车场？")
    with told.ago(19):
        actions.move(topic, "withdraw", by=told.people["resident"])


def _in_study(told: Round) -> None:
    topic = told.raised(16, 1, "老人活动室开放时间能否延长", "下午五点就关门，接孩子的老人来不及。")
    topic = told.taken_up(topic, 13)
    told.visited(topic, 6)
    told.taken_up(told.raised(12, 0, "河边步道夜间照明不足", "晚上散步的人多，看不清台阶。"), 9)


def _in_talk(told: Round) -> None:
    topic = told.taken_up(
        told.raised(36, 1, "电动车充电棚建在哪里", "飞线充电不安全，希望建充电棚。"), 33
    )
    told.visited(topic, 24)
    topic = told.talked(topic, 6)
    told.suggested(topic, 6, "建在二号楼北侧空地，离住户十二米以上", "adopted", **NOW)
    topic = told.taken_up(told.raised(50, 0, "菜市场出口堵车怎么办", "早高峰出口堵到主路上。"), 47)
    told.visited(topic, 40)
    topic = told.talked(topic, 8)
    told.promised(topic, 1, "出口改为右进右出，设标志两块", told.ground.departments["城管局"])
    told.settled(topic, 1, **NOW)


def _put_off(told: Round) -> None:
    topic = told.taken_up(
        told.raised(80, 0, "过街天桥什么时候能修", "学校门口车多，希望修天桥。"), 77
    )
    told.visited(topic, 70)
    topic = told.talked(topic, 60)
    with told.ago(58):
        revisit_on = clock.today() + timedelta(days=200)
    told.settled(
        topic, 58, **LATER, revisit_on=revisit_on, watched_by=told.ground.departments["住建局"]
    )


def _explained(told: Round) -> None:
    topic = told.taken_up(told.raised(44, 1, "消防通道能不能划车位", "停车难，通道很宽。"), 41)
    told.visited(topic, 34)
    topic = told.settled(told.talked(topic, 20), 16, **CANNOT)
    with told.ago(14):
        actions.move(
            topic, "explain", by=told.people["convenor"],
            result="消防通道必须畅通，不能划车位；北侧空地可增设十二个车位。",
        )  # fmt: skip


def _carried_out(told: Round) -> None:
    """Being carried out; and done, looked back on and closed."""
    housing = told.ground.departments["住建局"]
    clerk = User.objects.get(username="department")
    topic = told.taken_up(
        told.raised(34, 1, "校门口要不要装护栏", "放学时车多人多，接送车停在哪里？"), 31
    )
    told.visited(topic, 25)
    topic = told.talked(topic, 9)
    told.suggested(topic, 9, "校门两侧装护栏 60 米", "adopted", **NOW)
    one = told.promised(topic, 4, "校门两侧装护栏 60 米", housing)
    told.settled(topic, 3, **NOW)
    told.accepted(one, 1, clerk)
    _closed(told, housing, clerk)


def _closed(told: Round, housing: Department, clerk: User) -> None:
    topic = told.taken_up(
        told.raised(160, 0, "小公园夜里太暗", "跳舞的人多，台阶看不清。", by="recorder"), 157
    )
    told.visited(topic, 150)
    topic = told.talked(topic, 140)
    one = told.promised(topic, 138, "补装路灯六盏", housing)
    told.settled(topic, 137, **NOW)
    with told.ago(136):
        due_on = clock.today() + timedelta(days=30)
        actions.turn(one, "accept", by=clerk, due_on=due_on)
    with told.ago(110):
        actions.turn(one, "finish", by=clerk, result="六盏路灯已装好并通电。")
    topic.refresh_from_db()
    with told.ago(80):
        topic = actions.move(topic, "look_back", by=None)
    _rated(told, topic, one)
    with told.ago(68):
        actions.move(
            topic,
            "close",
            by=told.people["convenor"],
            summary="多数居民满意，个别提出再加两把长椅，另立议题。",
        )


def _rated(told: Round, topic: Topic, one: Commitment) -> None:
    scores = (5, 5, 4, 5, 3, 4, 5, 4, 5, 5, 4, 2)
    for n in range(24):
        with told.ago(79 - n % 9):
            promises = {one.pk: scores[(n + 3) % 12]}
            rating = Rating(scores[n % 12], promises=promises, device=f"{n:064x}")
            actions.rate(topic, rating, by=None)
