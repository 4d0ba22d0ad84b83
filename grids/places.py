"""Reads over the registers of places: what is near a point, what stands in an area, who is reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point, Polygon
from django.contrib.gis.measure import D
from django.db import connection
from django.db.models import Count, Q, Subquery

from govgrid.core import clock
from grids.models import WGS84, Area, AreaShape, Compound, Facility, Level, ServicePoint

if TYPE_CHECKING:
    from django.db.models import QuerySet

# What is offered for a pin that is put by eye.
NEAR_METRES = 50
NEAR_MOST = 6
# Who looks for help walks or rides; beyond that he asks his community.
SERVICE_METRES = 3000
SERVICE_MOST = 3

# Fifteen minutes at 4.5 km/h, and a way that is 1.3 times as long as the straight line: what a
# grown person walks in a town. Written on the page beside the figure.
MINUTES = 15
WALK_KMH = 4.5
DETOUR = 1.3
WALK_METRES = round(MINUTES / 60 * WALK_KMH * 1000 / DETOUR)
# Circles are put together for a street at most; a district has thousands.
MOST_POINTS = 400

# A box of so many degrees holds the circle anywhere south of 60° north.
DEGREES_A_METRE = 1 / 55_600

# The circle is laid round the point in metres and cut with the outline in degrees. The box comes
# first, by the index. Circles of 32 sides are 0.6 % too small, less than the assumption.
REACHED = """
    WITH here AS (SELECT boundary, ST_PointOnSurface(boundary) AS middle
                  FROM grids_areashape WHERE area_id = %(area)s),
    near AS (
        SELECT p.point FROM grids_servicepoint p, here
        WHERE p.point && ST_Expand(here.boundary::box2d::geometry, %(box)s)
          AND (p.retired_on IS NULL OR p.retired_on > %(on)s)
        LIMIT %(most)s
    ),
    circles AS (
        SELECT ST_Union(ST_SetSRID(ST_Buffer(point::geography, %(metres)s, 8)::geometry, 4326)) AS walk
        FROM near
    )
    SELECT coalesce(ST_Area(ST_Intersection(boundary, walk)) / nullif(ST_Area(boundary), 0), 0),
           EXISTS (SELECT 1 FROM near
                   WHERE ST_DWithin(near.point::geography, here.middle::geography, %(metres)s)),
           (SELECT count(*) FROM near)
    FROM here, circles
"""


@dataclass(frozen=True)
class Reached:
    """How much of an area lies within a quarter of an hour's walk of a service point."""

    percent: int
    has_middle: bool


@dataclass(frozen=True)
class Standing:
    """How many facilities of one class stand somewhere, and how many of them are in what state."""

    name: str
    code: str
    number: int
    damaged: int
    missing: int
    off: int

    @property
    def wrong(self) -> int:
        return self.damaged + self.missing + self.off

    @property
    def is_in_order(self) -> bool:
        return self.wrong == 0


class Stands(NamedTuple):
    """What stands in an area, by class; and in all."""

    classes: list[Standing]
    number: int
    wrong: int


def facilities_near(lon: float, lat: float) -> QuerySet[Facility]:
    """What stands within 50 m of a WGS-84 point, the nearest first, each with its ``metres``."""
    return _near(Facility.objects.standing(), lon, lat, NEAR_METRES).select_related(
        "facility_class"
    )[:NEAR_MOST]


def nearest_service_points(lon: float, lat: float) -> QuerySet[ServicePoint]:
    """The nearest three within 3 km, each with hours and ``metres``; names no person."""
    return _near(ServicePoint.objects.standing(), lon, lat, SERVICE_METRES)[:SERVICE_MOST]


def _near(rows: QuerySet, lon: float, lat: float, metres: int) -> QuerySet:
    """Rows within ``metres`` of a point. The box lets the index answer, then it is measured."""
    point = Point(lon, lat, srid=WGS84)
    half = metres * DEGREES_A_METRE
    box = Polygon.from_bbox((lon - half, lat - half, lon + half, lat + half))
    box.srid = WGS84
    within = rows.filter(point__bboverlaps=box, point__distance_lte=(point, D(m=metres)))
    return within.annotate(metres=Distance("point", point)).order_by("metres", "pk")


def what_stands_in(area: Area) -> Stands | None:
    """The facilities of an area by class, what is not in order told apart; one statement.

    None for a district and above: too many to count for a page.
    """
    if area.level < Level.STREET:
        return None
    bad = {state: Count("pk", filter=Q(state=state)) for state in ("damaged", "missing", "off")}
    found = (
        Facility.objects.beneath(area)
        .standing()
        .values_list("facility_class__name", "facility_class__major", "facility_class__minor")
        .annotate(number=Count("pk"), **bad)
        .order_by("-number", "facility_class__major", "facility_class__minor")
    )
    classes = [
        Standing(name, f"{major}{minor}", *numbers) for name, major, minor, *numbers in found
    ]
    wrong = sum(one.wrong for one in classes)
    return Stands(classes, sum(one.number for one in classes), wrong)


def compounds_of(area: Area) -> QuerySet[Compound]:
    """What lies in an area: a community's by its key, a grid's by where the point lies."""
    if area.level == Level.GRID:
        outline = AreaShape.objects.filter(area=area).values("boundary")
        near = Compound.objects.filter(community=area.parent_id)
        return near.standing().filter(point__coveredby=Subquery(outline))
    return Compound.objects.beneath(area).standing()


def reached(area: Area) -> Reached | None:
    """The quarter-hour's circles over an area; None without an outline or for a large one."""
    if area.level < Level.STREET:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            REACHED,
            {
                "area": area.pk,
                "on": clock.today(),
                "metres": WALK_METRES,
                "box": WALK_METRES * DEGREES_A_METRE,
                "most": MOST_POINTS,
            },
        )
        row = cursor.fetchone()
    if row is None or row[2] >= MOST_POINTS:
        return None
    return Reached(round(100 * row[0]), row[1])
