"""The opinion map of a topic, written where enough has changed since the last one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from consultations.models import Topic

if TYPE_CHECKING:
    from govgrid.accounts.models import User


@transaction.atomic
def keep_map(topic_id: int, drawn: dict[str, Any] | None, at: datetime, *, by: User | None) -> bool:
    """Keep what was drawn from the stances up to ``at``; False where a later one stands there."""
    kept = Topic.objects.select_for_update(of=("self",), no_key=True).get(pk=topic_id)
    if kept.mapped_at is not None and kept.mapped_at >= at:
        return False
    kept.mapped_at = at
    kept.opinion_map = drawn or kept.opinion_map
    kept.save(update_fields=["mapped_at", "opinion_map"])
    return True
