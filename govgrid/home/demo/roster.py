"""The demo's roster: 896 made-up members, a call that is open, one that is over, and who was asked.

Members come in bulk, for nobody waits for nine hundred consents one by one; the constraints hold
as always. What is under way is told by the actions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from django.db import connection

import members
from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.copying import reserve
from govgrid.home.demo.ground import Ground
from govgrid.privacy import crypto
from govgrid.privacy.actions import publish_notice
from govgrid.privacy.models import Consent, ImpactAssessment, Notice
from grids.models import Area, Level
from members import actions, names, specialties
from members.actions import Call, Joining
from members.invitesheet import Invitee
from members.models import Batch, Member, MemberEvent, Sealed, Specialty, Station
from members.workflow.joining import REVIEWED_AFTER, Verb
from members.workflow.roster import MemberState, Purpose

MEMBERS = 896
PAUSED = 12
INVITED = 37
APPLIED = 6
UNUSABLE = "!demo"
SURNAMES = "丁王毛方邓叶田白冯朱刘许孙杜李杨肖吴何汪沈宋张陈周郑赵胡段秦袁夏徐高郭唐黄曹崔彭韩程曾谢蔡谭熊潘薛戴魏"
FIRST = "建志春晓文国海玉俊明丽雪思嘉宏立永新德秀"
SECOND = "平远燕梅博栋霞兰杰辉华琴云宁涛军芳强敏成"
ORGANISATIONS = {
    "law": ("某律师事务所", "律师"), "care": ("社区服务中心", "医师"), "build": ("某工程公司", "工程师"),
    "money": ("某会计师事务所", "会计师"), "learn": ("某中学", "教师"), "digital": ("某软件企业", "技术负责人"),
    "culture": ("区书画院", "会员"), "food": ("餐饮协会", "理事"),
}  # fmt: skip
OFFERS = (
    "每月四小时，晚上可以。",
    "接待日到站点。",
    "周末上门看看。",
    "电话里先说清楚，再约时间。",
    "",
)
NOTICES = Path(members.__file__).parent / "data" / "notices.json"
CRITERIA = "看专长是否对口、每月能来几次、离站点远近；同等条件先到先得。每人的决定都写理由。"


@dataclass(frozen=True)
class Ready:
    """What members are made from."""

    areas: list[Area]
    stations: list[Station]
    leaves: list[Specialty]
    notices: dict[str, Notice]
    rng: Random
    now: datetime


def enrol(ground: Ground, seed: int) -> None:
    """After the stations, so that members find one; before needs and bookings."""
    keeper = User.objects.get(username="roster")
    specialties.load()
    _notices()
    _assess(keeper)
    ready = Ready(
        [*ground.of_level(Level.COMMUNITY), *ground.of_level(Level.STREET)],
        list(Station.objects.open().select_related("area").order_by("pk")),
        list(Specialty.objects.filter(parent__isnull=False).order_by("code")),
        {one.key: one for one in Notice.objects.newest().filter(key__in=list(Purpose))},
        Random(f"roster {seed}"),  # noqa: S311 names, no secret
        clock.now(),
    )
    over = _batch_that_is_over(ground.district, keeper, ready.now)
    _members(ready, over)
    _under_way(ground, keeper, ready)


def _notices() -> None:
    """Migrating has written them; where somebody emptied the tables they are written again."""
    for said in json.loads(NOTICES.read_text()):
        if not Notice.objects.filter(key=said["key"]).exists():
            published = None if said["is_sensitive"] else clock.now()
            Notice.objects.create(version=1, published_at=published, **said)


def _assess(keeper: User) -> None:
    """As the office would have signed it; made up like everything here."""
    today = clock.today()
    for scope in ("members", str(Purpose.AFFILIATION)):
        ImpactAssessment.objects.get_or_create(
            scope=scope,
            signed_on=today - timedelta(days=620),
            defaults={
                "signed_by_name": "区统战部办公室（演示）",
                "document_hash": "0" * 64,
                "review_on": today + timedelta(days=365),
            },
        )
    for notice in Notice.objects.filter(key=Purpose.AFFILIATION, published_at=None):
        publish_notice(notice, by=None)


def _batch_that_is_over(area: Area, keeper: User, now: datetime) -> Batch:
    return Batch.objects.create(
        title="第一批：法律和调解", area=area, criteria=CRITERIA, places=40,
        opens_at=now - timedelta(days=200), closes_at=now - timedelta(days=170), made_by=keeper,
    )  # fmt: skip


# ── members in bulk ───────────────────────────────────────────────────────────────────────────


def _members(ready: Ready, batch: Batch) -> None:
    users = [User.objects.get(username="member"), *_users(ready)]
    members = [_member(ready, n, user, batch) for n, user in enumerate(users)]
    consents = list(_consents(ready, members))
    Consent.objects.bulk_create(consents, batch_size=2000)
    held = {one.user_id: one for one in consents if one.purpose_key == Purpose.ROSTER}
    for member in members:
        member.consent = held[member.user_id]
    chosen = _chosen(ready, members)
    Member.objects.bulk_create(members, batch_size=1000)
    through = Member.specialties.through
    through.objects.bulk_create(
        through(member_id=member.pk, specialty_id=one.pk)
        for member, some in zip(members, chosen, strict=True)
        for one in some
    )
    Sealed.objects.bulk_create(list(_sealed(members)), batch_size=1000)
    MemberEvent.objects.bulk_create(
        (
            MemberEvent(member=one, verb=Verb.JOINED, fields=["roster"], by=one.user,
                        at=one.applied_at)
            for one in members
        ),
        batch_size=1000,
    )  # fmt: skip


def _users(ready: Ready) -> list[User]:
    found = []
    for n, pk in enumerate(reserve(User, MEMBERS - 1), start=1):
        name = f"{ready.rng.choice(SURNAMES)}{ready.rng.choice(FIRST)}{ready.rng.choice(SECOND)}"
        found.append(User(pk=pk, username=f"demo-member-{n:03d}", name=name, password=UNUSABLE))
    return User.objects.bulk_create(found, batch_size=1000)


def _member(ready: Ready, n: int, user: User, batch: Batch) -> Member:
    rng = ready.rng
    # The oldest forty are about to be asked again.
    days = rng.randint(702, 725) if n % 22 == 5 else rng.randint(3, 690)
    joined = ready.now - timedelta(days=days, minutes=rng.randint(0, 600))
    station = rng.choice(ready.stations) if ready.stations and rng.random() < 0.7 else None
    name = user.name if n else "曾志远"
    state = MemberState.PAUSED if 0 < n <= PAUSED else MemberState.ACTIVE
    return Member(
        user=user, serial="", name=name, pinyin=names.spelt(name),
        display_name=f"{names.surname_of(name)}{rng.choice(('老师', '师傅', '医生', '律师'))}",
        area=station.area if station else rng.choice(ready.areas), station=station,
        offer=rng.choice(OFFERS), state=state,
        is_listed=state == MemberState.ACTIVE and rng.random() < 0.6,
        batch=batch if 160 < days < 200 and n % 3 == 0 else None, applied_at=joined,
        review_on=(joined + REVIEWED_AFTER).date(), welcomes_visits=rng.random() < 0.2,
        work_phone=f"0717-78{rng.randint(10000, 99999)}" if rng.random() < 0.5 else "",
    )  # fmt: skip


def _consents(ready: Ready, members: list[Member]) -> Iterator[Consent]:
    for serial, pk, member in zip(
        _serials(len(members)), reserve(Member, len(members)), members, strict=True
    ):
        member.pk, member.serial = pk, serial
        keys = [Purpose.ROSTER, *([Purpose.LISTED] if member.is_listed else [])]
        keys += [one for one in (Purpose.CONTACT, Purpose.PHOTOS) if ready.rng.random() < 0.4]
        for key in keys:
            yield Consent(
                notice=ready.notices[key], purpose_key=key, user=member.user,
                channel=Consent.Channel.SITE, given_at=member.applied_at, recorded_by=member.user,
            )  # fmt: skip


def _serials(count: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('members_member_serial') FROM generate_series(1, %s)", [count]
        )
        return [f"R{row[0]:06d}" for row in cursor.fetchall()]


def _chosen(ready: Ready, members: list[Member]) -> list[list[Specialty]]:
    """What each is good at, and the organisation that goes with it."""
    found = []
    for n, member in enumerate(members):
        chosen = ready.rng.sample(ready.leaves, ready.rng.choice((1, 1, 2)))
        if n == 0:
            chosen = [one for one in ready.leaves if one.code in {"law-contract", "law-mediation"}]
        branch = chosen[0].code.partition("-")[0]
        member.organisation, member.public_post = ORGANISATIONS[branch]
        found.append(chosen)
    return found


def _sealed(members: list[Member]) -> Iterator[Sealed]:
    """One in three left a number; no such numbers are given out."""
    for n, member in enumerate(members):
        if n % 3 == 0:
            phone = f"1000000{n:04d}"
            yield Sealed(
                member=member, phone=phone, phone_index=crypto.blind(phone, "members.Sealed.phone")
            )


# ── what is under way ─────────────────────────────────────────────────────────────────────────


def _under_way(ground: Ground, keeper: User, ready: Ready) -> None:
    district = ground.district
    call = Call(
        "第二批：电梯、消防和手机课", CRITERIA, 20, ready.now + timedelta(days=14),
        [one for one in ready.leaves if one.code in {"build-lift", "build-fire", "digital-phone"}],
    )  # fmt: skip
    batch = actions.open_batch(call, area=district, by=keeper)
    people = [Invitee(f"受邀{n:02d}", f"1010000{n:04d}") for n in range(INVITED)]
    actions.invite(people, area=district, by=keeper)
    applicants = _applicants(ready)
    for n, user in enumerate(applicants):
        given = Joining(
            name=user.name, is_grown_up=True, offer="周末可以来。",
            agreed={str(Purpose.ROSTER): ready.notices[Purpose.ROSTER].pk},
            specialties=[ready.rng.choice(ready.leaves)],
        )  # fmt: skip
        member = actions.apply(given, area=ready.rng.choice(ready.areas), by=user, batch=batch)
        if n == 0:
            actions.decide(
                member, taken=False, reason="这一批要的专长不同，欢迎下一批。", by=keeper
            )


def _applicants(ready: Ready) -> list[User]:
    found = [
        User(
            username=f"demo-applicant-{n}", password=UNUSABLE,
            name=f"{ready.rng.choice(SURNAMES)}{ready.rng.choice(FIRST)}{ready.rng.choice(SECOND)}",
        )
        for n in range(APPLIED)
    ]  # fmt: skip
    return User.objects.bulk_create(found)
