"""Before a report or a whistle is sent: who would lead, who could help and why, and by when."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib.gis.geos import Point
from django.db.models import Q

from govgrid.core import clock
from govgrid.worktime.queries import calendar
from grids import scoping
from grids.models import WGS84, Area, Department, Level
from grids.queries import Named, locate
from tickets import queries, reckoning, routing
from tickets.limits import Limits
from tickets.models import (
    FUNCTION_OF_NAME,
    Assignment,
    Clock,
    FunctionHolder,
    OfficeFunction,
    RoutingRule,
    Ticket,
)
from tickets.routing import Supposed
from tickets.workflow import TERMS, ClockKind, State, WhistleKind, wanted

if TYPE_CHECKING:
    from govgrid.accounts.models import User
    from tickets.models import Category
    from tickets.queries import Spot

# A place has some thirty; a form shows no more than it can.
MOST_DEPARTMENTS = 200
# As the category table parts its names.
_COMMA = re.compile(r"[,，、;；]")
Why = dict[str, Any]


@dataclass(frozen=True)
class Proposed:
    """A helper and the reason as it will be kept; nobody is known here where there is no
    ``department``."""

    name: str
    why: Why
    department: Department | None


@dataclass(frozen=True)
class Prospect:
    """What would become of ``ticket``, which is not saved, if it were sent now."""

    ticket: Ticket
    by: User

    @property
    def kind(self) -> str:
        return self.ticket.whistle_kind

    @property
    def lead(self) -> str:
        """The name of the department that would lead; empty when a person would decide."""
        return str(self.ticket.routing["department"]) if self.lead_id else ""

    @property
    def lead_id(self) -> int | None:
        return self.ticket.lead_department_id

    @cached_property
    def serving(self) -> list[Department]:
        """Who works for this place."""
        return list(queries.departments_for(self.ticket)[:MOST_DEPARTMENTS])

    @cached_property
    def helpers(self) -> list[Proposed]:
        """Each once, and never the lead: whom the category names first, then who is drawn here."""
        found: dict[object, Proposed] = {}
        for one in _named_or_drawn(self.ticket, self.serving):
            known = one.department.pk if one.department else one.name
            if known != self.lead_id:
                found.setdefault(known, one)
        return list(found.values())

    @cached_property
    def others(self) -> list[Department]:
        """Who could be asked to help as well, though nothing proposes him."""
        named = {one.department.pk for one in self.helpers if one.department} | {self.lead_id}
        return [one for one in self.serving if one.pk not in named]

    @property
    def approver(self) -> str:
        """The permission that it waits for; empty when it goes out at once."""
        needed = TERMS[WhistleKind(self.kind)].approve if self.kind else ""
        return "" if needed and scoping.covers(self.by, needed, self.ticket.place) else needed

    @cached_property
    def clocks(self) -> list[Clock]:
        """What would run for the lead from this moment on, in the order of the steps."""
        return _clocks(self.ticket)

    def why_of(self, department: Department) -> Why:
        """Why this helper: the proposal's reason, or the author's own choice."""
        same = (one.why for one in self.helpers if one.department == department)
        return next(same, {"by": "author"})


def prospect(ticket: Ticket, kind: str, *, by: User) -> Prospect:
    """The prospect of a ticket, saved or not, as a report (no kind) or as a whistle."""
    imagined = copy.copy(ticket)
    imagined.kind = Ticket.Kind.WHISTLE if kind else Ticket.Kind.REPORT
    imagined.whistle_kind, imagined.state = kind, State.DISPATCHED
    decision = routing.suppose(Supposed.of(imagined))
    imagined.routing, imagined.lead_department_id = decision.why, decision.department_id
    return Prospect(imagined, by)


def imagine(category: Category, spot: Spot) -> Ticket | None:
    """The ticket that a report would make, not saved; None off the map."""
    line = _line(spot)
    if line is None:
        return None
    areas = {
        name: Area(id=one.id, code=one.code, name=one.name, level=level)
        for (name, level), one in zip(queries.PLACES.items(), line, strict=True)
    }
    return Ticket(category=category, point=_point(spot), **areas)


def _point(spot: Spot) -> Point | None:
    return None if spot.lon is None else Point(spot.lon, spot.lat, srid=WGS84)


def _line(spot: Spot) -> list[Named] | None:
    """Grid, community, street, district."""
    if spot.lon is not None and spot.lat is not None:
        found = locate(spot.lon, spot.lat)
        return [found.grid, found.community, found.street, found.district] if found else None
    grid = (
        Area.objects.in_force()
        .filter(code=spot.grid, level=Level.GRID)
        .select_related("parent__parent__parent")
        .first()
    )
    line = []
    while grid is not None and grid.level >= Level.DISTRICT:
        line.append(Named(grid.pk, grid.code, grid.name))
        grid = grid.parent if grid.level > Level.DISTRICT else None
    return line or None


# ── helpers ───────────────────────────────────────────────────────────────────────────────────


def _named_or_drawn(ticket: Ticket, serving: list[Department]) -> Iterator[Proposed]:
    names = [one.strip() for one in _COMMA.split(ticket.category.helpers) if one.strip()]
    drawn = _drawn(ticket)
    functions = {FUNCTION_OF_NAME[name] for name in names if name in FUNCTION_OF_NAME}
    functions |= {OfficeFunction(rule.function) for rule in drawn if rule.function}
    known = _Known(ticket, serving, _holders(ticket, functions))
    for name in names:
        why: Why = {"by": "category", "name": name}
        function = FUNCTION_OF_NAME.get(name)
        if function:
            why["function"] = str(function)
        yield Proposed(name, why, known.holder(function) if function else known.by_name(name))
    for rule in drawn:
        department = known.holder(rule.function) or known.by_id(rule.department_id)
        if department is not None:
            about = rule.category.names if rule.category else {}
            why = {"by": "drawn", "rule": rule.code, "area": rule.area.name, "about": about}
            yield Proposed(department.short_name, why, department)


def _drawn(ticket: Ticket) -> list[RoutingRule]:
    """Pieces drawn on the map over this point, for this kind of thing or for any."""
    if ticket.point is None:
        return []
    rules = RoutingRule.objects.in_force().filter(shape__covers=ticket.point)
    about = Q(category=None) | Q(category__group_code=ticket.category.group_code)
    return list(
        rules.filter(about).select_related("category", "area").defer("shape").order_by("pk")
    )


def _holders(ticket: Ticket, functions: Iterable[str]) -> dict[str, int]:
    """Department ids by function: for this category before any, for a deeper area before."""
    wanted_here = set(functions) - {OfficeFunction.COMMUNITY_OFFICE, OfficeFunction.STREET_OFFICE}
    if not wanted_here:
        return {}
    above = Area.objects.filter(pk=ticket.district_id).values("parent")
    rows = FunctionHolder.objects.filter(
        Q(area__in=ticket.place.values()) | Q(area__in=above),
        Q(category=ticket.category_id) | Q(category=None),
        function__in=wanted_here,
    ).select_related("area")
    # The last one written stands.
    ranked = sorted(rows, key=lambda one: (one.category_id is not None, one.area.level, -one.pk))
    return {one.function: one.department_id for one in ranked}


@dataclass(frozen=True)
class _Known:
    """Who is who at this place, among those that work for it."""

    ticket: Ticket
    serving: list[Department]
    holders: dict[str, int]

    def by_id(self, department_id: int | None) -> Department | None:
        return next((one for one in self.serving if one.pk == department_id), None)

    def by_name(self, name: str) -> Department | None:
        """The deepest of that name: a street's own before the district's."""
        same = [one for one in self.serving if one.short_name == name]
        return same[-1] if same else None

    def holder(self, function: str) -> Department | None:
        office_of = {
            OfficeFunction.COMMUNITY_OFFICE: self.ticket.community_id,
            OfficeFunction.STREET_OFFICE: self.ticket.street_id,
        }
        if function in office_of:
            area = office_of[OfficeFunction(function)]
            offices = (one for one in self.serving if one.kind == Department.Kind.OFFICE)
            return next((one for one in offices if one.area_id == area), None)
        return self.by_id(self.holders.get(function))


# ── limits ────────────────────────────────────────────────────────────────────────────────────


def _clocks(ticket: Ticket) -> list[Clock]:
    lead = Assignment(role=Assignment.Role.LEAD)
    asked = {kind for _owner, kind, *_milestone in wanted(ticket, [lead])}
    limits, days = Limits.load(), calendar(ticket.district.code)
    at = clock.now().replace(microsecond=0)
    found = []
    for kind in (one for one in ClockKind if one in asked):
        allowed = limits.of(kind, ticket)
        if allowed is None:
            continue
        told = reckoning.reckon(days, at, allowed.limit)
        one = Clock(
            kind=kind, limit=allowed.limit, basis=allowed.basis, started_at=at, **told._asdict()
        )
        # As queries.clocks_of brings it along, for the words.
        one.district_code = ticket.district.code  # type: ignore[attr-defined]
        found.append(one)
    return found
