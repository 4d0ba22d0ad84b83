"""A day before: whoever has a place is told once more."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from consultations import summons
from consultations.models import Session
from govgrid.core import clock

BEFORE = timedelta(days=1)
BATCH = 100


def remind_of_sessions(*, by: None) -> int:
    """Remind of those that begin within a day; how many. Safe to run twice at once."""
    now = clock.now()
    due = Session.objects.standing().filter(
        reminded_at=None, starts_at__gt=now, starts_at__lte=now + BEFORE
    )
    return sum(_remind(pk) for pk in due.order_by("starts_at").values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def _remind(pk: int) -> bool:
    rows = Session.objects.select_for_update(skip_locked=True, of=("self",))
    session = rows.select_related("platform").filter(pk=pk, reminded_at=None).first()
    if session is None or session.is_frozen:
        return False
    session.reminded_at = clock.now()
    session.save(update_fields=["reminded_at"])
    summons.told(session, "session_soon", summons.signed_up(session))
    return True
