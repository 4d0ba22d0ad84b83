"""Beside the demo's topics: what a table found, a model case, a course, and seats that a whistle calls."""

from __future__ import annotations

from datetime import timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from consultations import actions
from consultations.actions import Saying
from consultations.models import Platform, Seat, SeatCall, Topic
from consultations.workflow.calls import CallAnswer
from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.home.demo.deliberating import Round

PROBLEMS = (
    "活动室下午五点关门，接孩子的老人六点才到。",
    "晚上没有值守的人，门禁卡只有两张。",
)
CASE = {
    "title": "六盏路灯点亮小公园",
    "background": "小公园晚上跳舞、散步的人多，台阶看不清，去年摔过两个人。附近居民点题，街道平台受理。",
    "steps": "三天内立项；召集人带居民夜里走了一遍，数出十一处暗角；协商会上城建、供电和居民代表一起定了六个灯位；"
    "住建局承诺一个月装好，工单全程可查。",
    "outcome": "六盏路灯提前四天通电。一个月后回头看，二十四位居民打分，平均四分以上。",
    "lesson": "先在夜里走一遍再开会。灯位由每天走这条路的人来定，部门只算电缆。",
}
COURSE = (
    "主持一场议事会",
    "怎么开场、怎么让不说话的人说话、怎么把争论写成一条建议。半天，有模拟练习。",
)


def show(told: Round) -> None:
    """Told by the actions, as the tables, the street's head and the seats would."""
    _found(told)
    _case(told)
    _course(told)
    _called(told)


def _found(told: Round) -> None:
    """The list of problems is what a table found on the spot."""
    topic = Topic.objects.get(title__startswith="老人活动室", state="studying")
    with told.ago(5):
        for body in PROBLEMS:
            actions.say(topic, Saying(told.id(), "problem", body), by=told.people["convenor"])


def _case(told: Round) -> None:
    topic = Topic.objects.filter(state="closed", platform=told.platforms[0]).order_by("pk")[0]
    with told.ago(60):
        case = actions.write_case(topic, by=told.people["convenor"], **CASE)
        case = actions.submit_case(case, by=told.people["convenor"])
    with told.ago(55):
        actions.review_case(
            case, by=told.people["streethead"], is_good=True, note="做法清楚，可以照着做。"
        )


def _course(told: Round) -> None:
    head = told.people["streethead"]
    title, about = COURSE
    with told.ago(50):
        course = actions.make_course(told.ground.first_street, by=head, title=title, about=about)
        begins = clock.now() + timedelta(days=20)
        held = actions.add_date(
            course, by=head, starts_at=begins, ends_at=begins + timedelta(hours=3),
            venue="街道二楼会议室", places=30,
        )  # fmt: skip
    with told.ago(29):
        actions.count_course(held, by=head, came=26)
    with told.ago(1):
        begins = clock.now() + timedelta(days=12)
        actions.add_date(
            course, by=head, starts_at=begins, ends_at=begins + timedelta(hours=3),
            venue="区委党校 203", places=40,
        )  # fmt: skip


def _called(told: Round) -> None:
    """The district's table is called to a consultation whistle wherever no nearer one is."""
    since = clock.today() - timedelta(days=300)
    district = told.ground.district
    table = Platform.objects.create(
        code="demo-sector", name=f"{district.name}界别协商平台", kind="sector", area=district,
        place="区政协三楼", founded_on=since, about="各界别委员，按议事哨报到",
    )  # fmt: skip
    for role, name in (
        *((one, one) for one in ("convenor", "screener", "recorder")),
        ("member", "member"),
    ):
        Seat.objects.create(
            platform=table, user=User.objects.get(username=name), role=role,
            period=DateRange(since, None),
        )  # fmt: skip
    actions.call_seats(by=None)
    call = SeatCall.objects.filter(seat__user=told.people["recorder"]).order_by("pk").first()
    if call is not None:
        actions.answer_call(call, by=told.people["recorder"], answer=CallAnswer.COMING)
