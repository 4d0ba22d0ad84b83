"""The consultations of a whole city over a year: as many platforms, members, sessions and heads as asked.

Written in bulk, since a thousand seats told one by one take minutes; every constraint and trigger of
the tables holds for these rows as for all others. The same numbers and seed give the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from tqdm import tqdm

from consultations.actions.topics import NEXT
from consultations.models import (
    Attendance,
    Commitment,
    Platform,
    PlatformEvent,
    Seat,
    Serial,
    Session,
    Step,
    Topic,
)
from consultations.roles import NEEDED
from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.text import bigrams
from grids.models import Area, Compound, Department, Level

Row = TypeVar("Row")
KINDS = ("street", "community", "building", "workshop", "countryside", "sector")
MATTERS = (
    "停车",
    "充电桩",
    "加装电梯",
    "路灯",
    "护栏",
    "垃圾房",
    "健身场地",
    "公交站点",
    "食堂",
    "噪声",
)
CAPACITIES = ("resident", "resident", "owner", "business", "member", "department", "community")
PREFIX = "city-"
STAFF = "city.staff."
MEMBER = "city.member."
BATCH = 1000


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    platforms: int = 185
    members: int = 1200
    sessions: int = 450
    heads: int = 6400
    solved: int = 430
    owners: int = 277
    residents: int = 73


class City:
    """What is written, in the order in which it is needed."""

    def __init__(self, size: Size, seed: int, *, quiet: bool) -> None:
        self.size, self.quiet = size, quiet
        self.rng = Random(f"{seed} city")  # noqa: S311 nothing secret
        now = clock.now()
        self.today = clock.local(now).date()
        first = self.today.replace(month=1, day=1)
        # Within the year that runs, so that its sheet shows these figures.
        self.days = max((self.today - first).days, 1)
        self.since = first - timedelta(days=365)
        self.zone = clock.local(now).tzinfo

    def shown(self, rows: Iterable[Row], name: str, total: int) -> Iterator[Row]:
        yield from tqdm(rows, desc=name, total=total, unit="", disable=self.quiet or None)

    def moment(self, n: int, total: int, hour: int = 9) -> datetime:
        """Spread over the year so far; the last one before today."""
        day = self.today - timedelta(days=1 + (self.days - 1) * n // max(total, 1))
        return datetime.combine(day, time(hour), self.zone)

    # ── platforms and seats ───────────────────────────────────────────────────────────────────

    def found(self) -> list[Platform]:
        streets = list(Area.objects.in_force().filter(level=Level.STREET).order_by("code"))
        communities = list(Area.objects.in_force().filter(level=Level.COMMUNITY).order_by("code"))
        rows = []
        for n in self.shown(range(self.size.platforms), "platforms", self.size.platforms):
            kind = KINDS[n % len(KINDS)]
            places = streets if kind == "street" else communities
            area = places[n // len(KINDS) % len(places)]
            rows.append(
                self._table(f"{PREFIX}{n + 1:03d}", f"{area.name}协商平台{n + 1:03d}", kind, area)
            )
        taken = set(Platform.objects.filter(kind="residents").values_list("area", flat=True))
        free = [one for one in communities if one.pk not in taken][: self.size.residents]
        rows += [
            self._table(f"{PREFIX}r{n + 1:03d}", f"{one.name}居民协商议事会"[:60], "residents", one)
            for n, one in enumerate(free)
        ]
        rows += self._owners()
        Platform.objects.bulk_create(rows, BATCH)
        at = self.moment(0, 1)
        PlatformEvent.objects.bulk_create(
            (PlatformEvent(platform=one, verb="found", at=at) for one in rows), BATCH
        )
        return rows

    def _owners(self) -> list[Platform]:
        taken = set(Platform.objects.filter(kind="owners").values_list("compound", flat=True))
        compounds = Compound.objects.exclude(pk__in=[one for one in taken if one])
        found = compounds.select_related("community").order_by("code")[: self.size.owners]
        return [
            self._table(
                f"{PREFIX}o{n + 1:03d}",
                f"{one.name}业主协商议事会"[:60],
                "owners",
                one.community,
                one,
            )
            for n, one in enumerate(found)
        ]

    def _table(
        self, code: str, name: str, kind: str, area: Area, compound: Compound | None = None
    ) -> Platform:
        return Platform(
            code=code, name=name[:60], kind=kind, area=area, compound=compound, place="议事厅",
            about="有事好商量", founded_on=self.since,
        )  # fmt: skip

    def seat(self, platforms: list[Platform]) -> None:
        """One person for each needed seat, and the members spread over the platforms."""
        tables = platforms[: self.size.platforms] or platforms
        staff = self._people(STAFF, len(NEEDED) * len(platforms), "工作人员")
        members = self._people(MEMBER, self.size.members, "委员")
        period = DateRange(self.since, None)
        rows = [
            Seat(platform=one, user=staff[n * len(NEEDED) + k], role=role, period=period)
            for n, one in enumerate(platforms)
            for k, role in enumerate(NEEDED)
        ]
        rows += [
            Seat(platform=tables[n % len(tables)], user=one, role="member", period=period)
            for n, one in enumerate(self.shown(members, "seats", len(members)))
        ]
        Seat.objects.bulk_create(rows, BATCH)

    def _people(self, prefix: str, many: int, name: str) -> list[User]:
        """Accounts without a password: nobody signs in with them."""
        return User.objects.bulk_create(
            (
                User(username=f"{prefix}{n + 1:04d}", name=f"{name}{n + 1:04d}", password="!")  # noqa: S106 none
                for n in range(many)
            ),
            BATCH,
        )

    # ── topics and sessions ───────────────────────────────────────────────────────────────────

    def settle(self, platforms: list[Platform]) -> list[Topic]:
        """Topics that were carried out, looked back on and closed."""
        tables = platforms[: self.size.platforms] or platforms
        many = self.size.solved
        rows = [
            self._topic(n, tables[n % len(tables)], number)
            for n, number in enumerate(self.shown(self._numbers(many), "topics", many))
        ]
        Topic.objects.bulk_create(rows, BATCH)
        department = Department.objects.active().order_by("pk")[0]
        Step.objects.bulk_create((one for topic in rows for one in _story(topic)), BATCH)
        Commitment.objects.bulk_create((_kept(one, department) for one in rows), BATCH)
        return rows

    def _numbers(self, many: int) -> list[str]:
        """The next ones of the year, taken at once."""
        year = self.today.year
        if not many:
            return []
        with connection.cursor() as cursor:
            cursor.execute(NEXT, [year])
            first = cursor.fetchone()[0]
        Serial.objects.filter(year=year).update(last=first + many - 1)
        return [f"{year}-{first + n:05d}" for n in range(many)]

    def _topic(self, n: int, platform: Platform, number: str) -> Topic:
        matter = MATTERS[n % len(MATTERS)]
        title = f"{platform.area.name}{matter}问题"
        body = f"居民反映{matter}方面的问题，希望协商解决。"
        closed = self.moment(n, self.size.solved, 16)
        seat = User.objects.filter(username=f"{STAFF}0001")
        return Topic(
            number=number, client_id=self._id(), fingerprint="", platform=platform, area=platform.area,
            title=title[:60], body=body, entered_by=self._one(seat), raised_at=closed - timedelta(days=60),
            state="closed", step_since=closed, closed_at=closed, reported_at=closed - timedelta(days=35),
            verdict="now", verdict_code="funded", verdict_reason="属职权范围，经费已落实",
            result=f"{matter}问题已经解决。", words=bigrams(f"{title} {body}"),
        )  # fmt: skip

    _entered: User | None = None

    def _one(self, rows: Any) -> User:
        if self._entered is None:
            self._entered = rows.get()
        return self._entered

    def _id(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    def meet(self, platforms: list[Platform], topics: list[Topic]) -> list[Session]:
        """About the topics, and joint meetings about none for what is beyond them."""
        tables = platforms[: self.size.platforms] or platforms
        caller, rows = self._one(User.objects.filter(username=f"{STAFF}0001")), []
        for n in self.shown(range(self.size.sessions), "sessions", self.size.sessions):
            topic = topics[n] if n < len(topics) else None
            starts_at = self.moment(n, self.size.sessions)
            rows.append(
                Session(
                    platform=topic.platform if topic else tables[n % len(tables)], topic=topic,
                    kind="meeting" if topic else "joint", title="协商会" if topic else "联席会",
                    starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), venue="议事厅",
                    called_by=caller, called_at=starts_at - timedelta(days=8),
                )
            )  # fmt: skip
        Session.objects.bulk_create(rows, BATCH)
        self._fill(rows, caller)
        for one in rows:
            one.minutes, one.minutes_published_by = "情况通报，各方发言，形成意见。", caller
            one.minutes_published_at = one.ends_at + timedelta(days=1)
        names = ["minutes", "minutes_published_at", "minutes_published_by"]
        Session.objects.bulk_update(rows, names, BATCH)
        return rows

    def _fill(self, sessions: list[Session], by: User) -> None:
        """The heads, dealt out in turn: by capacity and without a name."""
        many = self.size.heads if sessions else 0
        Attendance.objects.bulk_create(
            (
                Attendance(
                    session=sessions[n % len(sessions)], guest="—", entered_by=by, via="list",
                    capacity=CAPACITIES[(n // len(sessions)) % len(CAPACITIES)],
                    signed_up_at=sessions[n % len(sessions)].starts_at,
                    checked_in_at=sessions[n % len(sessions)].starts_at,
                )
                for n in self.shown(range(many), "people", many)
            ),
            BATCH,
        )  # fmt: skip


def _story(topic: Topic) -> list[Step]:
    """The least that it tells: raised, taken up, settled, closed."""
    assert topic.closed_at is not None and topic.reported_at is not None, "closed"  # noqa: S101, PT018
    told = (
        ("raise", "", "raised", topic.raised_at),
        ("accept", "raised", "studying", topic.raised_at + timedelta(days=2)),
        ("convene", "studying", "deliberating", topic.raised_at + timedelta(days=8)),
        ("settle", "deliberating", "agreed", topic.raised_at + timedelta(days=14)),
        ("start", "agreed", "doing", topic.raised_at + timedelta(days=16)),
        ("report", "doing", "reported", topic.reported_at),
        ("look_back", "reported", "reviewing", topic.reported_at),
        ("close", "reviewing", "closed", topic.closed_at),
    )
    return [
        Step(topic=topic, verb=verb, before=before, after=after, at=at, is_public=bool(before))
        for verb, before, after, at in told
    ]


def _kept(topic: Topic, department: Department) -> Commitment:
    assert topic.closed_at is not None, "closed"  # noqa: S101
    return Commitment(
        topic=topic, serial=1, round=1, text=topic.result, department=department, state="done",
        offered_at=topic.raised_at, answer_by=topic.raised_at + timedelta(days=3),
        accepted_at=topic.raised_at + timedelta(days=2), due_on=clock.local(topic.closed_at).date(),
        # Within the year of its closing, whatever day that is.
        done_at=topic.closed_at, result=topic.result,
    )  # fmt: skip


def build(size: Size, seed: int, *, quiet: bool) -> City:
    """Write all of it; the caller has a transaction."""
    city = City(size, seed, quiet=quiet)
    platforms = city.found()
    city.seat(platforms)
    city.meet(platforms, city.settle(platforms))
    return city
