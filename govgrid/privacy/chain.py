"""The readings of each day in a chain of digests, and whether it still holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Min

from govgrid.core import clock
from govgrid.privacy import crypto
from govgrid.privacy.models import AccessChain, AccessLog

ONE = timedelta(days=1)
# As long as the triggers keep what was read.
KEPT = timedelta(days=3 * 366)
PIECE = 2000
SAID = (
    "pk", "by_id", "action", "role", "model", "row", "rows", "count", "subject", "fields",
    "reason", "case", "at", "ip",
)  # fmt: skip


class Break(NamedTuple):
    """A day whose readings are not those that were put on record; ``what`` is a stable word."""

    day: date
    what: str  # missing, link, readings or key


def digest(day: date, previous: str, key_id: str) -> tuple[int, str]:
    """How many readings ``day`` has, and the digest over them and the day before."""
    readings = AccessLog.objects.filter(
        at__gte=clock.midnight(day), at__lt=clock.midnight(day + ONE)
    )
    count, text = 0, previous
    # Piece by piece: a day may have more readings than fit in memory.
    for said in readings.order_by("pk").values_list(*SAID).iterator(chunk_size=PIECE):
        line = json.dumps(said, default=_plain, ensure_ascii=False)
        text = crypto.link(f"{text}\n{line}".encode(), key_id)
        count += 1
    return count, crypto.link(f"{day} {count} {text}".encode(), key_id)


def _plain(value: object) -> str:
    # The same moment in every zone that a connection may be set to.
    return str(value.timestamp()) if hasattr(value, "timestamp") else str(value)


def days_to_link() -> Iterator[date]:
    """The days that are over and have no link yet, oldest first; those without readings as well."""
    last = AccessChain.objects.order_by("-day").values_list("day", flat=True).first()
    if last is None:
        first_at = AccessLog.objects.aggregate(first=Min("at"))["first"]
        day = clock.local(first_at).date() if first_at else clock.today() - ONE
    else:
        day = last + ONE
    while day < clock.today():
        yield day
        day += ONE


def breaks() -> Iterator[Break]:
    """What does not hold, oldest first; nothing where all is as it was put on record."""
    known = crypto.keys()
    before: AccessChain | None = None
    for link in AccessChain.objects.order_by("day").iterator(chunk_size=PIECE):
        if before is not None and link.day != before.day + ONE:
            yield Break(before.day + ONE, "missing")
        elif link.previous != (before.digest if before else ""):
            yield Break(link.day, "link")
        elif link.key_id not in known:
            yield Break(link.day, "key")
        elif not _holds(link):
            yield Break(link.day, "readings")
        before = link


def _holds(link: AccessChain) -> bool:
    count, ours = digest(link.day, link.previous, link.key_id)
    # What three years have erased is gone; that there were readings is on record still.
    is_forgotten = count == 0 and link.count and link.day < clock.today() - KEPT + 6 * ONE
    return bool(is_forgotten) or (count, ours) == (link.count, link.digest)
