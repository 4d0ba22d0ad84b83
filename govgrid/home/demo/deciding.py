"""Who must respond, worked out in memory as ``tickets.routing`` does it in SQL.

Only for points well inside: whoever stands near a border is routed by the real thing. A test asks
the real thing about every ticket of the demo and compares.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from govgrid.home.demo.ground import Ground
from grids.models import Area
from tickets.models import Category, FunctionHolder, OfficeFunction, RoutingRule


@dataclass(frozen=True)
class Place:
    """A point and the areas it lies in, the grid first; ``pieces`` names the drawn ones."""

    lon: float
    lat: float
    areas: tuple[int, int, int, int, int]  # grid, community, street, district, city
    pieces: frozenset[str] = frozenset()

    @property
    def grid(self) -> int:
        return self.areas[0]

    @property
    def community(self) -> int:
        return self.areas[1]

    @property
    def street(self) -> int:
        return self.areas[2]


@dataclass
class Decider:
    ground: Ground
    names: dict[int, Area] = field(default_factory=dict)
    rules: dict[tuple[str, int], RoutingRule] = field(default_factory=dict)
    drawn: dict[tuple[str, str], RoutingRule] = field(default_factory=dict)
    holders: dict[tuple[str, int, int | None], int] = field(default_factory=dict)
    short_name: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.names = {area.pk: area for area in self.ground.areas.values()}
        everybody = [*self.ground.departments.values(), *self.ground.offices.values()]
        self.short_name = {one.pk: one.short_name for one in everybody}
        for rule in RoutingRule.objects.in_force().select_related("category").order_by("-pk"):
            code = rule.category.code if rule.category else ""
            if rule.shape is None:
                self.rules[code, rule.area_id] = rule
                continue
            for piece, outline in self.ground.pieces.items():
                if rule.shape.equals(outline):
                    self.drawn[code, piece] = rule
        for one in FunctionHolder.objects.all():
            self.holders[one.function, one.area_id, one.category_id] = one.department_id

    def decide(self, category: Category, place: Place) -> tuple[int | None, dict[str, Any]]:
        """The department that leads, if any, and why: what ``Ticket.routing`` keeps."""
        rule, is_drawn = self._rule(category.code, place)
        if rule is None:
            return None, {"outcome": "unresolved", "category": category.code}
        department = rule.department_id or self._holder(rule.function, category, place)
        area = self.names[rule.area_id]
        return department, {
            "outcome": "dispatched" if department else "unresolved",
            "category": category.code,
            "rule": rule.code,
            "area": {"code": area.code, "name": area.name},
            "drawn": is_drawn,
            "any_category": False,
            "function": rule.function,
            "department": self.short_name[department] if department else None,
        }

    def _rule(self, code: str, place: Place) -> tuple[RoutingRule | None, bool]:
        for piece in sorted(place.pieces):
            if (code, piece) in self.drawn:
                return self.drawn[code, piece], True
        found = (self.rules.get((code, area)) for area in place.areas)
        return next((rule for rule in found if rule), None), False

    def _holder(self, function: str, category: Category, place: Place) -> int | None:
        offices = {
            OfficeFunction.COMMUNITY_OFFICE: place.community,
            OfficeFunction.STREET_OFFICE: place.street,
        }
        if function in offices:
            return self.ground.offices[offices[OfficeFunction(function)]].pk
        for about in (category.pk, None):
            for area in place.areas:
                if (function, area, about) in self.holders:
                    return self.holders[function, area, about]
        return None
