"""Open tickets on the map: those that one may see, gathered where they would lie on each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from hashlib import blake2b
from operator import or_
from typing import TYPE_CHECKING, Any

from django.contrib.gis.geos import Polygon
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.expressions import RawSQL

from govgrid.core import clock, tiles
from govgrid.core.tiles import Sql, Tile
from grids import scoping
from grids.models import WGS84, Level
from grids.scoping import Reach
from tickets import walks
from tickets.models import COLUMN_OF_LEVEL, Ticket, TicketQuerySet, TicketRollup

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from govgrid.accounts.models import User
    from grids.models import Area

# Up to here the counts of grids say enough, and cost the same whatever is open: live clusters of
# 100,000 take 28 to 90 ms at 8.
LIVE_FROM = 13
SECONDS = 30
# One without a point lies in the middle of its grid.
SINGLE = """
    SELECT 1 AS many, (t.due_at IS NOT NULL AND t.due_at <= %s)::int AS late, t.number, t.state,
           coalesce(ST_Transform(t.point, 3857), s.middle) AS spot
    FROM tickets_ticket t
    LEFT JOIN grids_areashape s ON s.area_id = t.grid_id AND t.point IS NULL
    WHERE t.id IN ({ids})
"""
COUNTED = """
    SELECT many, late, NULL AS number, NULL AS state, spot FROM tickets_ticketrollup
    WHERE spot && ST_TileEnvelope(%s, %s, %s) AND id IN ({ids})
"""


@dataclass(frozen=True)
class Scope:
    """What somebody may see of the tickets: by posts, or, without any, what he filed himself.

    Whoever holds the same posts sees the same marks and shares what is kept. What one filed
    elsewhere is on one's list and not on the map.
    """

    reach: Reach
    filed_by: int | None = None

    @property
    def key(self) -> str:
        areas = sorted((level, sorted(ids)) for level, ids in self.reach.areas.items())
        said = (areas, sorted(self.reach.departments), self.filed_by)
        return blake2b(repr(said).encode(), digest_size=12).hexdigest()

    @property
    def areas(self) -> Q | None:
        """What was filed in areas of one's posts; None without such a post."""
        sides = [
            Q(**{f"{COLUMN_OF_LEVEL[Level(level)]}__in": sorted(ids)})
            for level, ids in self.reach.areas.items()
        ]
        return reduce(or_, sides) if sides else None

    def strewn(self) -> list[TicketQuerySet]:
        """What lies anywhere else: the work of departments, the filings of who holds no post."""
        led, beside = walks.of_departments(self.reach)
        own = [Ticket.objects.filter(filed_by=self.filed_by)] if self.filed_by else []
        mine = self.areas
        return [side.exclude(mine) if mine else side for side in (*led, *beside, *own)]


def scope_of(user: User | AnonymousUser) -> Scope:
    reach = scoping.reach(user, "tickets.view")
    return Scope(reach) if reach else Scope(reach, user.pk)


def tickets(tile: Tile, scope: Scope) -> bytes:
    """The marks in ``tile`` that ``scope`` may see, as gzip bytes."""
    return tiles.kept("tickets", "1", scope.key, tile, lambda: _made(tile, scope), seconds=SECONDS)


def _made(tile: Tile, scope: Scope) -> bytes:
    sources = _near(tile, scope) if tile.z >= LIVE_FROM else _from_afar(tile, scope)
    return tiles.marks(tile, "tickets", sources)


def _near(tile: Tile, scope: Scope) -> list[Sql]:
    """Ticket by ticket, by the index over where open ones lie."""
    grids = RawSQL(
        "SELECT area_id FROM grids_areashape"
        " WHERE level = 5 AND middle && ST_TileEnvelope(%s, %s, %s)",
        tuple(tile),
    )
    box = Polygon.from_bbox(tile.degrees)
    box.srid = WGS84
    sides = [*walks.over_areas(scope.reach), *scope.strewn()]
    here = [side.filter(point__bboverlaps=box) for side in sides]
    here += [side.filter(point=None, grid__in=grids) for side in sides]
    return [_single(here)]


def _from_afar(tile: Tile, scope: Scope) -> list[Sql]:
    """The counts of grids in reach; and of what lies outside of them, the tickets themselves."""
    elsewhere = scope.strewn()
    found = [_single(elsewhere)] if elsewhere else []
    if scope.areas:
        ids, values = _ids([TicketRollup.objects.filter(scope.areas)])
        found.append((COUNTED.format(ids=ids), (*tile, *values)))
    return found


def counts(scope: Scope, areas: Sequence[Area]) -> dict[int, tuple[int, int]]:
    """How much is open in each of ``areas``, and how much of it is late, as the map counts it.

    An area in which nothing is open is left out.
    """
    found: dict[int, tuple[int, int]] = {}
    by_level: dict[int, list[int]] = {}
    for area in areas:
        by_level.setdefault(area.level, []).append(area.pk)
    for level, ids in by_level.items():
        column = COLUMN_OF_LEVEL.get(Level(level))
        for key, many, late in _counted(scope, column, ids) if column else ():
            before = found.get(key, (0, 0))
            found[key] = (before[0] + many, before[1] + late)
    return found


def _counted(scope: Scope, column: str, ids: list[int]) -> Iterable[tuple[int, int, int]]:
    here = Q(**{f"{column}__in": ids})
    sides: list[QuerySet[Any, Any]] = []
    if scope.areas:
        rolled = TicketRollup.objects.filter(scope.areas, here).values_list(column)
        sides.append(rolled.annotate(Sum("many"), Sum("late")))
    if elsewhere := [side.open().filter(here) for side in scope.strewn()]:
        live = Ticket.objects.filter(pk__in=_every(elsewhere)).order_by().values_list(column)
        late = Count("pk", filter=Q(due_at__lte=clock.now()))
        sides.append(live.annotate(every=Count("pk"), behind=late))
    return [row for side in sides for row in side]


def _single(sides: Sequence[TicketQuerySet]) -> Sql:
    ids, values = _ids([side.open() for side in sides])
    return SINGLE.format(ids=ids), (clock.now(), *values)


def _ids(sides: Sequence[QuerySet[Any]]) -> Sql:
    return _every(sides).query.sql_with_params()


def _every(sides: Sequence[QuerySet[Any]]) -> QuerySet[Any, Any]:
    """The keys of all, each once."""
    found = [side.order_by().values("pk") for side in sides]
    return found[0].union(*found[1:]) if found[1:] else found[0]
