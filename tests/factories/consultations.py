"""Platforms with somebody on every seat, and topics moved by the actions."""

from datetime import timedelta
from uuid import uuid4

import factory
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from factory.django import DjangoModelFactory

from consultations import actions
from consultations.actions import Raising
from consultations.models import (
    Attendance,
    Ballot,
    Commitment,
    Covenant,
    Opinion,
    Platform,
    Residency,
    Seat,
    Session,
    Topic,
)
from consultations.workflow import Capacity, SessionKind
from govgrid.core import clock
from tests.factories.accounts import UserFactory
from tests.factories.grids import SINCE


class PlatformFactory(DjangoModelFactory):
    class Meta:
        model = Platform

    code = factory.Sequence(lambda n: f"platform-{n}")
    name = factory.Sequence(lambda n: f"Platform {n}")
    kind = "community"
    founded_on = SINCE


class SeatFactory(DjangoModelFactory):
    class Meta:
        model = Seat

    user = factory.SubFactory(UserFactory)
    role = "member"
    period = DateRange(SINCE, None)


def sitting(platform: Platform, role: str, **user):
    """A person with one seat."""
    return SeatFactory(platform=platform, role=role, user=UserFactory(**user)).user


def raising(platform: Platform, **content) -> Raising:
    return Raising(
        **{
            "client_id": uuid4(),
            "platform": platform,
            "title": "校门口要不要装护栏",
            "body": "放学时车多人多，接送车停在哪里？",
            **content,
        }
    )


def raised(platform: Platform, *, by, **content) -> Topic:
    return actions.raise_topic(raising(platform, **content), by=by)[0]


def session(
    topic: Topic, *, by, kind: str = SessionKind.VISIT, ended: bool = True, **fields
) -> Session:
    """One that was held an hour ago, or begins tomorrow."""
    now = clock.now()
    begins = now - timedelta(hours=2) if ended else now + timedelta(days=1)
    return Session.objects.create(
        **{
            "platform": topic.platform,
            "topic": topic,
            "round": topic.round,
            "kind": kind,
            "title": "第一次现场",
            "venue": "学校门口",
            "starts_at": begins,
            "ends_at": begins + timedelta(hours=1),
            "called_by": by,
            **fields,
        }
    )


def came(session: Session, number: int, *, by, capacity: str = Capacity.RESIDENT) -> None:
    """So many of a capacity were there."""
    at = clock.now()
    Attendance.objects.bulk_create(
        Attendance(
            session=session, guest=f"guest {n}", capacity=capacity, entered_by=by,
            checked_in_at=at, via="list",
        )
        for n in range(number)
    )  # fmt: skip


def published(session: Session, *, by) -> Session:
    session.minutes, session.minutes_published_at, session.minutes_published_by = (
        "纪要",
        clock.now(),
        by,
    )
    session.save()
    return session


def suggestion(topic: Topic, *, by, body: str = "装护栏 60 米", **fields) -> Opinion:
    return Opinion.objects.create(
        topic=topic,
        kind="suggestion",
        body=body,
        author=by,
        client_id=uuid4(),
        serial=topic.opinions.count() + 1,
        round=topic.round,
        **fields,
    )


def said(
    topic: Topic, *, by, kind: str = "suggestion", body: str = "装护栏 60 米", **more
) -> Opinion:
    """Said by the action."""
    saying = actions.Saying(client_id=uuid4(), kind=kind, body=body, **more)
    return actions.say(topic, saying, by=by)[0]


def promised(topic: Topic, department, **fields) -> Commitment:
    return Commitment.objects.create(
        **{
            "topic": topic,
            "serial": topic.commitments.count() + 1,
            "round": topic.round,
            "text": "护栏 60 米，6 月 30 日前装完",
            "department": department,
            "answer_by": clock.now() + timedelta(days=3),
            **fields,
        }
    )


STUDY = {"study_plan": "两次现场，问卷一周", "affected": "营盘小学学生、家长和周边住户"}
CANNOT = {
    "verdict": "cannot",
    "verdict_code": "unlawful",
    "verdict_reason": "育才路是消防通道",
    "legal_basis": "道路交通安全法",
}
LATER = {
    "verdict": "later",
    "verdict_code": "money_gap",
    "verdict_reason": "缺资金",
    "must_change": "列入明年城建计划",
}
NOW = {"verdict": "now", "verdict_code": "funded", "verdict_reason": "预算已落实"}


def studying(platform: Platform, *, by, screener, **content) -> Topic:
    return actions.move(raised(platform, by=by, **content), "accept", by=screener, **STUDY)


def deliberating(platform: Platform, *, by, screener, convenor, **content) -> Topic:
    topic = studying(platform, by=by, screener=screener, **content)
    session(topic, by=convenor)
    return actions.move(topic, "convene", by=convenor, study_report="212 份问卷，八成赞成")


def talked(topic: Topic, *, by) -> Topic:
    """A meeting was held, with residents there and minutes out."""
    meeting = session(topic, by=by, kind=SessionKind.MEETING)
    came(meeting, 4, by=by)
    published(meeting, by=by)
    return topic


def called(topic: Topic | None, *, by, platform: Platform | None = None, **fields) -> Session:
    """A meeting in three weeks, called by the action."""
    begins = clock.now() + timedelta(days=21)
    call = actions.Call(
        **{
            "kind": SessionKind.MEETING,
            "title": "护栏怎么装",
            "starts_at": begins,
            "ends_at": begins + timedelta(hours=2),
            "venue": "营盘社区二楼",
            "topic": topic,
            **fields,
        }
    )
    return actions.call_session(platform or topic.platform, call, by=by)[0]


ASKED = (
    actions.Asked("one", "赞成装护栏吗", ("赞成", "都行", "反对")),
    actions.Asked("many", "担心什么", ("挡路", "花钱", "不好看"), most=2, is_needed=False),
    actions.Asked("scale", "接送时的安全"),
    actions.Asked("text", "还想说什么", is_needed=False),
)


def survey(topic: Topic, *, by, questions=ASKED) -> Session:
    """Open since an hour, for a week."""
    now = clock.now()
    one = called(topic, by=by, kind=SessionKind.SURVEY, venue="", title="网上问卷")
    actions.set_questions(one, questions, by=by)
    Session.objects.filter(pk=one.pk).update(
        starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=7)
    )
    one.refresh_from_db()
    return one


def begun(session: Session, *, ago: timedelta = timedelta(minutes=5)) -> Session:
    """The same, as it is a little after its beginning."""
    now = clock.now()
    Session.objects.filter(pk=session.pk).update(
        starts_at=now - ago, ends_at=now - ago + timedelta(hours=2)
    )
    session.refresh_from_db()
    return session


def asking(**content) -> actions.Asking:
    """A question that is open from in an hour on, for a week."""
    begins = clock.now() + timedelta(hours=1)
    return actions.Asking(
        **{
            "question": "同意装护栏吗",
            "options": ("同意", "不同意", "弃权"),
            "opens_at": begins,
            "closes_at": begins + timedelta(days=7),
            "quorum": "none",
            **content,
        }
    )


def ballot(platform: Platform, *, by, **content) -> Ballot:
    """A draft."""
    return actions.ask_ballot(platform, asking(**content), by=by)


def announced(platform: Platform, *, by, **content) -> Ballot:
    return actions.announce_ballot(ballot(platform, by=by, **content), by=by)


def living(area, household: str, *, by, user=None, **given) -> Residency:
    return actions.vouch(area, household, by=by, user=user, **given)


def moved_to(moment, shift_clock) -> None:
    shift_clock(seconds=(moment - timezone.now()).total_seconds())


def opened(ballot: Ballot, shift_clock) -> Ballot:
    """The same, a little after it has opened."""
    moved_to(ballot.opens_at + timedelta(minutes=5), shift_clock)
    actions.fire_ballots(by=None)
    ballot.refresh_from_db()
    return ballot


def closed(ballot: Ballot, shift_clock) -> Ballot:
    moved_to(ballot.closes_at + timedelta(minutes=5), shift_clock)
    actions.fire_ballots(by=None)
    ballot.refresh_from_db()
    return ballot


def covenant(platform: Platform, *, by, **content) -> Covenant:
    drafting = actions.Drafting(
        **{
            "kind": "residents",
            "title": "居民公约",
            "clauses": ("晚十点后不得喧哗", "楼道不得堆放杂物"),
            **content,
        }
    )
    return actions.draft_covenant(platform, drafting, by=by)
