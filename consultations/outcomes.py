"""What became of topics, for everybody: near a place, and in figures that reward answers.

Nothing of who asked is kept. No mean of fewer than five, no share of fewer than five.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point, Polygon
from django.db.models import Avg, Count, Exists, F, OuterRef, Q

from consultations.models import Commitment, Platform, Review, Score, Seat, Step, Topic
from consultations.workflow import KEPT, State
from consultations.workflow.guards import FEWEST_RATINGS
from govgrid.core import clock
from grids import queries as places
from grids.models import WGS84, Area, Level, Post

if TYPE_CHECKING:
    from django.db.models import QuerySet

FLOOR = 5
DEGREE = 111_320  # metres of a degree of latitude
RADII = (500, 1000, 3000)
MOST = 60
PLATFORMS = 200


class Promised(NamedTuple):
    """One promise, what shows that it was kept, and what residents say of it."""

    one: Commitment
    mean: float | None
    ratings: int


class Trail(NamedTuple):
    """A topic from the question to what came of it. ``metres`` where it has a place of its own."""

    topic: Topic
    promises: list[Promised]
    mean: float | None
    ratings: int
    metres: int | None


# ── near a place ──────────────────────────────────────────────────────────────────────────────


def near(lon: float, lat: float, radius: int) -> tuple[Area | None, list[Trail]]:
    """The grid there, and topics within ``radius`` metres or about the grid or its community.

    Those with a place of their own come first, the nearest before the others. Seven statements.
    """
    point = Point(lon, lat, srid=WGS84)
    found = places.locate(lon, lat)
    rows: Any = (
        Topic.objects.public()
        .filter(point__within=_around(lon, lat, radius))
        .annotate(away=Distance("point", point))
        .for_lists()
    )
    pinned = [one for one in rows.order_by("away", "-pk")[:MOST] if one.away.m <= radius]
    rest: list[Topic] = []
    grid = _grid(found)
    if grid is not None:
        about = [
            area for level, area in enumerate(grid.ancestor_ids, 1) if level >= Level.COMMUNITY
        ]
        about.append(grid.pk)
        taken = [one.pk for one in pinned]
        others = Topic.objects.public().filter(area__in=about).exclude(pk__in=taken)
        rest = list(others.for_lists().order_by("-pk")[: MOST - len(pinned)])
    metres = {one.pk: round(one.away.m) for one in pinned}
    return grid, trails([*pinned, *rest], metres)


def _grid(found: places.Place | None) -> Area | None:
    return Area.objects.filter(pk=found.grid.id).first() if found else None


def _around(lon: float, lat: float, radius: int) -> Polygon:
    """A box somewhat larger than the circle; the index answers it. Wider where degrees are narrower."""
    high = radius / DEGREE
    box = Polygon.from_bbox((lon - 3 * high, lat - high, lon + 3 * high, lat + high))
    box.srid = WGS84
    return box


def box_around(lon: float, lat: float, radius: int) -> tuple[float, float, float, float]:
    """West, south, east, north: what a map shows of it."""
    high = radius / DEGREE
    return (lon - high, lat - high, lon + high, lat + high)


def trails(topics: Sequence[Topic], metres: dict[int, int] | None = None) -> list[Trail]:
    """What became of each; four statements, however many there are."""
    keys = [one.pk for one in topics]
    promises: dict[int, list[Commitment]] = defaultdict(list)
    rows = Commitment.objects.filter(topic__in=keys).exclude(state="ended")
    for one in rows.select_related("department").order_by("serial"):
        promises[one.topic_id].append(one)
    means = _means(keys)
    away = metres or {}
    return [
        Trail(
            one,
            [Promised(each, *_mean(means, (one.pk, each.pk))) for each in promises[one.pk]],
            *_mean(means, (one.pk, None)),
            away.get(one.pk),
        )
        for one in topics
    ]


Key = tuple[int, int | None]


def _means(topics: Collection[int]) -> dict[Key, tuple[float, int]]:
    """By topic and promise, of the last round that is over: told earlier, one would see who moved it."""
    now = clock.now()
    over = Q(closed_at__isnull=False) | Q(closes_at__lte=now)
    last = (
        Review.objects.filter(over, topic__in=topics)
        .order_by("topic_id", "-serial")
        .distinct("topic_id")
        .values_list("pk", flat=True)
    )
    rows = (
        Score.objects.filter(review__in=list(last))
        .order_by()
        .values_list("review__topic", "commitment")
        .annotate(mean=Avg("score"), many=Count("pk"))
    )
    return {(topic, promise): (mean, many) for topic, promise, mean, many in rows}


def _mean(means: dict[Key, tuple[float, int]], key: Key) -> tuple[float | None, int]:
    """Nothing at all of fewer than five, not even how many."""
    mean, many = means.get(key, (0.0, 0))
    return (round(mean, 1), many) if many >= FEWEST_RATINGS else (None, 0)


# ── figures ───────────────────────────────────────────────────────────────────────────────────


class Share(NamedTuple):
    """So many per cent of so many; None under the floor."""

    percent: int | None
    of: int | None


class Figures(NamedTuple):
    """One platform, or an area. What is measured is answers; how often people met is not."""

    platform: Platform | None
    by_residents: Share
    in_time: Share
    returned: Share
    kept: Share
    score: float | None
    ratings: int | None


def figures(platforms: QuerySet[Platform]) -> tuple[Figures, list[Figures]]:
    """All together, and each by name: there is no ranking. Four statements."""
    tables = list(platforms.select_related("area").order_by("name", "pk")[:PLATFORMS])
    counted = _counted([one.pk for one in tables])
    rows = [_figures(one, [counted[one.pk]]) for one in tables]
    return _figures(None, [counted[one.pk] for one in tables]), rows


Counts = dict[str, float]


def _counted(keys: list[int]) -> dict[int, Counts]:
    found: dict[int, Counts] = defaultdict(lambda: defaultdict(float))
    for rows in (_raised(keys), _promised(keys), _scored(keys)):
        for row in rows:
            found[row.pop("table")].update(row)
    return found


def _raised(keys: list[int]) -> Any:
    """Who raised them, and whether they were answered before silence took them up."""
    sat = Seat.objects.filter(platform=OuterRef("platform"), user=OuterRef("raised_by"))
    staff = Post.objects.filter(user=OuterRef("raised_by")).exclude(role__in=["resident", "member"])
    late = Step.objects.filter(topic=OuterRef("pk"), verb="take_up")
    answered = ~Q(state__in=[State.RAISED, State.WITHDRAWN])
    rows = Topic.objects.filter(platform__in=keys, follows=None)
    return (
        rows.annotate(is_staff=Exists(sat) | Exists(staff), is_late=Exists(late))
        .order_by()
        .values(table=F("platform"))
        .annotate(
            raised=Count("pk"),
            by_residents=Count("pk", filter=Q(is_staff=False)),
            due=Count("pk", filter=answered | Q(is_late=True)),
            in_time=Count("pk", filter=answered & Q(is_late=False)),
        )
    )


def _promised(keys: list[int]) -> Any:
    rows = Commitment.objects.filter(topic__platform__in=keys).order_by()
    return rows.values(table=F("topic__platform")).annotate(
        promised=Count("pk"),
        returned=Count("pk", filter=Q(returns__gt=0)),
        kept=Count("pk", filter=Q(state__in=sorted(KEPT))),
    )


def _scored(keys: list[int]) -> Any:
    over = Q(review__closed_at__isnull=False) | Q(review__closes_at__lte=clock.now())
    rows = Score.objects.filter(over, review__topic__platform__in=keys, commitment=None).order_by()
    return rows.values(table=F("review__topic__platform")).annotate(
        ratings=Count("pk"), points=Avg("score") * Count("pk")
    )


def _figures(platform: Platform | None, some: Sequence[Counts]) -> Figures:
    total: Counts = defaultdict(float)
    for one in some:
        for name, number in one.items():
            total[name] += float(number or 0)
    ratings = int(total["ratings"])
    is_enough = ratings >= FEWEST_RATINGS
    return Figures(
        platform,
        _share(total["by_residents"], total["raised"]),
        _share(total["in_time"], total["due"]),
        _share(total["returned"], total["promised"]),
        _share(total["kept"], total["promised"]),
        round(total["points"] / ratings, 1) if is_enough else None,
        ratings if is_enough else None,
    )


def _share(part: float, whole: float) -> Share:
    if whole < FLOOR:
        return Share(None, None)
    return Share(round(100 * part / whole), int(whole))
