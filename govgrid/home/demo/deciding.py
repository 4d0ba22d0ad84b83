"""Who must respond, worked out in memory as ``tickets.routing`` does it in SQL.

Only for points well inside: whoever stands near a border is routed by the real thing. A test asks
the real thing about every ticket of the demo and compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from govgrid.home.demo.ground import Ground
from grids.models import Area, Department
from tickets.models import (
    FUNCTION_OF_NAME,
    Category,
    FunctionHolder,
    OfficeFunction,
    RoutingRule,
)

_COMMA = re.compile(r"[,，、;；]")


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
    offices: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.names = {area.pk: area for area in self.ground.areas.values()}
        everybody = [*self.ground.departments.values(), *self.ground.offices.values()]
        self.short_name = {one.pk: one.short_name for one in everybody}
        self.offices = {one.pk for one in self.ground.offices.values()}
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

    def decide(
        self, category: Category, place: Place, *, is_whistle: bool = False
    ) -> tuple[int | None, dict[str, Any]]:
        """The department that leads, if any, and why: what ``Ticket.routing`` keeps."""
        rule, is_drawn = self._rule(category.code, place)
        why: dict[str, Any] = {"outcome": "unresolved", "category": category.code}
        department = None
        if rule is not None:
            department = rule.department_id or self._holder(rule.function, category, place)
            area = self.names[rule.area_id]
            why |= {
                "rule": rule.code,
                "area": {"code": area.code, "name": area.name},
                "drawn": is_drawn,
                "any_category": False,
                "function": rule.function,
                "department": self.short_name[department] if department else None,
            }
        if is_whistle and (department is None or department in self.offices):
            department = self._named(category)
            why |= {"named": True, "department": self.short_name.get(department or 0)}
        return department, why | {"outcome": "dispatched" if department else "unresolved"}

    def _named(self, category: Category) -> int | None:
        """A whistle calls a department: the first of the category's duty list that is one."""
        for name in _COMMA.split(f"{category.lead},{category.helpers}"):
            one = self.ground.departments.get(name.strip())
            if one is not None and one.kind != Department.Kind.COMMAND:
                return one.pk
        return None

    def helpers(
        self, category: Category, place: Place, lead: int | None
    ) -> list[tuple[int, dict[str, Any]]]:
        """Who is proposed to help, each once: whom the category names, then who is drawn here."""
        found: dict[int, dict[str, Any]] = {}
        for department, why in self._named_or_drawn(category, place):
            if department is not None and department != lead:
                found.setdefault(department, why)
        return list(found.items())

    def _named_or_drawn(
        self, category: Category, place: Place
    ) -> Iterator[tuple[int | None, dict[str, Any]]]:
        for name in filter(None, map(str.strip, _COMMA.split(category.helpers))):
            why = {"by": "category", "name": name}
            if function := FUNCTION_OF_NAME.get(name):
                yield self._holder(function, category, place), why | {"function": str(function)}
            elif one := self.ground.departments.get(name):
                yield one.pk, why
        for (_code, piece), rule in self.drawn.items():
            if piece in place.pieces and _is_about(rule, category):
                one_id = rule.department_id or self._holder(rule.function, category, place)
                about = rule.category.names if rule.category else {}
                area = self.names[rule.area_id].name
                yield one_id, {"by": "drawn", "rule": rule.code, "area": area, "about": about}

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


def _is_about(rule: RoutingRule, category: Category) -> bool:
    return rule.category is None or rule.category.group_code == category.group_code
