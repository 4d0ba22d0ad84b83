"""What the demo's grid worker walked in the last weeks, so that the ledger has something to say."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from django.contrib.gis.geos import Point

from govgrid.accounts.models import User
from govgrid.core import clock
from grids.models import WGS84, AreaShape, CheckIn, Patrol
from grids.models.patrol import POINT_DAYS

DAYS = 44
SUNDAY = 6
# Once she forgot to end it, and only the way to the last check-in counts.
FORGOTTEN = 9
SPREAD = 0.0008  # degrees, some 80 m


def walk(now: datetime, seed: int) -> None:
    """Write the patrols of the demo login ``worker``; points as old as real ones are erased."""
    rng = Random(f"{seed} patrols")  # noqa: S311 nothing secret
    worker = User.objects.get(username="worker")
    shape = AreaShape.objects.select_related("area").get(area__posts__user=worker)
    for ago in range(DAYS, 0, -1):
        day = clock.local(now).date() - timedelta(days=ago)
        if day.weekday() != SUNDAY:
            _walk_once(worker, shape, day, now, rng, is_forgotten=ago == FORGOTTEN)


def _walk_once(
    worker: User, shape: AreaShape, day: date, now: datetime, rng: Random, *, is_forgotten: bool
) -> None:
    begun = clock.midnight(day) + timedelta(hours=8, minutes=rng.randint(5, 40))
    steps = [timedelta(minutes=rng.randint(25, 40)) for _ in range(rng.randint(4, 6))]
    times = [begun + sum(steps[: n + 1], timedelta()) for n in range(len(steps))]
    until = times[-1] if is_forgotten else times[-1] + timedelta(minutes=rng.randint(5, 20))
    patrol = Patrol.objects.create(
        user=worker,
        area=shape.area,
        client_id=_id(rng),
        started_at=begun,
        counted_until=until,
        ended_at=until + timedelta(hours=20) if is_forgotten else until,
    )
    middle = shape.boundary.point_on_surface
    CheckIn.objects.bulk_create(_check_in(patrol, middle, at, now, rng) for at in times)


def _check_in(patrol: Patrol, middle: Point, at: datetime, now: datetime, rng: Random) -> CheckIn:
    lon, lat = (round(one + rng.uniform(-SPREAD, SPREAD), 6) for one in (middle.x, middle.y))
    made = CheckIn(patrol=patrol, client_id=_id(rng), at=at)
    is_past = made.erase_on <= clock.local(now).date()
    made.erased_at = at + timedelta(days=POINT_DAYS) if is_past else None
    made.point = None if is_past else Point(lon, lat, srid=WGS84)
    return made


def _id(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)
