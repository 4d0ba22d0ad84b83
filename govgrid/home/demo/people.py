"""Who works in the demo district. Names are put together from lists; nobody is meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.db.backends.postgresql.psycopg_any import DateRange

from govgrid.accounts import demo
from govgrid.accounts.models import User
from govgrid.core import clock
from govgrid.core.copying import reserve
from govgrid.home.demo.ground import Ground
from grids.models import Area, Department, Level, Post

SURNAMES = "陈王李张刘杨黄周吴徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶"
GIVEN = (
    "建平",
    "晓梅",
    "志远",
    "丽华",
    "明辉",
    "春燕",
    "文博",
    "雪琴",
    "国栋",
    "海霞",
    "俊杰",
    "玉兰",
)
DAYS_IN_POST = 400
VACANT = 0.025
UNUSABLE = "!demo"  # staff who are only seen, never signed in


class Seat(NamedTuple):
    """A person to be and the post to hold: over an area or in a department."""

    username: str
    name: str
    role: str
    area: Area | None = None
    department: Department | None = None


@dataclass
class Cast:
    """Who acts where: user ids by area id and by department id."""

    worker: dict[int, int] = field(default_factory=dict)
    officer: dict[int, int] = field(default_factory=dict)
    desk: dict[int, int] = field(default_factory=dict)
    head: dict[int, int] = field(default_factory=dict)
    clerk: dict[int, int] = field(default_factory=dict)


def demo_seats(ground: Ground) -> list[Seat]:
    """The logins of the demo, in the order in which the sign-in page shows them."""
    street, community, grid = ground.first_street, ground.first_community, ground.worker_grid
    housing, urban, power = (ground.departments[n] for n in ("住建局", "城管局", "供电公司"))
    district = ground.district
    return [
        Seat("worker", f"{grid.name}网格员", "grid_worker", grid),
        Seat("community", f"{community.name}干部", "community_officer", community),
        Seat("street", f"{street.name}受理台", "street_desk", street),
        Seat("streethead", f"{street.name}负责人", "street_head", street),
        Seat("department", "住建局经办", "department_clerk", None, housing),
        Seat("depthead", "住建局负责人", "department_head", None, housing),
        Seat("urban", "城管局经办", "department_clerk", None, urban),
        Seat("power", "供电公司经办", "department_clerk", None, power),
        Seat("command", "区指挥中心", "district_command", district),
        Seat("roster", "名册管理员", "roster_admin", district),
        Seat("convenor", "协商召集人", "convenor", street),
        Seat("screener", "议题审核员", "screener", street),
        Seat("recorder", "会议记录员", "recorder", street),
        Seat("member", "名册成员", "member", district),
        Seat("resident", f"{community.name}居民", "resident", community),
        Seat("auditor", "审计员", "auditor", district),
        # What one of them records for somebody another carries out.
        Seat("privacy", "个人信息保护负责人", "data_officer", district),
        Seat("privacy-second", "个人信息保护专员", "data_officer", district),
        Seat("admin", "系统管理员", "system_admin", district),
    ]


def staff_seats(ground: Ground, rng: Random) -> Iterator[Seat]:
    """Everybody else. One grid in forty has no worker: vacancies happen."""
    taken = {one.area or one.department for one in demo_seats(ground)}
    for grid in ground.of_level(Level.GRID):
        if rng.random() > VACANT and grid not in taken:
            yield Seat(f"grid-{grid.code}", _made_up(rng), "grid_worker", grid)
    for community in _others(ground.of_level(Level.COMMUNITY), taken):
        name = _made_up(rng)
        yield Seat(f"community-{community.code}", name, "community_officer", community)
    for street in _others(ground.of_level(Level.STREET), taken):
        yield Seat(f"desk-{street.code}", f"{street.name}受理台", "street_desk", street)
        yield Seat(f"head-{street.code}", f"{street.name}负责人", "street_head", street)
    for department in ground.departments.values():
        if department not in taken:
            name = f"{department.short_name}经办"
            yield Seat(f"clerk-{department.code}", name, "department_clerk", None, department)


def _others(areas: list[Area], taken: set[Area | Department | None]) -> list[Area]:
    return [area for area in areas if area not in taken]


def _made_up(rng: Random) -> str:
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


def seat(ground: Ground, seed: int) -> Cast:
    """Write users and posts, and say who acts where."""
    rng = Random(f"people {seed}")  # noqa: S311 names, no secret
    logins, staff = demo_seats(ground), list(staff_seats(ground, rng))
    # Argon2 is slow on purpose: once for all, since the password is public.
    password = make_password(demo.PASSWORD)
    users = [_user(one, password, is_demo=True) for one in logins]
    users += [_user(one, UNUSABLE, is_demo=False) for one in staff]
    for pk, user in zip(reserve(User, len(users)), users, strict=True):
        user.pk = pk
    User.objects.bulk_create(users, batch_size=1000)
    seats = list(zip([*logins, *staff], users, strict=True))
    period = DateRange(clock.today() - timedelta(days=DAYS_IN_POST), None)
    Post.objects.bulk_create(
        (
            Post(user=user, role=s.role, area=s.area, department=s.department, period=period)
            for s, user in seats
        ),
        batch_size=1000,
    )
    return _cast(seats)


def _user(one: Seat, password: str, *, is_demo: bool) -> User:
    is_admin = one.role == "system_admin"
    return User(
        username=one.username,
        name=one.name,
        password=password,
        is_demo=is_demo,
        is_staff=is_admin,
        is_superuser=is_admin,
    )


def _cast(seats: list[tuple[Seat, User]]) -> Cast:
    cast = Cast()
    by_role = {
        "grid_worker": cast.worker,
        "community_officer": cast.officer,
        "street_desk": cast.desk,
        "street_head": cast.head,
        "department_clerk": cast.clerk,
    }
    for one, user in seats:
        place = one.area or one.department
        if one.role in by_role and place is not None:
            by_role[one.role][place.pk] = user.pk
    return cast
