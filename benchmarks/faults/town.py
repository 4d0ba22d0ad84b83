"""The place of a run: eight grids, two departments, people with tokens, and limits of minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db.backends.postgresql.psycopg_any import DateRange

from govgrid.accounts import actions as accounts
from govgrid.accounts.models import Scope, User
from grids.models import WGS84, Area, AreaShape, Department, Level, Post
from tickets import rulebook
from tickets.models import Category
from tickets.workflow import ClockKind

SINCE = date(2020, 1, 1)
WEST, SOUTH, SIZE = 111.0, 30.0, 0.01
GRIDS, GRIDS_A_COMMUNITY = 8, 2
# Long enough that the three quarters and the end are two moments, short enough for a run.
LIMIT = "UM8"
ANY = (ClockKind.SIGN, ClockKind.RESOLVE, ClockKind.TRIAGE, ClockKind.VERIFY, ClockKind.CLOSE)
WHISTLES_ONLY = (ClockKind.REPORT_IN, ClockKind.MAKE_SAFE)
# What is filed, and who leads it; nobody: the street desk is asked.
CATEGORIES = {"0101": "housing", "0201": "urban", "0301": None}


@dataclass(frozen=True)
class Town:
    """Who may do what, by token."""

    workers: list[str]  # one a grid
    clerks: dict[str, str]  # by the category that their department leads
    officers: list[str]  # one a community

    def middle(self, grid: int) -> dict[str, float]:
        return {"lon": WEST + (grid + 0.5) * SIZE, "lat": SOUTH + SIZE / 2}

    def officer(self, grid: int) -> str:
        return self.officers[grid // GRIDS_A_COMMUNITY]


def build() -> Town:
    city = _area(None, Level.CITY, "4205", "Yichang")
    district = _area(city, Level.DISTRICT, "420506", "Yiling", letters="YL")
    street = _area(district, Level.STREET, "420506001", "Street")
    _hold("desk", "street_desk", email="desk@example.test", area=street)
    clerks = {}
    for code, name in CATEGORIES.items():
        category = _category(code)
        if name is not None:
            clerks[code] = _department(name, category, district)
    _limit()
    communities: list[Area] = []
    workers, officers = [], []
    for number in range(GRIDS):
        if number % GRIDS_A_COMMUNITY == 0:
            code = f"{street.code}{len(communities):03d}"
            communities.append(_area(street, Level.COMMUNITY, code, code, kind=Area.Kind.URBAN))
            officers.append(_hold(f"officer{number}", "community_officer", area=communities[-1]))
        workers.append(_hold(f"worker{number}", "grid_worker", area=_grid(communities[-1], number)))
    return Town(workers, clerks, officers)


def _area(parent: Area | None, level: Level, code: str, name: str, **more: Any) -> Area:
    one = Area.objects.create(
        code=code, name=name, level=level, parent=parent, valid_from=SINCE, **more
    )
    one.path = f"{parent.path if parent else ''}{one.pk}."
    one.save(update_fields=["path"])
    return one


def _grid(community: Area, number: int) -> Area:
    code = f"{community.code}{number:03d}"
    one = _area(community, Level.GRID, code, code, kind=Area.Kind.BASIC)
    west = WEST + number * SIZE
    box = Polygon.from_bbox((west, SOUTH, west + SIZE, SOUTH + SIZE))
    AreaShape.objects.create(area=one, level=one.level, boundary=MultiPolygon(box, srid=WGS84))
    return one


def _category(code: str) -> Category:
    return Category.objects.create(
        code=code, group_code=code[:2], group_zh="市政", group_zh_hant="市政", group_en="Utilities",
        name_zh=f"类别{code}", name_zh_hant=f"類別{code}", name_en=f"Category {code}",
        lead="住建局", resolve_limit="WD5",
    )  # fmt: skip


def _department(name: str, category: Category, district: Area) -> str:
    """With its rule; the token of its clerk. Only the first gets mail, which is enough of it."""
    one = Department.objects.create(
        code=name, name=name, short_name=name, kind=Department.Kind.BUREAU, area=district
    )
    rulebook.set_rule(by=None, category=category, area=district, department=one)
    email = "clerk@example.test" if name == "housing" else ""
    return _hold(f"{name}-clerk", "department_clerk", email=email, department=one)


def _hold(name: str, role: str, *, email: str = "", **place: Any) -> str:
    """A person with one post and a token."""
    user = User.objects.create(username=name, name=name, email=email, password="!")  # noqa: S106
    Post.objects.create(user=user, role=role, period=DateRange(SINCE, None), **place)
    scopes = [str(one) for one in Scope.values]
    return accounts.issue_token(user, by=user, name="phone", scopes=scopes, days=1)[1]


def _limit() -> None:
    scopes = [(kind, "any") for kind in ANY] + [(kind, "emergency") for kind in WHISTLES_ONLY]
    for kind, scope in scopes:
        rulebook.set_limit(by=None, kind=kind, scope=scope, limit=LIMIT, reason="A run is short.")
