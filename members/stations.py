"""Places as they are read: near a point, with how many serve there and how many came."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.db.models import Count, F, Q, Sum

from govgrid.core import clock
from grids.models import WGS84
from members.models import Liaison, Station, StationCheck, VisitCount
from members.workflow.network import StationKind
from members.workflow.units import HAVE_WORDS, Quarter, VisitKind

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.functional import Promise


class StationRow(NamedTuple):
    station: Station
    serving: int
    metres: int | None
    # On the map; none where nobody knows where it is.
    nth: int | None


class Have(NamedTuple):
    label: str | Promise
    is_there: bool


class Came(NamedTuple):
    """How many came in a quarter, and what for."""

    quarter: str
    label: str | Promise
    number: int


def open_on(day: date) -> Q:
    return (Q(closed_on=None) | Q(closed_on__gt=day)) & Q(opened_on__lte=day)


def near(stations: QuerySet[Station], lon: float, lat: float) -> QuerySet[Station]:
    """The nearest first; those of which nobody knows where they are are left out."""
    point = Point(lon, lat, srid=WGS84)
    found = stations.filter(location__isnull=False).annotate(away=Distance("location", point))
    return found.order_by("away", "pk")


def rows(stations: Iterable[Station]) -> list[StationRow]:
    """Each with how many serve there. One statement."""
    found = list(stations)
    serving = dict(
        Liaison.objects.held_on()
        .filter(station__in=[one.pk for one in found], user__is_active=True)
        .order_by()
        .values_list("station")
        .annotate(many=Count("user", distinct=True))
    )
    numbers = count(1)
    return [
        StationRow(
            one,
            serving.get(one.pk, 0),
            round(one.away.m) if hasattr(one, "away") else None,
            next(numbers) if one.location else None,
        )
        for one in found
    ]


def dots(rows: Iterable[StationRow]) -> str:
    """Where those of a list are, for the map, which numbers them as the list does."""
    points = [row.station.location for row in rows]
    return ";".join(f"{one.x!r},{one.y!r}" for one in points if one)


def kinds(stations: QuerySet[Station]) -> list[tuple[str, str | Promise, int]]:
    """How many there are of each kind, in the order of the kinds."""
    many = dict(stations.order_by().values_list("kind").annotate(many=Count("pk")))
    return [(str(one), one.label, many[one]) for one in StationKind if one in many]


def haves(station: Station) -> list[Have]:
    return [Have(label, getattr(station, f"has_{one}")) for one, label in HAVE_WORDS.items()]


def looks(station: Station, most: int) -> list[StationCheck]:
    return list(station.checks.select_related("checked_by").order_by("-pk")[:most])


def came(station: Station) -> list[Came]:
    """By quarter and kind, the last year and this one, the newest first. One statement."""
    since = date(clock.today().year - 1, 1, 1)
    found = (
        VisitCount.objects.filter(station=station, day__gte=since)
        .order_by()
        .values_list("day__year", "day__quarter", "kind")
        .annotate(many=Sum("number"))
    )
    return [
        Came(Quarter(year, quarter).label, VisitKind(kind).label, many)
        for year, quarter, kind, many in sorted(found, key=lambda one: (-one[0], -one[1], one[2]))
    ]


def serving(station: Station) -> QuerySet[Liaison]:
    """Who serves there and who will, for those who keep the place."""
    still = Q(period__endswith=None) | Q(period__endswith__gt=clock.today())
    found = station.liaisons.filter(still, period__isempty=False).select_related("user")
    return found.order_by(F("period__startswith"), "pk")
