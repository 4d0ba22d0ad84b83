"""Linking the readings of each day to those of the day before."""

from __future__ import annotations

from django.db import transaction

from govgrid.core import sayings
from govgrid.core.clock import now
from govgrid.privacy import alarms, chain, crypto
from govgrid.privacy.models import AccessChain, Alarm


@transaction.atomic
def link_days(*, by: None = None) -> list[AccessChain]:
    """A link for every day that is over and has none. May run twice, also at once."""
    # One after the other: two at once would hang two links on one day.
    last = AccessChain.objects.select_for_update().order_by("-day").first()
    previous = last.digest if last else ""
    made = []
    for day in chain.days_to_link():
        key_id = crypto.newest_key_id()
        count, digest = chain.digest(day, previous, key_id)
        link, is_new = AccessChain.objects.get_or_create(
            day=day,
            defaults={
                "count": count,
                "key_id": key_id,
                "previous": previous,
                "digest": digest,
                "made_at": now(),
            },
        )
        previous = link.digest
        if is_new:
            made.append(link)
    return made


def check_days(*, by: None = None) -> list[chain.Break]:
    """What of the chain does not hold; the data officer is told of the first."""
    found = list(chain.breaks())
    if found:
        day = found[0].day
        alarms.sound(Alarm.Kind.CHAIN, day.isoformat(), {"day": sayings.day(day)})
    return found
