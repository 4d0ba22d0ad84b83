"""Needs as they are read: who sees which, what is near, what one asked for, what one took up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.gis.db.models import Extent
from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D
from django.db.models import Q

from govgrid.core import clock
from grids.models import WGS84, AreaShape
from members import liaisons
from members.models import Claim, Member, Need, NeedQuerySet, Specialty, Station
from members.workflow.needs import GIVEN, SEEKING, SILENCE_DAYS, NeedState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from govgrid.accounts.models import User
    from grids.models import Area

    Person = User | AnonymousUser

NEAR_METRES = 3000
SERVE = "members.serve_needs"
# About a hundred metres.
ROUGH = 3


def station_paths(user: Person) -> tuple[str, ...]:
    """The areas of the stations at which one serves needs; one statement where there are any."""
    stations = liaisons.by_station(user, SERVE)
    if not stations:
        return ()
    cached = getattr(user, "_served_paths", None)
    if cached is None or cached[0] != stations:
        rows = Station.objects.filter(pk__in=stations).values_list("area__path", flat=True)
        cached = (stations, tuple(rows))
        user._served_paths = cached  # type: ignore[union-attr]
    return cached[1]


def serves(user: Person, area: Area) -> bool:
    """By a post over the area, or at a station whose area it is or lies in."""
    if liaisons.over(user, SERVE, area):
        return True
    return any(area.path.startswith(path) for path in station_paths(user))


def served(user: Person) -> Q:
    """The same for lists."""
    asked = liaisons.scope(user, SERVE, station="")
    for path in station_paths(user):
        asked |= Q(area__path__startswith=path)
    return asked


def visible(user: Person) -> NeedQuerySet:
    """What is looked for, one's own, what one took up, and what lies within reach.

    Mirrors ``rules.can_see_need``; a test holds them equal.
    """
    if not user.is_authenticated or not user.is_active:
        return Need.objects.seeking()
    mine = Claim.objects.of(user).filter(state__in=GIVEN).values("need")
    return Need.objects.filter(
        Q(state__in=SEEKING)
        | Q(asker=user.pk)
        | Q(entered_by=user.pk)
        | Q(pk__in=mine)
        | (served(user) & Q(erased_at=None))
    )


def of_claimant(user: Person) -> QuerySet[Claim]:
    """What one offered, the newest first."""
    return Claim.objects.of(user).whole().order_by("-pk")


def to_serve(user: Person) -> NeedQuerySet:
    """What is looked for within the reach of who serves needs."""
    return Need.objects.seeking().filter(served(user)).for_lists()


def silent(user: Person) -> NeedQuerySet:
    """Served long ago and not confirmed: whoever serves needs asks the person."""
    before = clock.now() - timedelta(days=SILENCE_DAYS)
    found = Need.objects.filter(state=NeedState.SERVED, served_at__lt=before)
    return found.filter(served(user)).for_lists()


def is_silent(need: Need) -> bool:
    if need.state != NeedState.SERVED or need.served_at is None:
        return False
    return need.served_at < clock.now() - timedelta(days=SILENCE_DAYS)


def near(rows: NeedQuerySet, lon: float, lat: float) -> NeedQuerySet:
    """Those about a place; where somebody stands is rounded and not kept."""
    here = Point(round(lon, ROUGH), round(lat, ROUGH), srid=WGS84)
    return rows.filter(point__distance_lte=(here, D(m=NEAR_METRES)))


def of_area(area: Area) -> NeedQuerySet:
    return Need.objects.seeking().filter(area__path__startswith=area.path).for_lists()


def member_of(user: Person) -> Member | None:
    """As what one may offer help; None: not on the roster."""
    if not user.is_authenticated or not user.is_active:
        return None
    return Member.objects.on_roster().filter(user=user.pk).first()


def rough_point(area: Area, lon: float | None, lat: float | None) -> Point | None:
    """About where: the place given, or the middle of the area; rounded either way."""
    if lon is not None and lat is not None:
        return Point(round(lon, ROUGH), round(lat, ROUGH), srid=WGS84)
    shapes = AreaShape.objects.filter(area=area.pk)
    if not shapes.exists():
        shapes = AreaShape.objects.filter(area__path__startswith=area.path)
    box = shapes.aggregate(box=Extent("boundary"))["box"]
    if box is None:
        return None
    west, south, east, north = box
    return Point(round((west + east) / 2, ROUGH), round((south + north) / 2, ROUGH), srid=WGS84)


# ── the tree of specialties ───────────────────────────────────────────────────────────────────


class Tree:
    """All specialties, read once: a few hundred rows of three columns."""

    def __init__(self) -> None:
        rows = list(Specialty.objects.order_by("code").values_list("pk", "parent", "name"))
        self.parent = {pk: parent for pk, parent, _name in rows}
        self.names = {pk: name for pk, _parent, name in rows}
        self._children: dict[int, list[int]] = {}
        for pk, parent, _name in rows:
            if parent is not None:
                self._children.setdefault(parent, []).append(pk)

    def above(self, pk: int) -> frozenset[int]:
        found: set[int] = set()
        over = self.parent.get(pk)
        while over is not None and over not in found:
            found.add(over)
            over = self.parent.get(over)
        return frozenset(found)

    def beneath(self, pk: int) -> frozenset[int]:
        found: set[int] = set()
        queue = list(self._children.get(pk, ()))
        while queue:
            one = queue.pop()
            if one not in found:
                found.add(one)
                queue += self._children.get(one, ())
        return frozenset(found)

    def with_beneath(self, pks: Iterable[int]) -> frozenset[int]:
        return frozenset().union(*({pk} | self.beneath(pk) for pk in pks))

    def said(self, pk: int) -> str:
        """法律 › 劳动法."""
        way = [pk]
        while (over := self.parent.get(way[-1])) is not None and over not in way:
            way.append(over)
        return " › ".join(self.names[one] for one in reversed(way))
