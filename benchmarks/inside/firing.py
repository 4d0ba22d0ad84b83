"""The sweep of the clocks: finding what is due, and firing it."""

import time
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from govgrid.core import clock
from tickets.actions.ticking import BATCH, fire_clocks
from tickets.models import Clock
from tickets.workflow import ClockKind

ROUNDS = 60


def sweep() -> dict[str, Any]:
    """Milliseconds of each look with a full batch due and with nothing due, and of one firing."""
    waiting = Clock.objects.exclude(next_fire_at=None).order_by("next_fire_at")[:BATCH]
    moments = [one.next_fire_at for one in waiting if one.next_fire_at is not None]
    return {
        "due": len(moments),
        "full": _looks(moments[-1]),
        "empty": _looks(moments[0] - timedelta(seconds=1)),
        "fired": _fire(),
    }


def _looks(moment: datetime) -> list[float]:
    took = []
    for _round in range(ROUNDS):
        begun = time.perf_counter()
        list(Clock.objects.due_to_fire(moment).values_list("pk", "ticket_id")[:BATCH])
        took.append(1000 * (time.perf_counter() - begun))
    return took[5:]


def _fire() -> dict[str, float]:
    """A full batch told at once, and taken back: as many as are due by a second."""
    with transaction.atomic():
        waiting = Clock.objects.running().exclude(next_fire_at=None)
        chosen = waiting.exclude(kind=ClockKind.CLOSE).order_by("next_fire_at", "pk")[:BATCH]
        Clock.objects.filter(pk__in=list(chosen.values_list("pk", flat=True))).update(
            next_fire_at=clock.now() - timedelta(days=3650)
        )
        begun = time.perf_counter()
        count = fire_clocks()
        took = 1000 * (time.perf_counter() - begun)
        transaction.set_rollback(True)
    return {"count": count, "took": took}
