"""Tickets are made as in life: filed, routed and moved by the actions."""

from uuid import uuid4

import factory
from factory.django import DjangoModelFactory

from govgrid.core import clock
from tests.factories.grids import Town
from tickets import actions
from tickets.actions import Asked, Filing
from tickets.models import Category, RoutingRule, Ticket
from tickets.queries import Spot
from tickets.workflow import WhistleKind


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"{n:04d}")
    group_code = factory.LazyAttribute(lambda one: one.code[:2])
    group_zh = group_zh_hant = "市政公用设施"
    group_en = "Utilities"
    name_zh = name_zh_hant = factory.Sequence(lambda n: f"井盖缺失破损{n}")
    name_en = factory.Sequence(lambda n: f"Manhole cover {n}")
    lead = "住建局"
    resolve_limit = "WD5"


class RuleFactory(DjangoModelFactory):
    class Meta:
        model = RoutingRule

    valid_from = factory.LazyFunction(clock.now)


def spot(lon: float, lat: float) -> Spot:
    return Spot(lon=lon, lat=lat, raw_lon=lon, raw_lat=lat, raw_crs="wgs84")


def filing(town: Town, *, grid: int = 0, category: Category | None = None, **content) -> Filing:
    """A valid report in the middle of a grid of ``town``."""
    place = spot(*town.middle(grid))
    return Filing(
        **{
            "client_id": uuid4(),
            "category": category or CategoryFactory(code="0101"),
            "spot": place,
            "description": "路口南侧，直径约 70 厘米",
            **content,
        }
    )


def filed(town: Town, *, by, grid: int = 0, **content) -> Ticket:
    return actions.file(filing(town, grid=grid, **content), by=by).ticket


def routed(town: Town, *, by, grid: int = 0, **content) -> Ticket:
    """Filed and given to 住建局 (a rule is made where there is none)."""
    category = content.setdefault("category", CategoryFactory(code="0101"))
    if not RoutingRule.objects.filter(category=category, area=town.district).exists():
        RuleFactory(category=category, area=town.district, department=town.housing)
    ticket = filed(town, by=by, grid=grid, **content)
    actions.route()
    ticket.refresh_from_db()
    return ticket


def whistled(town: Town, *, by, kind: str = "emergency", helpers=(), **content) -> Ticket:
    """A whistle, routed to 住建局 unless it waits for approval."""
    asked = Asked(
        WhistleKind(kind), tried="三方协调两次", missing_power="执法权", helpers=tuple(helpers)
    )
    return routed(town, by=by, whistle=asked, **content)
