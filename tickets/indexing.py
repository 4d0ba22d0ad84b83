"""Search words written again for tickets that were filed before the words were what they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from tickets.models import Ticket, own_words

BATCH = 2000
# Only what differs is written: a row of words is dear to write, and a second run writes none.
WRITE = """
    INSERT INTO tickets_ticketwords AS w (ticket_id, words)
    SELECT t.id, array_to_tsvector(
        ARRAY(SELECT jsonb_array_elements_text(sent.words)) || tickets_place_words(
            t.grid_id, t.community_id, t.street_id, t.facility_id, t.point))
    FROM ROWS FROM (unnest(%(ids)s::bigint[]), unnest(%(words)s::jsonb[])) sent (id, words)
    JOIN tickets_ticket t ON t.id = sent.id
    ON CONFLICT (ticket_id) DO UPDATE SET words = excluded.words WHERE w.words <> excluded.words
"""


def index(*, after: int = 0) -> Iterator[tuple[int, int]]:
    """Batch by batch, each in a transaction of its own: how many were read and written.

    It may be stopped at any time, run beside everything else, and run again.
    """
    while True:
        rows = list(
            Ticket.objects.filter(pk__gt=after)
            .select_related("category")
            .only("description", "category__name_zh", "category__name_en")
            .order_by("pk")[:BATCH]
        )
        if not rows:
            return
        yield len(rows), _write(rows)
        after = rows[-1].pk


@transaction.atomic
def _write(rows: list[Ticket]) -> int:
    values: dict[str, Any] = {
        "ids": [one.pk for one in rows],
        "words": [json.dumps(own_words(one.description, one.category)) for one in rows],
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, values)
        return cursor.rowcount
