"""What stands in an area, who helps there, and how many live there, as far as may be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from govgrid.core import panels
from govgrid.core.panels import Panel
from grids import places
from grids.models import AreaCount, Level, ServicePoint
from grids.serving.registers import formats_for

if TYPE_CHECKING:
    from django.http import HttpRequest

    from grids.models import Area

# A panel is a glance; the registers hold the rest.
MOST_CLASSES = 12
MOST_ROWS = 6
MOST_IN_SHORT = 4


def register() -> None:
    """Hang the panels into their place; called once at start-up."""
    panels.register("grids.area", what_stands)
    panels.register("grids.area", compounds)
    panels.register("grids.area", service_points)
    panels.register("grids.area", counts)
    panels.register("grids.sheet", in_short)


def what_stands(_request: HttpRequest, area: Area) -> Panel | None:
    """Facilities by class, with how many are not in order."""
    stands = places.what_stands_in(area)
    if stands is None:
        return None
    context = {
        "area": area,
        "stands": stands,
        "classes": stands.classes[:MOST_CLASSES],
        "more": len(stands.classes) - MOST_CLASSES,
    }
    return Panel("grids/_panel_facilities.html", context, rank=10)


def in_short(_request: HttpRequest, area: Area) -> Panel | None:
    """For a finger on the map: the classes that are most, and how much else there is."""
    if area.level < Level.STREET:
        return None
    stands = places.what_stands_in(area)
    context = {
        "area": area,
        "stands": stands,
        "classes": stands.classes[:MOST_IN_SHORT] if stands else [],
        "more": max(0, len(stands.classes) - MOST_IN_SHORT) if stands else 0,
        "compounds": places.compounds_of(area).count(),
        "points": ServicePoint.objects.beneath(area).standing().count(),
    }
    return Panel("grids/_sheet_places.html", context, rank=10)


def compounds(_request: HttpRequest, area: Area) -> Panel | None:
    if area.level < Level.STREET:
        return None
    found = list(places.compounds_of(area).defer("outline").order_by("code")[: MOST_ROWS + 1])
    if not found:
        return None
    context = {"area": area, "compounds": found[:MOST_ROWS], "is_more": len(found) > MOST_ROWS}
    return Panel("grids/_panel_compounds.html", context, rank=12)


def service_points(_request: HttpRequest, area: Area) -> Panel | None:
    """Who helps here and when, and how much of the area is within a quarter of an hour's walk."""
    if area.level < Level.STREET:
        return None
    rows = ServicePoint.objects.beneath(area).standing().order_by("code")
    found = list(rows[: MOST_ROWS + 1])
    context = {
        "area": area,
        "points": found[:MOST_ROWS],
        "is_more": len(found) > MOST_ROWS,
        "reached": places.reached(area),
        "is_grid": area.level == Level.GRID,
        "minutes": places.MINUTES,
        "metres": places.WALK_METRES,
        "speed": places.WALK_KMH,
        "detour": places.DETOUR,
    }
    return Panel("grids/_panel_service_points.html", context, rank=14)


def counts(request: HttpRequest, area: Area) -> Panel | None:
    """Numbers that somebody entered; from one to four no number is told."""
    order = AreaCount.Measure.values
    found = sorted(area.counts.all(), key=lambda one: order.index(one.measure))
    may_keep = request.user.has_perm("grids.keep_places", area)
    if not found and not may_keep:
        return None
    formats = formats_for("counts")
    context = {"area": area, "counts": found, "may_keep": may_keep, "formats": formats}
    return Panel("grids/_panel_counts.html", context, rank=16)
