"""Reception days and activities of the demo: told by the actions, on days gone by; made-up names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from random import Random

from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.home.demo.ground import Ground
from members import actions
from members.actions import Invitation, Laying, Visitor, Wish
from members.models import Activity, Booking, Member, Reception, Slot, Station
from members.workflow.reception import weekly

NINE = time(9, 5)
# Long enough for marks to be told: they wait a month, and for the quarter after it.
LONG_AGO, RECENTLY = 160, 36
STATIONS = (
    ("tongxin", "同心统战之家", "home", "党群服务中心一楼"),
    ("lianxin", "连心联络站", "station", "街道便民大厅 3 号窗口"),
    ("liangshi", "良师调解工作室", "studio", "社区二楼东头"),
)
MATTERS = (
    "楼道灯坏了两个月，物业说要等大修基金。",
    "想在楼下摆个修鞋摊，不知道找谁办手续。",
    "小区东门的路灯被树挡住了，晚上看不清路。",
    "孩子放学后没处去，能不能办个托管点？",
    "楼上漏水，和邻居谈了三次没谈拢。",
    "想报名当志愿者，周末有空。",
)
OUTCOMES = (
    "已联系物业，本周内换好，换好后回访。",
    "说明了外摆登记的办法，陪同到窗口填了表。",
    "转园林部门修枝，街道盯着。",
    "列入社区议事会下月的议题。",
    "约了双方下周二到调解室坐下来谈。",
    "登记了时间和特长，下次活动通知。",
)
REMARKS = ("讲得清楚。", "等了一会儿，人很热情。", "", "办得快。", "希望周末也能来。", "")
VISITORS = ("方桂珍", "谭大爷", "向小梅", "覃师傅")
HELD = (
    ("law", "送法下乡：土地流转合同怎么签", "百名律师进乡村", 250, 64),
    ("fair", "春风行动招聘会", "公益四季", 210, 312),
    ("service", "义诊、理发、磨刀", "公益四季", 140, 128),
    ("talk", "防范养老诈骗", "邻里学堂", 75, 41),
    ("theme", "同心晚荟：一家一道菜", "公益四季", 40, 96),
)
COMING = (
    ("talk", "新就业群体的社保怎么交", "邻里学堂", 5, 40),
    ("visit", "百名干部进百企：走进孵化园", "百名干部进百企", 12, None),
)


class Teller:
    """Who receives where, and the days on which it happens."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self.rng = Random(f"{seed} receiving")  # noqa: S311 nothing secret
        self.ground = ground
        self.desk = User.objects.get(username="roster")
        self.resident = User.objects.get(username="resident")
        others = User.objects.filter(is_active=True, is_superuser=False)
        self.neighbours = list(
            others.exclude(pk__in=[self.desk.pk, self.resident.pk]).order_by("pk")[:16]
        )
        self.stations = list(Station.objects.open().order_by("pk")[:3]) or list(self._found())

    def _found(self) -> Iterator[Station]:
        """Where no network was told: three stations of the first street."""
        community, street = self.ground.first_community, self.ground.first_street
        for n, (code, name, kind, place) in enumerate(STATIONS):
            yield Station.objects.create(
                code=f"demo-{code}", name=name, kind=kind, place=place,
                area=street if n == 1 else community, has_team=True, has_room=True, has_sign=True,
                opened_on=clock.today() - timedelta(days=500),
            )  # fmt: skip

    @contextmanager
    def ago(self, days: int, at: time = NINE) -> Iterator[datetime]:
        zone = clock.local(clock.now()).tzinfo
        moment = datetime.combine(clock.today() - timedelta(days=days), at, zone)
        with clock.telling(moment):
            yield moment


def receive(ground: Ground, seed: int) -> None:
    """Called after stations and members were told; without them it founds three stations."""
    told = Teller(ground, seed)
    laid = _laid(told)
    for one in laid:
        _visits(told, one)
    with told.ago(RECENTLY) as since:
        actions.make_slots(by=None)
    for one in laid:
        _visits(told, one, since)
    with told.ago(7):
        actions.make_slots(by=None)
    actions.make_slots(by=None)
    _coming(told, laid[0])
    _held(told)
    _announced(told)


def _laid(told: Teller) -> list[Reception]:
    """At each station a morning at the desk; at the first one also at the door, and online."""
    first = told.stations[0]
    days = [("desk", station, ["TU", "WE", "TH"][n % 3]) for n, station in enumerate(told.stations)]
    more = [("door", first, "FR"), ("online", first, "MO")]
    found = []
    with told.ago(LONG_AGO):
        for mode, station, day in [*days, *more]:
            hosts = Member.objects.active().filter(station=station).order_by("pk")[:3]
            laying = Laying(
                mode=mode, rule=weekly([day]), begins=time(9), ends=time(11, 30),
                places=3 if mode == "desk" else 1, hosts=list(hosts),
                place="微信视频，工作人员到时联系您" if mode == "online" else "",
            )  # fmt: skip
            found.append(actions.lay_down_reception(station, laying, by=told.desk))
    return found


def _visits(told: Teller, reception: Reception, since: datetime | None = None) -> None:
    """Some weeks in which people came, or stayed away."""
    now = clock.now()
    past = Slot.objects.filter(reception=reception, ends_at__lt=now, cancelled_at=None).whole()
    if since is not None:
        past = past.filter(starts_at__gte=since)
    for n, slot in enumerate(past.order_by("starts_at")[:12]):
        bookings = _booked(told, slot, n)
        with clock.telling(slot.starts_at + timedelta(minutes=2)):
            for booking in bookings:
                _received(told, booking)


def _booked(told: Teller, slot: Slot, n: int) -> list[Booking]:
    """By themselves, and every third by the desk for somebody without a login."""
    wish = Wish(told.rng.choice(MATTERS), "三号楼一单元" if slot.mode == "door" else "")
    with clock.telling(slot.starts_at - timedelta(days=1, hours=2)):
        person = told.neighbours[n % len(told.neighbours)]
        found = [actions.book(slot, wish, by=person)]
        if n % 3 == 0 and slot.places > 1:
            visitor = Visitor(told.rng.choice(VISITORS), "")
            found.append(actions.book_for(slot, visitor, wish, by=told.desk))
    return found


def _received(told: Teller, booking: Booking) -> None:
    if told.rng.random() < 0.1:
        actions.mark_missed(booking, by=told.desk)
        return
    actions.mark_came(booking, by=told.desk)
    which = told.rng.randrange(len(OUTCOMES))
    booking = actions.finish_booking(booking, by=told.desk, outcome=OUTCOMES[which])
    if booking.resident is not None:
        score = told.rng.choices([5, 4, 3, 2], [6, 3, 1, 0.5])[0]
        remark = told.rng.choice(REMARKS)
        actions.rate_booking(booking, by=booking.resident, score=score, remark=remark)


def _coming(told: Teller, reception: Reception) -> None:
    """The resident has a time; the next one is full, and somebody waits."""
    slots = list(Slot.objects.coming(clock.now()).filter(reception=reception).whole()[:3])
    if len(slots) < 3:
        return
    actions.book(slots[0], Wish(MATTERS[0]), by=told.resident)
    for person in told.neighbours[: slots[1].places + 1]:
        actions.book(slots[1], Wish(told.rng.choice(MATTERS)), by=person)


def _held(told: Teller) -> None:
    for n, (kind, title, series, days, heads) in enumerate(HELD):
        station = told.stations[n % len(told.stations)]
        with told.ago(days + 9):
            one = _planned(told, station, kind, title, series, 9)
            one = actions.announce_activity(one, by=told.desk)
            for person in told.neighbours[: 3 + n]:
                actions.sign_up(one, by=person)
        with clock.telling(one.starts_at + timedelta(minutes=10)):
            for person in told.neighbours[: 2 + n]:
                actions.check_in(one, by=person)
        with clock.telling(one.ends_at):
            words = f"来了{heads}人，现场解答，没答完的登记后一周内回复。"
            actions.close_activity(one, by=told.desk, head_count=heads, summary=words)


def _planned(
    told: Teller, station: Station, kind: str, title: str, series: str, days: int,
    capacity: int | None = None,
) -> Activity:  # fmt: skip
    day = clock.today() + timedelta(days=days)
    starts_at = datetime.combine(day, time(14, 30), clock.local(clock.now()).tzinfo)
    invitation = Invitation(
        kind=kind, title=title, series=series, place=station.place, capacity=capacity,
        starts_at=starts_at, ends_at=starts_at + timedelta(hours=2),
        text="谁都可以来，不用带证件；有问题当场问。",
    )  # fmt: skip
    return actions.plan_activity(station, station.area, invitation, by=told.desk)


def _announced(told: Teller) -> None:
    for n, (kind, title, series, days, capacity) in enumerate(COMING):
        station = told.stations[n % len(told.stations)]
        one = _planned(told, station, kind, title, series, days, capacity)
        actions.announce_activity(one, by=told.desk)
        for person in [told.resident, *told.neighbours[:5]]:
            actions.sign_up(one, by=person)
    _planned(told, told.stations[0], "other", "年终座谈：明年办什么", "", 20)
